package tns.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/** Elements added around a tensor, or with negative amounts taken off. */
final class Padding {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("padding");

    static {
        FAMILY.define("pad(x: tensor, pad: ints, mode: string = 'constant', value: number = none)")
                .doc("x with elements added before and after: pad lists a pair for each dim from the last on."
                        + " mode is \"constant\", \"reflect\", \"replicate\" or \"circular\"; negative amounts crop.")
                .example("pad([1., 2., 3.], (1, 2))", "tensor([0., 1., 2., 3., 0., 0.])")
                .example("pad([[1, 2, 3]], (2, 0), mode=\"reflect\")", "tensor([[3, 2, 1, 2, 3]])")
                .gradient("pad(x, (1, -1, 0, 2), value=3)", "x: [2, 3]")
                .gradient("pad(x, (2, 1), mode=\"reflect\")", "x: [2, 3]")
                .gradient("pad(x, (1, 2), mode=\"replicate\")", "x: [2, 2]")
                .gradient("pad(x, (2, 1, 1, 0), mode=\"circular\")", "x: [1, 2, 3]")
                .is(Padding::pad);
    }

    private Padding() {}

    private static Tensor pad(Args args) {
        Tensor x = args.tensor("x");
        int[] pairs = args.ints("pad");
        String mode = args.text("mode");
        int padded = pairs.length / 2;
        if (pairs.length % 2 != 0 || padded > x.rank()) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "pad: " + Arrays.toString(pairs) + " is no list of pairs for at most " + x.rank()
                                    + " dims of " + x.describe())
                    .help("(left, right) pads the last dim, (left, right, top, bottom) the last two");
        }
        int[] before = new int[x.rank()];
        int[] after = new int[x.rank()];
        for (int i = 0; i < padded; i++) {
            int d = x.rank() - 1 - i;
            before[d] = pairs[2 * i];
            after[d] = pairs[2 * i + 1];
            if (x.size(d) + before[d] + after[d] < 0) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        "pad: taking " + -(before[d] + after[d]) + " off dim " + d + " of " + x.shape()
                                + " leaves less than nothing");
            }
        }
        if (mode.equals("constant")) {
            return constant(x, before, after, value(args));
        }
        if (args.has("value") && args.real("value") != 0) {
            throw new TnsException(ErrorKind.VALUE, "pad: mode \"" + mode + "\" takes no value");
        }
        if (padded == 0 || padded > 3 || x.rank() - padded < 1 || x.rank() - padded > 2) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "pad: mode \"" + mode + "\" pads the last 1 to 3 dims of a tensor with 1 or 2 more, found "
                                    + x.describe() + " and " + pairs.length + " amounts")
                    .help("x[none] adds a dim in front");
        }
        Tensor y = x;
        for (int d = x.rank() - padded; d < x.rank(); d++) {
            y = indexed(y, d, before[d], after[d], mode);
        }
        return y;
    }

    private static double value(Args args) {
        return !args.has("value") ? 0 : args.get("value") instanceof Boolean b ? b ? 1 : 0 : args.real("value");
    }

    /** With {@code value} around, {@code before[d]} and {@code after[d]} elements in each dim. Differentiable. */
    static Tensor constant(Tensor x, int[] before, int[] after, double value) {
        if (Arrays.stream(before).allMatch(n -> n == 0) && Arrays.stream(after).allMatch(n -> n == 0)) {
            return x;
        }
        int[] sizes = x.shape().toArray();
        View from = x.view();
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = Shape.checkedSize((long) sizes[d] + before[d] + after[d]);
            from = from.slice(d, Math.max(0, -before[d]), 1, kept(x.size(d), before[d], after[d]));
        }
        Tensor y = Tensor.allocate(x.device(), x.dtype(), Shape.of(sizes));
        if (value != 0) {
            Casts.write(Reductions.scalar(x, value), y);
        }
        View to = y.view();
        for (int d = 0; d < sizes.length; d++) {
            to = to.slice(d, Math.max(0, before[d]), 1, kept(x.size(d), before[d], after[d]));
        }
        if (to.shape().elements() > 0) {
            Casts.write(x.window(from), y.window(to));
        }
        return Reductions.tracked(x) ? y.withOrigin(new PadOrigin(x, before, after)) : y;
    }

    private static int kept(int size, int before, int after) {
        return Math.max(0, size + Math.min(0, before) + Math.min(0, after));
    }

    private static final class PadOrigin extends Origin {
        private final int[] before;
        private final int[] after;

        PadOrigin(Tensor x, int[] before, int[] after) {
            super("pad", x);
            this.before = before;
            this.after = after;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            int[] less = before.clone();
            int[] fewer = after.clone();
            for (int d = 0; d < less.length; d++) {
                less[d] = -less[d];
                fewer[d] = -fewer[d];
            }
            return constant(dy, less, fewer, 0);
        }
    }

    private static Tensor indexed(Tensor x, int d, int before, int after, String mode) {
        int n = x.size(d);
        int most = switch (mode) {
            case "reflect" -> n - 1;
            case "circular" -> n;
            case "replicate" -> n > 0 ? Integer.MAX_VALUE : 0;
            default ->
                throw new TnsException(ErrorKind.VALUE, "pad: no mode \"" + mode + "\"")
                        .help("constant, reflect, replicate or circular");
        };
        if (before > most || after > most) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "pad: " + mode + " can add at most " + Math.max(0, most) + " elements to dim " + d + " of "
                                    + x.shape() + ", asked for " + Math.max(before, after))
                    .help("replicate and constant add any number");
        }
        long[] places = new long[n + before + after];
        for (int i = 0; i < places.length; i++) {
            int at = i - before;
            places[i] = switch (mode) {
                case "reflect" -> at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at;
                case "circular" -> Math.floorMod(at, n);
                default -> Math.clamp(at, 0, n - 1);
            };
        }
        Tensor index = Tensor.upload(x.device(), DType.INT64, Shape.of(places.length), places);
        return Selection.indexSelect("pad", x, d, index);
    }
}
