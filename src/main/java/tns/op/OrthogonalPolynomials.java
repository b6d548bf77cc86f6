package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Tensor;

/**
 * The polynomials of Chebyshev, Legendre, Hermite and Laguerre, by their recurrences from degree to degree (DLMF 18.9),
 * in float64 and rounded once: a step for each degree.
 */
final class OrthogonalPolynomials {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("special functions");

    private static final int MOST_DEGREE = 10_000;

    /** The factor of x in {@code (factor x + term) p - before q}, the polynomial after p, which is after q. */
    private record Step(double factor, double term, double before) {}

    /** The step from degree {@code n} to the next. */
    @FunctionalInterface
    private interface Recurrence {
        Step after(int n);
    }

    private static final Pointwise NEXT = new Pointwise(
            "polynomial",
            6,
            Pointwise.Result.SAME,
            Expr.input(0)
                    .mul(Expr.input(3))
                    .add(Expr.input(4))
                    .mul(Expr.input(1))
                    .sub(Expr.input(5).mul(Expr.input(2))));

    static {
        Recurrence chebyshev = n -> new Step(2, 0, 1);
        define(
                "chebyshev_polynomial_t",
                "Chebyshev polynomial of the first kind, cos(n arccos(x))",
                "17.0",
                1,
                0,
                chebyshev);
        define("chebyshev_polynomial_u", "Chebyshev polynomial of the second kind", "35.0", 2, 0, chebyshev);
        define("chebyshev_polynomial_v", "Chebyshev polynomial of the third kind", "29.0", 2, -1, chebyshev);
        define("chebyshev_polynomial_w", "Chebyshev polynomial of the fourth kind", "41.0", 2, 1, chebyshev);
        Recurrence shifted = n -> new Step(4, -2, 1);
        define(
                "shifted_chebyshev_polynomial_t",
                "Chebyshev polynomial of the first kind at 2 x - 1",
                "49.0",
                2,
                -1,
                shifted);
        define(
                "shifted_chebyshev_polynomial_u",
                "Chebyshev polynomial of the second kind at 2 x - 1",
                "99.0",
                4,
                -2,
                shifted);
        define(
                "shifted_chebyshev_polynomial_v",
                "Chebyshev polynomial of the third kind at 2 x - 1",
                "89.0",
                4,
                -3,
                shifted);
        define(
                "shifted_chebyshev_polynomial_w",
                "Chebyshev polynomial of the fourth kind at 2 x - 1",
                "109.0",
                4,
                -1,
                shifted);
        define(
                "legendre_polynomial_p",
                "Legendre polynomial",
                "13.0",
                1,
                0,
                n -> new Step((2 * n + 1.0) / (n + 1), 0, (double) n / (n + 1)));
        define("hermite_polynomial_h", "Hermite polynomial of physics", "34.0", 2, 0, n -> new Step(2, 0, 2 * n));
        define("hermite_polynomial_he", "Hermite polynomial of probability", "8.0", 1, 0, n -> new Step(1, 0, n));
        define(
                "laguerre_polynomial_l",
                "Laguerre polynomial",
                "-0.5",
                -1,
                1,
                n -> new Step(-1.0 / (n + 1), (2 * n + 1.0) / (n + 1), (double) n / (n + 1)));
    }

    private OrthogonalPolynomials() {}

    /** @param factor of x in degree 1, which has {@code term} beside it */
    private static void define(
            String name, String words, String secondAtThree, double factor, double term, Recurrence recurrence) {
        FAMILY.define(name + "(x: operand, n: operand)")
                .doc("The " + words + ", of degree n; 0 for n below 0.")
                .example(name + "(3, 2)", secondAtThree)
                .example(name + "([0.5, 3.], [-1, 0])", "tensor([0., 1.])")
                .gradient(name + "(x, [0, 1, 4])", "x: [2, 3] in -0.9..0.9")
                .gradient(name + "(x, 5)", "x: [3] in 0.1..2")
                .is(args -> values(args, new Step(factor, term, 0), recurrence));
    }

    private static Object values(Args args, Step first, Recurrence recurrence) {
        Object[] operands = args.all();
        Tensor n = tensor(args, "n");
        Tensor x = tensor(args, "x");
        Tensor degrees = Casts.to(n.detach(), DType.FLOAT64);
        DType promoted = Promotion.of(operands, args.context().defaultDType());
        DType dtype = promoted.isFloat() ? promoted : args.context().defaultDType();
        Tensor wide = Casts.to(Casts.to(x, dtype), DType.FLOAT64);
        Broadcasting.device(args.name(), wide, degrees);
        long most = Math.max(0, greatest(args, degrees));
        Tensor one = Arithmetic.ADD.apply(Arithmetic.MUL.apply(wide.detach(), number(wide, 0)), number(wide, 1));
        Tensor before = one;
        Tensor now = next(first, wide, one, one);
        Tensor y = where(degrees, 0, one, Arithmetic.MUL.apply(one, number(wide, 0)));
        for (int k = 1; k <= most; k++) {
            y = where(degrees, k, now, y);
            if (k < most) {
                Tensor after = next(recurrence.after(k), wide, now, before);
                before = now;
                now = after;
            }
        }
        Tensor result = Casts.to(y, dtype);
        boolean host = !(operands[0] instanceof Tensor) && !(operands[1] instanceof Tensor);
        return host ? (Object) HostArray.doubles(y)[0] : result;
    }

    private static Tensor tensor(Args args, String parameter) {
        return args.get(parameter) instanceof Tensor t
                ? t
                : Tensor.scalar(args.context().device(), DType.FLOAT64, args.real(parameter));
    }

    private static long greatest(Args args, Tensor degrees) {
        double most = -1;
        for (double degree : HostArray.doubles(degrees)) {
            if (degree != Math.rint(degree)) {
                throw new TnsException(ErrorKind.VALUE, args.name() + ": n must be whole numbers, found " + degree)
                        .argument(1);
            }
            most = Math.max(most, degree);
        }
        if (most > MOST_DEGREE) {
            throw new TnsException(
                            ErrorKind.VALUE, args.name() + ": n must be at most " + MOST_DEGREE + ", found " + most)
                    .help("each degree takes a step")
                    .argument(1);
        }
        return (long) most;
    }

    private static Tensor number(Tensor like, double value) {
        return Reductions.scalar(like, value);
    }

    private static Tensor next(Step step, Tensor x, Tensor p, Tensor q) {
        return NEXT.apply(x, p, q, number(x, step.factor), number(x, step.term), number(x, step.before));
    }

    private static Tensor where(Tensor degrees, int k, Tensor yes, Tensor no) {
        return Comparison.WHERE.apply(Comparison.EQ.apply(degrees, number(degrees, k)), yes, no);
    }
}
