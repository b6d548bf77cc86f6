package tns.op;

import static tns.op.linalg.Factorizations.HOST;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * LU factors: A = P @ L @ U with exchanged rows, a unit lower and an upper triangle, as LAPACK chooses them; and systems
 * solved with them. Both triangles stand in one matrix, "packed", where the diagonal is that of U.
 */
final class LuFactors {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("LU factors");

    static {
        FAMILY.define("lu(A: tensor)")
                .doc("The triple (P, L, U) with P @ L @ U = A: a permutation matrix, a lower triangle with ones on its"
                        + " diagonal and an upper one, for matrices of any shape. Computed on the host.")
                .example("lu([[1., 2.], [2., 2.]]).U", "tensor([[2., 2.],\n        [0., 1.]])")
                .gradient("lu(x).L", "x: [3, 3]")
                .gradient("lu(x).U", "x: [2, 3, 3]")
                .gradient("lu(x).L", "x: [4, 3]")
                .gradient("lu(x).U", "x: [2, 3, 4]")
                .is(args -> {
                    Tensor a = Matrices.matrices(args.tensor("A"), "lu");
                    Factored found = factored(a);
                    return unpacked(found.packed(), found.pivots());
                });
        FAMILY.define("lu_factor(A: tensor)")
                .doc("The pair (LU, pivots) that lu_solve and lu_unpack take: both triangles of lu(A) in one"
                        + " matrix, and for each row the one it was exchanged with, counted from 1. Computed on"
                        + " the host.")
                .example("lu_factor([[1., 2.], [2., 2.]]).pivots", "tensor([2, 2])")
                .gradient("lu_factor(x).LU", "x: [3, 3]")
                .gradient("lu_factor(x).LU", "x: [2, 4, 2]")
                .is(args -> {
                    Tensor a = Matrices.matrices(args.tensor("A"), "lu_factor");
                    Factored found = factored(a);
                    found.requireRegular();
                    return Tuple.named(
                            List.of("LU", "pivots"),
                            found.packed(),
                            found.pivots().tensor(a));
                });
        FAMILY.define("lu_unpack(LU: tensor, pivots: tensor)")
                .doc("The triple (P, L, U) of lu(A), given lu_factor(A).")
                .example(
                        "lu_unpack([[2., 2.], [0.5, 1.]], [2, 2]).L",
                        "tensor([[1.0000, 0.0000],\n        [0.5000, 1.0000]])")
                .gradient("lu_unpack(x, [2, 3, 3]).L", "x: [4, 3]")
                .gradient("lu_unpack(x, [2, 2]).U", "x: [2, 3]")
                .is(args -> {
                    Tensor packed = Matrices.matrices(args.tensor("LU"), "lu_unpack");
                    return unpacked(packed, Pivots.of("lu_unpack", packed, args.tensor("pivots")));
                });
        FAMILY.define("lu_solve(LU: tensor, pivots: tensor, B: tensor, left: bool = true, adjoint: bool = false)")
                .doc("The X with A @ X = B, or X @ A = B unless left, given lu_factor(A); of A.T if adjoint.")
                .example("lu_solve([[2., 2.], [0.5, 1.]], [2, 2], [[3.], [4.]])", "tensor([[1.],\n        [1.]])")
                .gradient("lu_solve(x + 4 * eye(3), [2, 3, 3], y)", "x: [3, 3]", "y: [3, 2]")
                .gradient("lu_solve(x + 4 * eye(3), [2, 3, 3], y, adjoint=true)", "x: [3, 3]", "y: [2, 3, 2]")
                .gradient("lu_solve(x + 4 * eye(3), [2, 3, 3], y, left=false)", "x: [3, 3]", "y: [2, 3]")
                .is(LuFactors::solve);
    }

    private LuFactors() {}

