package tns.op.linalg;

import java.util.Arrays;
import org.netlib.lapack.Dlaic1;
import org.netlib.util.doubleW;

/**
 * The nearest and shortest solution of a system of any shape by complete orthogonal factorisation: QR with exchanged columns,
 * of which as many rows count as are well conditioned, and those turned into a triangle. Golub and Van Loan, Matrix
 * Computations, 5.5; {@code dgelsy} of LAPACK, whose rule for the rank this is.
 */
final class LeastSquares {
    private LeastSquares() {}

    /**
     * See {@link Factorizations#leastSquares}.
     *
     * @param a rows [m, n], moderate, neither m nor n 0; lost
     * @param b rows, as many as the greater of m and n, not empty
     */
    static int solve(double[][] a, double[][] b, double rcond) {
        int n = a[0].length;
        double[][] target = Arrays.copyOf(b, a.length);
        PivotedQr qr = PivotedQr.of(a, target);
        int rank = rank(a, rcond);
        double[][] x = new double[n][b[0].length];
        System.arraycopy(target, 0, x, 0, rank);
        if (rank == n) {
            Triangles.upperByRows(Arrays.copyOf(a, n), false, x);
        } else if (rank > 0) {
            shortest(a, rank, x);
        }
        for (int j = 0; j < n; j++) {
            b[qr.columns()[j]] = x[j];
        }
        return rank;
    }

    /** How many rows and columns from the first on make a triangle whose condition number is estimated below 1 / rcond. */
    private static int rank(double[][] r, double rcond) {
        int most = Math.min(r.length, r[0].length);
        double greatest = Math.abs(r[0][0]);
        double smallest = greatest;
        if (greatest == 0) {
            return 0;
        }
        // Singular vectors, approximately.
        double[] forGreatest = new double[most];
        double[] forSmallest = new double[most];
        forGreatest[0] = 1;
        forSmallest[0] = 1;
        double[] column = new double[most];
        doubleW less = new doubleW(0);
        doubleW more = new doubleW(0);
        doubleW lessSine = new doubleW(0);
        doubleW lessCosine = new doubleW(0);
        doubleW moreSine = new doubleW(0);
        doubleW moreCosine = new doubleW(0);
        for (int k = 1; k < most; k++) {
            Lines.across(r, k, 0, k, column);
            double corner = r[k][k];
            Dlaic1.dlaic1(2, k, forSmallest, 0, smallest, column, 0, corner, less, lessSine, lessCosine);
            Dlaic1.dlaic1(1, k, forGreatest, 0, greatest, column, 0, corner, more, moreSine, moreCosine);
            if (!(more.val * rcond <= less.val)) {
                return k;
            }
            Lines.scale(lessSine.val, forSmallest, 0, k);
            Lines.scale(moreSine.val, forGreatest, 0, k);
            forSmallest[k] = lessCosine.val;
            forGreatest[k] = moreCosine.val;
            smallest = less.val;
            greatest = more.val;
        }
        return most;
    }

    /** Replaces the first {@code rank} rows of {@code x} by the shortest solution for as many rows of {@code r}, [n, columns]. */
    private static void shortest(double[][] r, int rank, double[][] x) {
        int n = x.length;
        double[][] turned = new double[n][rank];
        for (int i = 0; i < rank; i++) {
            for (int j = i; j < n; j++) {
                turned[j][i] = r[i][j];
            }
        }
        Reflections q = Qr.factor(rank, turned);
        double[][] lower = new double[rank][rank];
        for (int i = 0; i < rank; i++) {
            Lines.across(turned, i, 0, i + 1, lower[i]);
        }
        Triangles.lowerByRows(lower, false, Arrays.copyOf(x, rank));
        q.apply(x);
    }
}
