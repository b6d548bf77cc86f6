package tns.op;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Pooling by the p-norm, and maximum pooling undone: the maxima back in their places, zeros elsewhere. */
final class Unpooling {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("pooling");

    static {
        for (int dims = 1; dims <= 3; dims++) {
            power(dims);
            unpool(dims);
        }
    }

    private Unpooling() {}

    private static void power(int dims) {
        String op = "lp_pool" + dims + "d";
        String shape = "(1, 1" + ", 2".repeat(dims) + ")";
        FAMILY.define(op
                        + "(x: tensor, norm_type: float, kernel_size: ints, stride: ints = none, ceil_mode:"
                        + " bool = false)")
                .doc("The norm_type-th root of the sum of the norm_type-th powers in each window.")
                .example(op + "(ones" + shape + ", 2, 2).sum().square().round()", "tensor(" + (1 << dims) + ".)")
                .gradient(op + "(x, 3, 2)", "x: [1, 2" + ", 2".repeat(dims) + "] in 0.3..2")
                .is(args -> powerMean(args, dims));
    }

    private static Op averages(int dims) {
        String name = "avg_pool" + dims + "d";
        return Pooling.FAMILY.ops().stream()
                .filter(op -> op.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Tensor powerMean(Args args, int dims) {
        Context context = args.context();
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), args.name());
        double p = args.real("norm_type");
        Tensor powers = (Tensor) Arithmetic.POW.call(context, new Object[] {x, p});
        Tensor means = (Tensor) averages(dims)
                .call(
                        context,
                        new Object[] {powers, args.get("kernel_size"), args.get("stride")},
                        Map.of("ceil_mode", args.flag("ceil_mode")));
        int[] kernel = args.ints("kernel_size");
        int count = 1;
        for (int d = 0; d < dims; d++) {
            count = Math.multiplyExact(count, each(kernel, d, 1));
        }
        Tensor kept =
                Arithmetic.MUL.apply(Elementary.SIGN.apply(means), Activations.RELU.apply(Elementary.ABS.apply(means)));
        Tensor sums = Arithmetic.MUL.apply(kept, Reductions.scalar(kept, count));
        return (Tensor) Arithmetic.POW.call(context, new Object[] {sums, 1 / p});
    }

    private static void unpool(int dims) {
        String op = "max_unpool" + dims + "d";
        String ones = "ones(1, 1" + ", 1".repeat(dims) + ")";
        FAMILY.define(op + "(x: tensor, indices: tensor, kernel_size: ints, stride: ints = none, padding: ints = 0,"
                        + " output_size: ints = none)")
                .doc("max_pool" + dims
                        + "d undone: x at the places that its return_indices=true gave, and 0 elsewhere.")
                .example(op + "(" + ones + ", " + ones + ".long(), 2).sum()", "tensor(1.)")
                .gradient(
                        op + "(x, zeros(1, 2" + ", 1".repeat(dims) + ").long(), 2)",
                        "x: [1, 2" + ", 1".repeat(dims) + "]")
                .is(args -> unpooled(args, dims));
    }

    private static int each(int @Nullable [] given, int d, int fallback) {
        return given == null || given.length == 0 ? fallback : given[Math.min(d, given.length - 1)];
    }

    private static Tensor unpooled(Args args, int dims) {
        String op = args.name();
        Tensor given = args.tensor("x");
        Tensor index = args.tensor("indices");
        Selection.requireInts(op, index);
        if (given.rank() != dims + 1 && given.rank() != dims + 2
                || !given.shape().equals(index.shape())) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    op + ": x and indices must have one shape of " + (dims + 1) + " or " + (dims + 2) + " dims, found "
                            + given.shape() + " and " + index.shape());
        }
        boolean batched = given.rank() == dims + 2;
        Tensor x = batched ? given : Movement.unsqueeze(given, 0);
        int[] sizes = new int[dims + 2];
        sizes[0] = x.size(0);
        sizes[1] = x.size(1);
        int[] asked = args.intsOrNull("output_size");
        if (asked != null && asked.length < dims) {
            throw new TnsException(ErrorKind.VALUE, op + ": output_size needs " + dims + " numbers");
        }
        for (int d = 0; d < dims; d++) {
            int kernel = each(args.ints("kernel_size"), d, 1);
            int stride = each(args.intsOrNull("stride"), d, kernel);
            long usual = (x.size(d + 2) - 1L) * stride - 2L * each(args.ints("padding"), d, 0) + kernel;
            long size = asked == null ? usual : asked[asked.length - dims + d];
            if (size < 0 || asked != null && Math.abs(size - usual) >= stride) {
                throw new TnsException(
                        ErrorKind.VALUE,
                        op + ": an output of size " + size + " in dim " + d + " does not pool to " + x.size(d + 2));
            }
            sizes[d + 2] = Shape.checkedSize(size);
        }
        Shape shape = Shape.of(sizes);
        Shape planes = Shape.of(sizes[0], sizes[1], shape.part(2, dims + 2).elements());
        int[] flat = {x.size(0), x.size(1), x.shape().part(2, dims + 2).elements()};
        requireWithin(op, index, planes.size(2));
        Tensor zeros = Tensor.allocate(x.device(), x.dtype(), planes);
        Tensor y = Movement.reshape(
                Selection.scatter(
                        zeros, 2, Movement.reshape(index, Shape.of(flat)), Movement.reshape(x, Shape.of(flat)), false),
                shape);
        return batched ? y : Movement.squeeze(y, 0);
    }

    private static void requireWithin(String op, Tensor index, int size) {
        if (index.elements() > 0) {
            Dims all = Dims.all(index, false);
            long greatest =
                    (Long) Reductions.extreme(Reduction.MAX, index, all, op).item();
            long least =
                    (Long) Reductions.extreme(Reduction.MIN, index, all, op).item();
            if (least < 0 || greatest >= size) {
                throw new TnsException(
                        ErrorKind.INDEX,
                        op + ": index " + (least < 0 ? least : greatest) + " is outside a plane of " + size
                                + " elements");
            }
        }
    }
}
