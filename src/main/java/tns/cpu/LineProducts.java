package tns.cpu;

import java.util.Arrays;

/** Small products of floats whose right side has lines without gaps: each line of the result is computed as a whole. */
class LineProducts {
    /**
     * {@code c[i, j] = fma(a[i, p], b[p, j], …)} along p from 0, for m rows i, n columns j and k steps p. Element (i, p) of
     * a lies at {@code at + i * aRow + p * aColumn}, row p of b from {@code bAt + p * bRow} on, and row i of c from
     * {@code cAt + i * n} on.
     */
    void run(
            float[] a,
            int at,
            int aRow,
            int aColumn,
            float[] b,
            int bAt,
            int bRow,
            float[] c,
            int cAt,
            int m,
            int n,
            int k) {
        if (k == 0) {
            Arrays.fill(c, cAt, cAt + m * n, 0);
            return;
        }
        for (int i = 0; i < m; i++) {
            int line = at + i * aRow;
            int to = cAt + i * n;
            float first = a[line];
            for (int j = 0; j < n; j++) {
                c[to + j] = Math.fma(first, b[bAt + j], 0f);
            }
            for (int p = 1; p < k; p++) {
                float factor = a[line + p * aColumn];
                int from = bAt + p * bRow;
                for (int j = 0; j < n; j++) {
                    c[to + j] = Math.fma(factor, b[from + j], c[to + j]);
                }
            }
        }
    }
}
