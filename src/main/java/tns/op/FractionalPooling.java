package tns.op;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Pools whose cells lie at random, so that a size shrinks by a fraction: Graham, Fractional max-pooling, 2015. */
final class FractionalPooling {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("pooling");

    /** The start of cell {@code i} whose plane has drawn {@code u}, as whole steps of {@code alpha}. */
    private static final Pointwise START = new Family("pooling")
            .pointwise("fractional_start(i, u, alpha)")
            .is((i, u, alpha) -> i.add(u).mul(alpha).floor().sub(u.mul(alpha).floor()));

    static {
        define(2, "an image [.., c, h, w]", "of the width and of the height")
                .example(
                        "fractional_max_pool2d(arange(9.).reshape(1, 3, 3), 2, output_size=2)[0]",
                        "tensor([[4., 5.],\n        [7., 8.]])")
                .gradient(
                        "fractional_max_pool2d(x, 2, output_size=(2, 3), _random_samples=full((1, 2, 2), 0.3))",
                        "x: [1, 2, 4, 5]")
                .is(args -> pool(args, 2));
        define(3, "a volume [.., c, d, h, w]", "of the depth, of the height and of the width")
                .example(
                        "fractional_max_pool3d(arange(27.).reshape(1, 3, 3, 3), 2, output_size=(1, 2, 2))[0]",
                        "tensor([[[22., 23.],\n         [25., 26.]]])")
                .gradient(
                        "fractional_max_pool3d(x, 2, output_size=(2, 1, 2), _random_samples=full((1, 2, 3), 0.3))",
                        "x: [1, 2, 4, 2, 3]")
                .is(args -> pool(args, 3));
    }

    private static Op.Definition define(int dims, String what, String draws) {
        return FAMILY.define("fractional_max_pool" + dims
                        + "d(x: tensor, kernel_size: ints, output_size: ints = none, output_ratio: any = none,"
                        + " return_indices: bool = false, _random_samples: tensor = none)")
                .doc("The greatest element of cells of kernel_size that cover " + what + " at random, so that"
                        + " output_size of them fit, or output_ratio times its size. _random_samples [n, c, " + dims
                        + "] are the draws, " + draws + ". With return_indices also where they were.");
    }

    private FractionalPooling() {}

    private static Object pool(Args args, int dims) {
        String op = args.name();
        Tensor given = ReductionOps.requireFloat(args.tensor("x"), op);
        if (given.rank() != dims + 1 && given.rank() != dims + 2) {
            String one = dims == 2 ? "c, h, w]" : "c, d, h, w]";
            throw new TnsException(
                    ErrorKind.SHAPE, op + ": expected [n, " + one + " or [" + one + ", found " + given.describe());
        }
        Tensor x = given.rank() == dims + 1 ? Movement.unsqueeze(given, 0) : given;
        int[] kernel = Windows.perDim(args, "kernel_size", dims, 0);
        int[] sizes = sizes(args, x, dims);
        for (int d = 0; d < dims; d++) {
            int n = x.size(2 + d);
            if (kernel[d] < 1 || sizes[d] < 1 || (long) sizes[d] + kernel[d] - 1 > n) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                op + ": " + sizes[d] + " cells of " + kernel[d] + " do not fit a size of " + n)
                        .help("the output may have size - kernel_size + 1 at most");
            }
        }
        int planes = x.size(0) * x.size(1);
        Shape counts = Shape.of(sizes);
        Shape widths = Shape.of(kernel);
        Shape spatial = x.shape().part(2, x.rank());
        Tensor index = Movement.reshape(
                places(samples(args, x, dims), spatial, counts, widths),
                Shape.of(planes, counts.elements() * widths.elements()));
        Shape parted = Shape.of(planes, counts.elements(), widths.elements());
        Tensor pixels = Movement.reshape(x, Shape.of(planes, spatial.elements()));
        Tensor found = Movement.reshape(Selection.gather(pixels, 1, index), parted);
        Tensor best = Reductions.position(Reduction.ARGMAX, found.detach(), Dims.of(found, 2, false), op);
        Shape shape = given.shape().part(0, given.rank() - dims).concat(counts);
        Tensor y = Movement.reshape(Selection.chosen(found, 2, best), shape);
        return args.flag("return_indices")
                ? Tuple.named(
                        List.of("values", "indices"),
                        y,
                        Movement.reshape(Selection.chosen(Movement.reshape(index, parted), 2, best), shape))
                : y;
    }

    private static int[] sizes(Args args, Tensor x, int dims) {
        String op = args.name();
        if (args.has("output_size") == args.has("output_ratio")) {
            throw new TnsException(ErrorKind.VALUE, op + ": give either output_size or output_ratio")
                    .help(op + "(x, 2, output_size=8) or " + op + "(x, 2, output_ratio=0.7)");
        }
        if (args.has("output_size")) {
            return Windows.perDim(args, "output_size", dims, 0);
        }
        Object ratio = args.get("output_ratio");
        int[] sizes = new int[dims];
        for (int d = 0; d < dims; d++) {
            Object own = ratio instanceof Tuple t && t.size() == dims ? t.get(d) : ratio;
            if (!(own instanceof Number n) || !(n.doubleValue() > 0 && n.doubleValue() < 1)) {
                throw new TnsException(
                        ErrorKind.VALUE,
                        op + ": output_ratio must be one or " + (dims == 2 ? "two" : "three")
                                + " numbers between 0 and 1, found " + Display.quoted(ratio));
            }
            sizes[d] = (int) (x.size(2 + d) * n.doubleValue());
        }
        return sizes;
    }

    /** The draws [n, c, dims], given or new. */
    private static Tensor samples(Args args, Tensor x, int dims) {
        Shape shape = Shape.of(x.size(0), x.size(1), dims);
        Tensor given = args.tensorOrNull("_random_samples");
        if (given == null) {
            return RandomOps.uniform(args.context(), x.dtype(), shape, x.device());
        }
        if (!given.shape().equals(shape) || given.dtype() != x.dtype()) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    args.name() + ": _random_samples must be " + x.dtype() + shape + ", found " + given.describe());
        }
        return given.detach();
    }

    /** The flat places in its plane that each cell covers: ints [planes, counts.., widths..]. */
    private static Tensor places(Tensor samples, Shape spatial, Shape counts, Shape widths) {
        int dims = spatial.rank();
        int planes = samples.size(0) * samples.size(1);
        int[] strides = spatial.contiguousStrides();
        Tensor places = null;
        for (int d = 0; d < dims; d++) {
            // An image's draws are of the width first, a volume's of the depth, as PyTorch has them.
            int which = dims == 2 ? 1 - d : d;
            Tensor along = cells(samples, which, spatial.size(d), counts.size(d), widths.size(d));
            int[] shape = new int[1 + 2 * dims];
            Arrays.fill(shape, 1);
            shape[0] = planes;
            shape[1 + d] = counts.size(d);
            shape[1 + dims + d] = widths.size(d);
            Tensor part = Movement.reshape(along, Shape.of(shape));
            Tensor steps = Arithmetic.MUL.apply(part, Reductions.scalar(part, strides[d]));
            places = places == null ? steps : Arithmetic.ADD.apply(places, steps);
        }
        return Objects.requireNonNull(places);
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
