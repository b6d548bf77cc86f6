package tns.op;

import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Tensor;

/**
 * The exponential of square matrices, by the Padé approximant of degree 13 of a scaled matrix, squared again (Higham, The
 * scaling and squaring method for the matrix exponential revisited, 2005). Written with other ops, and so are its
 * gradients.
 */
final class MatrixExponential {
    /** The numerator's coefficients; those of the denominator alternate in sign. */
    private static final double[] PADE = {
        64764752532480000.0,
        32382376266240000.0,
        7771770303897600.0,
        1187353796428800.0,
        129060195264000.0,
        10559470521600.0,
        670442572800.0,
        33522128640.0,
        1323241920.0,
        40840800.0,
        960960.0,
        16380.0,
        182.0,
        1.0
    };

    /** Up to this 1-norm the approximant is exact to a double's rounding. */
    private static final double MOST_NORM = 5.371920351148152;

    private MatrixExponential() {}

    /** For each matrix of a batch; of an empty one, it itself. Rounded once, from float64; NaN where not all is finite. */
    static Tensor of(Tensor x) {
        if (x.elements() == 0) {
            return x;
        }
        Tensor a = Casts.to(x, DType.FLOAT64);
        double norm = 0;
        for (double each : HostArray.doubles(norms(a.detach()))) {
            norm = Double.isFinite(each) ? Math.max(norm, each) : each;
        }
        if (!Double.isFinite(norm)) {
            return Arithmetic.MUL.apply(x, Reductions.scalar(x, Double.NaN));
        }
        int squarings = Math.max(0, Math.getExponent(norm / MOST_NORM) + 1);
        Tensor result = pade(Matrices.times(a, Reductions.scalar(a, Math.scalb(1.0, -squarings))));
        for (int i = 0; i < squarings; i++) {
            result = Matrices.product(result, result);
        }
        return Casts.to(result, x.dtype());
    }

    private static Tensor norms(Tensor a) {
        int last = a.rank() - 1;
        return Reductions.sum(Elementary.ABS.apply(a), Dims.of(a, last - 1, false));
    }

    private static Tensor pade(Tensor a) {
        Tensor one = Matrices.identity(a, a.size(-1));
        Tensor a2 = Matrices.product(a, a);
        Tensor a4 = Matrices.product(a2, a2);
        Tensor a6 = Matrices.product(a2, a4);
        Tensor odd = Matrices.product(a, polynomial(1, one, a2, a4, a6));
        Tensor even = polynomial(0, one, a2, a4, a6);
        return Solving.solution(Matrices.minus(even, odd), Matrices.plus(even, odd));
    }

    /** Every second term from {@code first} on, in powers of the square. */
    private static Tensor polynomial(int first, Tensor one, Tensor a2, Tensor a4, Tensor a6) {
        Tensor high = sum(scaled(a2, first + 8), scaled(a4, first + 10), scaled(a6, first + 12));
        Tensor low = sum(scaled(a2, first + 2), scaled(a4, first + 4), scaled(a6, first + 6));
        return sum(Matrices.product(a6, high), low, scaled(one, first));
    }

    private static Tensor sum(Tensor a, Tensor b, Tensor c) {
        return Matrices.plus(Matrices.plus(a, b), c);
    }

    private static Tensor scaled(Tensor a, int term) {
        return Matrices.times(a, Reductions.scalar(a, PADE[term]));
    }
}
