package tns.op;

import static tns.op.linalg.Factorizations.HOST;

import java.util.Arrays;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * LDL factors of symmetric matrices that need not be positive definite: A = P @ L @ D @ L.T @ P.T, with a unit lower
 * triangle L and a D of blocks of one or two rows on its diagonal, exchanged as Bunch and Kaufman do (Golub and Van Loan,
 * Matrix Computations, 4.4) and LAPACK's {@code dsytrf} for the lower triangle; and systems solved with them.
 */
final class LdlFactors {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("LDL factors");

    private static final String REAL = " hermitian is for complex numbers and changes nothing.";

    static {
        FAMILY.define("ldl_factor(A: tensor, hermitian: bool = false)")
                .doc("The pair (LD, pivots) that ldl_solve takes, of a symmetric matrix, of which the lower triangle is"
                        + " read: LD is a unit lower triangle below a diagonal of blocks of one or two rows; pivots"
                        + " are the rows exchanged, counted from 1, negative for blocks of two. Computed on the host,"
                        + " without gradients." + REAL)
                .example("ldl_factor([[4., 2.], [2., 3.]]).LD", "tensor([[4.0000, 0.0000],\n        [0.5000, 2.0000]])")
                .example("ldl_factor([[0., 1.], [1., 0.]]).pivots", "tensor([-2, -2])")
                .is(args -> factor(args.tensor("A")));
        FAMILY.define("ldl_solve(LD: tensor, pivots: tensor, B: tensor, hermitian: bool = false)")
                .doc("The X with A @ X = B, given ldl_factor(A); gradients flow to B alone." + REAL)
                .example(
                        "f = ldl_factor([[0., 2.], [2., 0.]]); ldl_solve(f.LD, f.pivots, [[6.], [4.]])",
                        "tensor([[2.],\n        [3.]])")
                .gradient("ldl_solve([[2., 0.], [2., -5.]], [1, 2], y)", "y: [2, 3]")
                .gradient("ldl_solve([[0., 0.], [1., 0.]], [-2, -2], y)", "y: [2, 2, 1]")
                .is(LdlFactors::solve);
    }

    private LdlFactors() {}

    private static TnsException withoutGradient(String op, String argument) {
        return new TnsException(ErrorKind.VALUE, op + ": has no gradient by " + argument)
                .help(argument + ".detach() takes it as a constant; solve(A, B) has gradients");
    }

    private static Tuple factor(Tensor given) {
        Tensor a = Matrices.square(given, "ldl_factor");
        if (Reductions.tracked(a)) {
            throw withoutGradient("ldl_factor", "A").argument(0);
        }
        HostMatrices all = HostMatrices.of(Triangles.part(a.detach(), 0, true));
        int n = all.rows();
        long[] pivots = new long[all.count() * n];
        for (int i = 0; i < all.count(); i++) {
            double[] matrix = all.get(i);
            int[] own = new int[n];
            int zero = n == 0 ? 0 : HOST.ldl(n, matrix, own);
            if (zero > 0) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                "ldl_factor: " + all.name(i) + " is singular: D is 0 in row " + zero
                                        + ", counted from 1")
                        .help("lstsq(A, B) finds the X that comes nearest")
                        .argument(0);
            }
            for (int j = 0; j < n; j++) {
                pivots[i * n + j] = own[j];
            }
            all.put(i, matrix);
        }
        Shape rows = all.batch().concat(Shape.of(n));
        return Tuple.named(
                List.of("LD", "pivots"), all.tensor(a), Tensor.upload(a.device(), DType.INT64, rows, pivots));
    }

    private static Object solve(Args args) {
        Tensor factors = Matrices.square(args.tensor("LD"), "ldl_solve");
        Tensor b = args.tensor("B");
        Matrices.sameKind("ldl_solve", factors, b);
        Solving.requireRows(args, "LD", "B", b, -2, 2);
        int[] pivots = pivots(factors, args.tensor("pivots"));
        Shape batch = Matrices.batch("ldl_solve", factors, b);
        return solution(Matrices.spread(factors, batch), spread(pivots, factors, batch), Matrices.spread(b, batch));
    }

    /** The exchanges given with the factors, each one that can be. */
    private static int[] pivots(Tensor factors, Tensor given) {
        int n = factors.size(-1);
        Shape shape = Matrices.batch(factors).concat(Shape.of(n));
        if (given.dtype() != DType.INT64 || !given.shape().equals(shape)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "ldl_solve: pivots are " + given.describe() + ", which does not fit LD, "
                                    + factors.describe())
                    .help("ldl_factor gives int64" + shape)
                    .argument(1);
        }
        long[] values = HostArray.longs(given.detach());
        int[] pivots = new int[values.length];
        for (int at = 0; at < values.length; at++) {
            int row = at % n + 1;
            boolean pair = values[at] < 0 && row < n && values[at + 1] == values[at];
            long other = Math.abs(values[at]);
            if (values[at] < 0 && !pair || other < (pair ? row + 1 : row) || other > n) {
                throw new TnsException(
                                ErrorKind.INDEX,
                                "ldl_solve: pivot " + values[at] + " of row " + row + " is none of ldl_factor's for "
                                        + factors.describe())
                        .help("a row is exchanged with itself or a later one; two rows of a block have one pivot")
                        .argument(1);
            }
            pivots[at] = (int) values[at];
            if (pair) {
                at++;
                pivots[at] = (int) values[at];
            }
        }
        return pivots;
    }

    /** The pivots of the factors at every place of {@code batch}. */
    private static int[] spread(int[] pivots, Tensor factors, Shape batch) {
        if (Matrices.batch(factors).equals(batch)) {
            return pivots;
        }
        Shape own = Matrices.batch(factors).concat(Shape.of(factors.size(-1), 1));
        long[] wide = Arrays.stream(pivots).asLongStream().toArray();
        Tensor column = Tensor.upload(factors.device(), DType.INT64, own, wide);
        return Arrays.stream(HostArray.longs(Matrices.spread(column, batch)))
                .mapToInt(each -> (int) each)
                .toArray();
    }

    private static Tensor solution(Tensor factors, int[] pivots, Tensor b) {
        HostMatrices all = HostMatrices.of(factors);
        HostMatrices right = HostMatrices.of(Matrices.transposed(b));
        int n = all.rows();
        for (int i = 0; i < right.count() && n > 0; i++) {
            double[] x = right.get(i);
            int[] own = Arrays.copyOfRange(pivots, i * n, (i + 1) * n);
            HOST.ldlSolve(n, right.rows(), all.get(i), own, x);
            right.put(i, x);
        }
        return Matrices.tracked(
                "ldl_solve",
                Matrices.transposed(right.tensor(b)),
                (i, x, dx) -> {
                    if (i == 0) {
                        throw withoutGradient("ldl_solve", "LD");
                    }
                    return solution(factors, pivots, dx);
                },
                factors,
                b);
    }
}
