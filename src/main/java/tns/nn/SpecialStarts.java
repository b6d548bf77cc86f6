package tns.nn;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Context;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Initial values that are mostly zeros: identities of products and convolutions, and sparse matrices. */
final class SpecialStarts {
    private SpecialStarts() {}

    static void define() {
        Initializers.plain("eye", "(p: any)")
                .doc("Fills a matrix with the identity, as far as it goes. Returns p.")
                .example(
                        "init_eye(param(zeros(2, 3)))",
                        "tensor([[1., 0., 0.],\n        [0., 1., 0.]], requires_grad=true)")
                .is(args -> {
                    Shape shape = matrix(args);
                    double[] values = new double[shape.elements()];
                    for (int i = 0; i < Math.min(shape.size(0), shape.size(1)); i++) {
                        values[i * shape.size(1) + i] = 1;
                    }
                    return Initializers.filled(args, values);
                });
        Initializers.define("dirac(p: any, groups: int = 1)")
                .doc("Fills the kernels of a convolution so that it gives as many of its channels as it can as they"
                        + " are, in each group. Returns p.")
                .example(
                        "conv1d(arange(4.).reshape(1, 1, 4), dirac(param(zeros(1, 1, 3))), padding=1).detach()[0, 0]",
                        "tensor([0., 1., 2., 3.])")
                .is(SpecialStarts::dirac);
        Initializers.plain("sparse", "(p: any, sparsity: float, std: float = 0.01)")
                .doc("Fills a matrix with normal draws of that deviation, and with zeros at a part of the places of"
                        + " each column. Returns p.")
                .example("init_sparse(param(ones(10, 3)), 0.25).count_nonzero(dim=0)", "tensor([7, 7, 7])")
                .is(SpecialStarts::sparse);
    }

    private static Shape matrix(Args args) {
        Shape shape = Initializers.param(args).value().shape();
        if (shape.rank() != 2) {
            throw new TnsException(ErrorKind.SHAPE, args.name() + ": needs a matrix, found " + shape).argument(0);
        }
        return shape;
    }

    private static Object dirac(Args args) {
        Shape shape = Initializers.param(args).value().shape();
        int groups = args.integer("groups");
        if (shape.rank() < 3 || shape.rank() > 5) {
            throw new TnsException(
                            ErrorKind.SHAPE, "dirac: needs kernels [out, in, ..] of 1 to 3 dims more, found " + shape)
                    .argument(0);
        }
        if (groups < 1 || shape.size(0) % groups != 0) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "dirac: the " + shape.size(0) + " outputs cannot be parted into " + groups + " groups");
        }
        int[] strides = shape.contiguousStrides();
        int middle = 0;
        for (int d = 2; d < shape.rank(); d++) {
            middle += shape.size(d) / 2 * strides[d];
        }
        int outputs = shape.size(0) / groups;
        double[] values = new double[shape.elements()];
        for (int g = 0; g < groups; g++) {
            for (int d = 0; d < Math.min(outputs, shape.size(1)) && values.length > 0; d++) {
                values[(g * outputs + d) * strides[0] + d * strides[1] + middle] = 1;
            }
        }
        return Initializers.filled(args, values);
    }

    /** Martens, Deep learning via Hessian-free optimization, 2010. */
    private static Object sparse(Args args) {
        Shape whole = matrix(args);
        double sparsity = args.real("sparsity");
        if (!(sparsity >= 0 && sparsity <= 1)) {
            throw new TnsException(
                    ErrorKind.VALUE, args.name() + ": sparsity must lie between 0 and 1, found " + sparsity);
        }
        int zeros = (int) Math.ceil(sparsity * whole.size(0));
        return Initializers.drawn(
                args, (context, dtype, shape) -> sparse(context, dtype, shape, args.real("std"), zeros));
    }

    private static Tensor sparse(Context context, DType dtype, Shape shape, double std, int zeros) {
        double[] values = HostArray.doubles(InitialValues.normal(context, dtype, shape, 0, std));
        for (int column = 0; column < shape.size(1); column++) {
            long[] rows = context.hostRandom().permutation(shape.size(0));
            for (int i = 0; i < zeros; i++) {
                values[(int) rows[i] * shape.size(1) + column] = 0;
            }
        }
        return Casts.to(Tensor.upload(context.cpu(), DType.FLOAT64, shape, values), dtype);
    }
}
