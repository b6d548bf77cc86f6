package tns.op;

import java.util.List;
import java.util.stream.LongStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Pools whose cells lie at random, so that a size shrinks by a fraction: Graham, Fractional max-pooling, 2015. */
final class FractionalPooling {
    private static final String OP = "fractional_max_pool2d";

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("pooling");

    /** The start of cell {@code i} whose plane has drawn {@code u}, as whole steps of {@code alpha}. */
    private static final Pointwise START = new Family("pooling")
            .pointwise("fractional_start(i, u, alpha)")
            .is((i, u, alpha) -> i.add(u).mul(alpha).floor().sub(u.mul(alpha).floor()));

    static {
        FAMILY.define(OP + "(x: tensor, kernel_size: ints, output_size: ints = none, output_ratio: any = none,"
                        + " return_indices: bool = false, _random_samples: tensor = none)")
                .doc("The greatest element of cells of kernel_size that cover an image [.., c, h, w] at random, so that"
                        + " output_size of them fit, or output_ratio times its size. _random_samples [n, c, 2] are"
                        + " the draws, of the width and of the height. With return_indices also where they were.")
                .example(
                        OP + "(arange(9.).reshape(1, 3, 3), 2, output_size=2)[0]",
                        "tensor([[4., 5.],\n        [7., 8.]])")
                .gradient(OP + "(x, 2, output_size=(2, 3), _random_samples=full((1, 2, 2), 0.3))", "x: [1, 2, 4, 5]")
                .is(FractionalPooling::pool);
    }

    private FractionalPooling() {}

    private static Object pool(Args args) {
        Tensor given = ReductionOps.requireFloat(args.tensor("x"), OP);
        if (given.rank() != 3 && given.rank() != 4) {
            throw new TnsException(
                    ErrorKind.SHAPE, OP + ": expected [n, c, h, w] or [c, h, w], found " + given.describe());
        }
        Tensor x = given.rank() == 3 ? Movement.unsqueeze(given, 0) : given;
        int[] kernel = Windows.perDim(args, "kernel_size", 2, 0);
        int[] sizes = sizes(args, x);
        for (int d = 0; d < 2; d++) {
            int n = x.size(2 + d);
            if (kernel[d] < 1 || sizes[d] < 1 || (long) sizes[d] + kernel[d] - 1 > n) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                OP + ": " + sizes[d] + " cells of " + kernel[d] + " do not fit a size of " + n)
                        .help("the output may have size - kernel_size + 1 at most");
            }
        }
        int planes = x.size(0) * x.size(1);
        Tensor samples = samples(args, x);
        Tensor rows = cells(samples, 1, x.size(2), sizes[0], kernel[0]);
        Tensor columns = cells(samples, 0, x.size(3), sizes[1], kernel[1]);
        Tensor down = Movement.reshape(rows, Shape.of(planes, sizes[0], 1, kernel[0], 1));
        Tensor across = Movement.reshape(columns, Shape.of(planes, 1, sizes[1], 1, kernel[1]));
        Tensor places = Arithmetic.ADD.apply(Arithmetic.MUL.apply(down, Reductions.scalar(down, x.size(3))), across);
        int cells = sizes[0] * sizes[1];
        Tensor index = Movement.reshape(places, Shape.of(planes, cells * kernel[0] * kernel[1]));
        Shape parted = Shape.of(planes, cells, kernel[0] * kernel[1]);
        Tensor pixels = Movement.reshape(x, Shape.of(planes, x.size(2) * x.size(3)));
        Tensor found = Movement.reshape(Selection.gather(pixels, 1, index), parted);
        Tensor best = Reductions.position(Reduction.ARGMAX, found.detach(), Dims.of(found, 2, false), OP);
        Shape shape = given.shape().part(0, given.rank() - 2).concat(Shape.of(sizes));
        Tensor y = Movement.reshape(Selection.chosen(found, 2, best), shape);
        return args.flag("return_indices")
                ? Tuple.named(
                        List.of("values", "indices"),
                        y,
                        Movement.reshape(Selection.chosen(Movement.reshape(index, parted), 2, best), shape))
                : y;
    }

    private static int[] sizes(Args args, Tensor x) {
        if (args.has("output_size") == args.has("output_ratio")) {
            throw new TnsException(ErrorKind.VALUE, OP + ": give either output_size or output_ratio")
                    .help(OP + "(x, 2, output_size=(8, 8)) or " + OP + "(x, 2, output_ratio=(0.7, 0.7))");
        }
        if (args.has("output_size")) {
            return Windows.perDim(args, "output_size", 2, 0);
        }
        Object ratio = args.get("output_ratio");
        int[] sizes = new int[2];
        for (int d = 0; d < 2; d++) {
            Object own = ratio instanceof Tuple t && t.size() == 2 ? t.get(d) : ratio;
            if (!(own instanceof Number n) || !(n.doubleValue() > 0 && n.doubleValue() < 1)) {
                throw new TnsException(
                        ErrorKind.VALUE,
                        OP + ": output_ratio must be one or two numbers between 0 and 1, found "
                                + Display.quoted(ratio));
            }
            sizes[d] = (int) (x.size(2 + d) * n.doubleValue());
        }
        return sizes;
    }

    /** The draws [n, c, 2], given or new. */
    private static Tensor samples(Args args, Tensor x) {
        Shape shape = Shape.of(x.size(0), x.size(1), 2);
        Tensor given = args.tensorOrNull("_random_samples");
        if (given == null) {
            return RandomOps.uniform(args.context(), x.dtype(), shape, x.device());
        }
        if (!given.shape().equals(shape) || given.dtype() != x.dtype()) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    OP + ": _random_samples must be " + x.dtype() + shape + ", found " + given.describe());
        }
        return given.detach();
    }

    /** The places along a dim of size {@code n} that each cell covers: ints [planes, cells, width]. */
    private static Tensor cells(Tensor samples, int which, int n, int count, int width) {
        int planes = samples.size(0) * samples.size(1);
        Tensor drawn = Movement.reshape(Movement.select(samples, 2, which), Shape.of(planes, 1));
        Tensor last = Selection.ints(samples.device(), LongStream.of(n - width));
        Tensor starts = Movement.expand(Movement.reshape(last, Shape.of(1, 1)), Shape.of(planes, 1));
        if (count > 1) {
            Tensor numbers = Casts.to(range(samples, count - 1), samples.dtype());
            Tensor alpha = Reductions.scalar(samples, (double) (n - width) / (count - 1));
            Tensor before = START.apply(Movement.reshape(numbers, Shape.of(1, count - 1)), drawn, alpha);
            starts = Joining.cat(new Tensor[] {Casts.to(before, DType.INT64), Casts.contiguous(starts)}, 1);
        }
        Tensor offsets = Movement.reshape(range(samples, width), Shape.of(1, 1, width));
        return Arithmetic.ADD.apply(Movement.reshape(starts, Shape.of(planes, count, 1)), offsets);
    }

    private static Tensor range(Tensor like, int n) {
        return Selection.ints(like.device(), LongStream.range(0, n));
    }
}
