package tns.op;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** What rules of linear algebra are written with: batches of matrices checked, transposed, multiplied and tracked. */
public final class Matrices {
    private Matrices() {}

    /** The gradient with respect to input {@code i} of a result {@code y} with the gradient {@code dy}. */
    @FunctionalInterface
    interface Rule {
        Tensor gradient(int i, Tensor y, Tensor dy);
    }

    /** {@code value}, computed from {@code inputs}, with this rule for gradients if any of them is tracked. */
    static Tensor tracked(String op, Tensor value, Rule rule, Tensor... inputs) {
        boolean tracked = false;
        for (Tensor input : inputs) {
            tracked |= input.requiresGrad();
        }
        return tracked && GradMode.enabled() ? value.withOrigin(new RuleOrigin(op, rule, inputs)) : value;
    }

    private static final class RuleOrigin extends Origin {
        private final Rule rule;

        RuleOrigin(String op, Rule rule, Tensor... inputs) {
            super(op, inputs);
            this.rule = rule;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            return rule.gradient(i, y, dy);
        }
    }

    /** {@code x}, the first argument, refused unless it is a float matrix or a batch of them. */
    static Tensor matrices(Tensor x, String op) {
        ReductionOps.requireFloat(x, op);
        if (x.rank() < 2) {
            throw new TnsException(ErrorKind.SHAPE, op + ": needs a matrix or a batch of them, found " + x.describe())
                    .argument(0);
        }
        return x;
    }

    /** {@code x}, refused unless it is a square float matrix or a batch of them. */
    static Tensor square(Tensor x, String op) {
        matrices(x, op);
        if (x.size(-2) != x.size(-1)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": needs square matrices, found " + x.size(-2) + " by " + x.size(-1) + ": "
                                    + x.describe())
                    .argument(0);
        }
        return x;
    }

    /** Refuses operands of different dtypes or devices, or the second one if it is not float. */
    static void sameKind(String op, Tensor a, Tensor b) {
        Broadcasting.device(op, a, b);
        if (a.dtype() != b.dtype()) {
            throw new TnsException(ErrorKind.DTYPE, op + ": dtypes differ: " + a.describe() + " and " + b.describe())
                    .help("convert one of them: x.to(" + tns.tensor.DType.promote(a.dtype(), b.dtype()) + ")");
        }
    }

    /** The dims before the last two. */
    public static Shape batch(Tensor x) {
        return x.shape().part(0, x.rank() - 2);
    }

    /** The shape of the batches of both operands broadcast. */
    static Shape batch(String op, Tensor a, Tensor b) {
        Shape batch = Shape.broadcast(batch(a), batch(b));
        if (batch == null) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": batch dims " + batch(a) + " and " + batch(b) + " do not broadcast: " + a.describe()
                                    + " and " + b.describe())
                    .help("the dims before the last two must be equal, or one of each pair 1");
        }
        return batch;
    }

    /** The matrices of {@code x} at every place of {@code batch}. */
    public static Tensor spread(Tensor x, Shape batch) {
        return Movement.expand(x, batch.concat(x.shape().part(x.rank() - 2, x.rank())));
    }

    /** Each matrix with rows and columns exchanged. */
    static Tensor transposed(Tensor x) {
        return Movement.transpose(x, -2, -1);
    }

    static Tensor product(Tensor a, Tensor b) {
        return Contraction.matmul(a, b);
    }

    static Tensor product(Tensor a, Tensor b, Tensor c) {
        return Contraction.matmul(Contraction.matmul(a, b), c);
    }

    static Tensor plus(Tensor a, Tensor b) {
        return Arithmetic.ADD.apply(a, b);
    }

    static Tensor minus(Tensor a, Tensor b) {
        return Arithmetic.SUB.apply(a, b);
    }

    static Tensor times(Tensor a, Tensor b) {
        return Arithmetic.MUL.apply(a, b);
    }

    static Tensor negative(Tensor x) {
        return Arithmetic.NEG.apply(x);
    }

    /** Vectors [.., n] as columns [.., n, 1]. */
    static Tensor columns(Tensor v) {
        return Movement.unsqueeze(v, v.rank());
    }

    /** Vectors [.., n] as rows [.., 1, n]. */
    static Tensor rows(Tensor v) {
        return Movement.unsqueeze(v, v.rank() - 1);
    }

    /** x on and below the diagonal, half of it there, 0 above. */
    static Tensor lowerHalf(Tensor x) {
        Tensor strict = Triangles.part(x, -1, true);
        Tensor whole = Triangles.part(x, 0, true);
        return times(plus(strict, whole), Reductions.scalar(x, 0.5));
    }

    /** The identity matrix in the dtype and on the device of {@code like}. */
    public static Tensor identity(Tensor like, int n) {
        return identity(like, n, n);
    }

    /** The same of any shape: ones on the diagonal. */
    static Tensor identity(Tensor like, int rows, int columns) {
        double[] elements = new double[rows * columns];
        for (int i = 0; i < Math.min(rows, columns); i++) {
            elements[i * columns + i] = 1;
        }
        return HostMatrices.upload(like, Shape.of(rows, columns), elements);
    }

    /** 1 / x, and 0 where x is 0. */
    static Tensor reciprocal(Tensor x) {
        Tensor zero = Comparison.EQ.apply(x.detach(), Reductions.scalar(x, 0));
        Tensor one = Reductions.scalar(x, 1);
        Tensor inverse = Arithmetic.DIV.apply(one, Comparison.WHERE.apply(zero, one, x));
        return Comparison.WHERE.apply(zero, Reductions.scalar(x, 0), inverse);
    }
}
