package tns.cpu;

import java.util.Arrays;
import tns.expr.Lane;
import tns.expr.RowLayout;
import tns.expr.RowProgram.Fold;

/** Folds rows in the order of {@link RowExecutor#LAYOUT}. One thread's working memory. */
final class RowFold {
    private static final int LANES = RowExecutor.LAYOUT.threads();
    private static final int PIECE = RowExecutor.LAYOUT.piece();

    /** Each lane's fold of whole pieces, and of the piece at hand. */
    private final Object all;

    private final Object piece;

    RowFold(Lane lane) {
        all = FusedBlocks.array(lane, LANES);
        piece = FusedBlocks.array(lane, LANES);
    }

    /** The fold of {@code n} elements of an array of the lane's type. */
    double of(Fold by, Object x, int from, int n) {
        clear(all, by);
        for (int begin = 0; begin < n; begin += PIECE) {
            clear(piece, by);
            int end = Math.min(n, begin + PIECE);
            for (int done = begin; done < end; done += LANES) {
                fold(by, piece, x, from + done, Math.min(LANES, end - done));
            }
            fold(by, all, piece, 0, LANES);
        }
        return by == Fold.SUM ? total(all) : greatest() + 0.0;
    }

    /** The lanes' sums added up as threads do: in pairs within a warp, then across. */
    private static double total(Object lanes) {
        return lanes instanceof float[] a ? total(a) : total((double[]) lanes);
    }

    private static float total(float[] a) {
        int near = Math.min(LANES, RowLayout.WARP);
        for (int distance = near / 2; distance > 0; distance /= 2) {
            for (int group = 0; group < LANES; group += near) {
                for (int t = group; t < group + distance; t++) {
                    a[t] += a[t + distance];
                }
            }
        }
        for (int distance = LANES / 2; distance >= near; distance /= 2) {
            for (int t = 0; t < distance; t++) {
                a[t] += a[t + distance];
            }
        }
        return a[0];
    }

    private static double total(double[] a) {
        int near = Math.min(LANES, RowLayout.WARP);
        for (int distance = near / 2; distance > 0; distance /= 2) {
            for (int group = 0; group < LANES; group += near) {
                for (int t = group; t < group + distance; t++) {
                    a[t] += a[t + distance];
                }
            }
        }
        for (int distance = LANES / 2; distance >= near; distance /= 2) {
            for (int t = 0; t < distance; t++) {
                a[t] += a[t + distance];
            }
        }
        return a[0];
    }

    private double greatest() {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int t = 0; t < LANES; t++) {
            greatest = Math.max(greatest, all instanceof float[] a ? a[t] : ((double[]) all)[t]);
        }
        return greatest;
    }

    private static void clear(Object lanes, Fold by) {
        double identity = by == Fold.SUM ? 0 : Double.NEGATIVE_INFINITY;
        if (lanes instanceof float[] a) {
            Arrays.fill(a, (float) identity);
        } else {
            Arrays.fill((double[]) lanes, identity);
        }
    }

    private static void fold(Fold by, Object lanes, Object x, int from, int n) {
        if (lanes instanceof float[] a) {
            if (by == Fold.SUM) {
                add(a, (float[]) x, from, n);
            } else {
                greatest(a, (float[]) x, from, n);
            }
        } else if (by == Fold.SUM) {
            add((double[]) lanes, (double[]) x, from, n);
        } else {
            greatest((double[]) lanes, (double[]) x, from, n);
        }
    }

    private static void add(float[] a, float[] x, int from, int n) {
        for (int j = 0; j < n; j++) {
            a[j] += x[from + j];
        }
    }

    private static void add(double[] a, double[] x, int from, int n) {
        for (int j = 0; j < n; j++) {
            a[j] += x[from + j];
        }
    }

    private static void greatest(float[] a, float[] x, int from, int n) {
        for (int j = 0; j < n; j++) {
            a[j] = Math.max(a[j], x[from + j]);
        }
    }

    private static void greatest(double[] a, double[] x, int from, int n) {
        for (int j = 0; j < n; j++) {
            a[j] = Math.max(a[j], x[from + j]);
        }
    }
}