    /**
     * Which rows were exchanged: for each matrix of {@code batch}, row i with row {@code values[i]}, counted from 1, one
     * after the other.
     *
     * @param rows of a matrix
     * @param steps exchanges of a matrix
     */
    private record Pivots(Shape batch, int rows, int steps, long[] values) {
        /** Those that are given with {@code packed}. */
        static Pivots of(String op, Tensor packed, Tensor given) {
            int rows = packed.size(-2);
            Shape shape = Matrices.batch(packed).concat(Shape.of(Math.min(rows, packed.size(-1))));
            if (given.dtype() != DType.INT64 || !given.shape().equals(shape)) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                op + ": pivots are " + given.describe() + ", which does not fit LU, "
                                        + packed.describe())
                        .help("lu_factor gives int64" + shape)
                        .argument(1);
            }
            long[] values = HostArray.longs(given.detach());
            for (long value : values) {
                if (value < 1 || value > rows) {
                    throw new TnsException(
                                    ErrorKind.INDEX, op + ": pivot " + value + " is no row of " + packed.describe())
                            .help("pivots count from 1 to " + rows)
                            .argument(1);
                }
            }
            return new Pivots(Matrices.batch(packed), rows, shape.size(shape.rank() - 1), values);
        }

        Tensor tensor(Tensor like) {
            return Tensor.upload(like.device(), DType.INT64, batch.concat(Shape.of(steps)), values);
        }

        /** For each row of P.T @ A the row of A that it is, as a column; of P @ A if {@code back}. */
        Tensor order(Tensor like, boolean back) {
            long[] all = new long[batch.elements() * rows];
            for (int start = 0, at = 0; start < all.length; start += rows, at += steps) {
                int[] order = new int[rows];
                for (int i = 0; i < rows; i++) {
                    order[i] = i;
                }
                for (int i = 0; i < steps; i++) {
                    int other = (int) values[at + i] - 1;
                    int row = order[i];
                    order[i] = order[other];
                    order[other] = row;
                }
                for (int i = 0; i < rows; i++) {
                    all[start + (back ? order[i] : i)] = back ? i : order[i];
                }
            }
            return Tensor.upload(like.device(), DType.INT64, batch.concat(Shape.of(rows, 1)), all);
        }

        /** P.T @ x, or P @ x if {@code back}, for matrices of as many batches or more. */
        Tensor exchanged(Tensor x, boolean back) {
            return Selection.gather(x, x.rank() - 2, Movement.expand(order(x, back), x.shape()));
        }
    }

    /** What a factorisation found; {@code zeros} are the numbers of the first pivots that are 0, or 0. */
    private record Factored(Tensor packed, Pivots pivots, HostMatrices all, int[] zeros) {
        void requireRegular() {
            for (int i = 0; i < zeros.length; i++) {
                if (zeros[i] > 0) {
                    throw new TnsException(
                                    ErrorKind.VALUE,
                                    "lu_factor: " + all.name(i) + " is singular: the diagonal of U is 0 in row "
                                            + zeros[i] + ", counted from 1")
                            .help("lu(x) takes singular matrices")
                            .argument(0);
                }
            }
        }
    }

    private static Factored factored(Tensor a) {
        HostMatrices all = HostMatrices.of(a);
        int m = all.rows();
        int n = all.columns();
        int steps = Math.min(m, n);
        long[] pivots = new long[all.count() * steps];
        int[] zeros = new int[all.count()];
        for (int i = 0; i < all.count(); i++) {
            double[] matrix = all.get(i);
            int[] own = new int[steps];
            zeros[i] = HOST.lu(m, n, matrix, own);
            for (int j = 0; j < steps; j++) {
                pivots[i * steps + j] = own[j];
            }
            all.put(i, matrix);
        }
        Pivots exchanges = new Pivots(all.batch(), m, steps, pivots);
        Tensor packed = all.tensor(a);
        return new Factored(Reductions.tracked(a) ? tracked(a, packed, exchanges) : packed, exchanges, all, zeros);
    }

    /**
     * The same with gradients. The first k rows and columns have a rule, with X = L.T tril(dLU) + triu(dLU) U.T on and above
     * the diagonal for U, below for L: dA = L^-T X U^-T. What is below or to the right of them follows by triangular systems.
     */
    private static Tensor tracked(Tensor a, Tensor packed, Pivots pivots) {
        int m = a.size(-2);
        int n = a.size(-1);
        int k = Math.min(m, n);
        Tensor exchanged = pivots.exchanged(a, false);
        Tensor square = Matrices.tracked(
                "lu", part(packed, 0, k, 0, k), (i, y, dy) -> squareGradient(y, dy), part(exchanged, 0, k, 0, k));
        if (m > n) {
            Tensor below = Matrices.transposed(part(exchanged, k, m, 0, k));
            Tensor rest = Solving.triangular(Matrices.transposed(square), below, false, false);
            return Joining.cat(new Tensor[] {square, Matrices.transposed(rest)}, a.rank() - 2);
        }
        if (m < n) {
            Tensor rest = Solving.triangular(square, part(exchanged, 0, k, k, n), false, true);
            return Joining.cat(new Tensor[] {square, rest}, a.rank() - 1);
        }
        return square;
    }

    private static Tensor squareGradient(Tensor y, Tensor dy) {
        Tensor upper = Triangles.part(y, 0, false);
        Tensor lower = unitLower(y);
        Tensor forLower = Matrices.product(Matrices.transposed(lower), Triangles.part(dy, -1, true));
        Tensor forUpper = Matrices.product(Triangles.part(dy, 0, false), Matrices.transposed(upper));
        Tensor inner = Matrices.plus(Triangles.part(forLower, -1, true), Triangles.part(forUpper, 0, false));
        Tensor left = Solving.triangular(Matrices.transposed(y), inner, true, true);
        return Matrices.transposed(Solving.triangular(y, Matrices.transposed(left), true, false));
    }

    private static Tensor part(Tensor x, int row, int lastRow, int column, int lastColumn) {
        return Movement.range(Movement.range(x, x.rank() - 2, row, lastRow), x.rank() - 1, column, lastColumn);
    }

    /** What is below the diagonal, with ones on it. */
    private static Tensor unitLower(Tensor x) {
        return Matrices.plus(Triangles.part(x, -1, true), Matrices.identity(x, x.size(-2), x.size(-1)));
    }

    private static Tuple unpacked(Tensor packed, Pivots pivots) {
        int m = packed.size(-2);
        int n = packed.size(-1);
        int k = Math.min(m, n);
        Tensor identity = Matrices.spread(Matrices.identity(packed, m, m), pivots.batch());
        return Tuple.named(
                List.of("P", "L", "U"),
                pivots.exchanged(identity, true),
                unitLower(part(packed, 0, m, 0, k)),
                Triangles.part(part(packed, 0, k, 0, n), 0, false));
    }

    private static Object solve(Args args) {
        Tensor packed = Matrices.square(args.tensor("LU"), "lu_solve");
        Pivots pivots = Pivots.of("lu_solve", packed, args.tensor("pivots"));
        Tensor b = args.tensor("B");
        boolean left = args.flag("left");
        boolean adjoint = args.flag("adjoint");
        Matrices.sameKind("lu_solve", packed, b);
        Solving.requireRows(args, "LU", "B", b, left ? -2 : -1, 2);
        Shape batch = Matrices.batch("lu_solve", packed, b);
        Tensor lu = Matrices.spread(packed, batch);
        Tensor right = Matrices.spread(b, batch);
        // X @ A = B is A.T @ X.T = B.T.
        return left
                ? solution(lu, pivots, right, adjoint)
                : Matrices.transposed(solution(lu, pivots, Matrices.transposed(right), !adjoint));
    }

    private static Tensor solution(Tensor lu, Pivots pivots, Tensor b, boolean adjoint) {
        if (!adjoint) {
            Tensor half = Solving.triangular(lu, pivots.exchanged(b, false), false, true);
            return Solving.triangular(lu, half, true, false);
        }
        Tensor turned = Matrices.transposed(lu);
        Tensor half = Solving.triangular(turned, b, false, false);
        return pivots.exchanged(Solving.triangular(turned, half, true, true), true);
    }
}
