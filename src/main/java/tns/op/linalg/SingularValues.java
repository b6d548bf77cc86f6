package tns.op.linalg;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The singular value decomposition of a large matrix by that of a bidiagonal one, which is the library's. Takes the ways of
 * {@code dgesdd} of LAPACK, so that signs are the same: a matrix that is much longer one way than the other is reduced to
 * its triangular factor first.
 */
final class SingularValues {
    private final TranslatedLapack library;
    private final boolean full;
    private final int m;
    private final int n;

    /** For [m, n], neither 0; {@code full} as {@link Factorizations#svd} has it. */
    SingularValues(TranslatedLapack library, boolean full, int m, int n) {
        this.library = library;
        this.full = full;
        this.m = m;
        this.n = n;
    }

    /** See {@link Factorizations#svd}; elements are moderate. */
    boolean find(double[] a, double[] u, double[] s, double[] vt) {
        int k = Math.min(m, n);
        boolean wide = m < n;
        // The rows of the matrix with at least as many rows as columns, this one or its transpose.
        double[][] tall = wide ? Lines.columns(m, n, a) : Lines.rows(m, n, a);
        // dgesdd's MNTHR.
        boolean reduces = tall.length >= k * 11 / 6;
        @Nullable Reflections q = reduces ? Qr.factor(k, tall) : null;
        double[][] columns;
        if (q == null) {
            columns = wide ? Lines.rows(m, n, a) : Lines.columns(m, n, a);
        } else if (wide) {
            // The columns of L are the rows of its transpose.
            columns = Arrays.copyOf(tall, k);
        } else {
            columns = new double[k][k];
            Lines.turn(Arrays.copyOf(tall, k), columns, 0);
        }
        Bidiagonal b = Bidiagonal.of(columns);
        System.arraycopy(b.diagonal(), 0, s, 0, k);
        double[] left = new double[k * k];
        double[] right = new double[k * k];
        // The transpose of an upper bidiagonal matrix is lower; L is reduced as it is.
        boolean turned = wide && !reduces;
        if (!library.bidiagonalSvd(!turned, k, s, b.above(), left, right)) {
            return false;
        }
        double[][] us = start(Lines.rows(k, k, left), m, full ? m : k);
        double[][] vs = start(Lines.columns(k, k, right), n, full ? n : k);
        (turned ? b.p() : b.q()).apply(us);
        (turned ? b.q() : b.p()).apply(vs);
        if (q != null) {
            q.apply(wide ? vs : us);
        }
        Lines.putRows(us, u);
        Lines.putColumns(vs, vt);
        return true;
    }

    /** The rows of {@code part}, continued as those of an identity. */
    private static double[][] start(double[][] part, int rows, int columns) {
        double[][] start = new double[rows][];
        for (int i = 0; i < rows; i++) {
            start[i] = i < part.length ? Arrays.copyOf(part[i], columns) : new double[columns];
            if (i >= part.length && i < columns) {
                start[i][i] = 1;
            }
        }
        return start;
    }
}
