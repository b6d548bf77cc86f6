package tns.cpu;

import java.util.Arrays;

/**
 * Sums of shifted runs, {@code y[j] = fma(w[t], x[offsets[t] + j], …)} along t from 0, in plain Java, four results at a
 * time, each in a variable of its own; and their gradients by the weights, {@code y[t] = Σ g[j] * x[offsets[t] + j]},
 * each in twice as many chains as a vector has lanes. Every n is a multiple of {@link #RUN}.
 */
final class PlainTaps {
    /** Results come in runs of so many, which is a whole number of vectors of any kind. */
    static final int RUN = 64;

    /** Lanes of vectors that there are not. */
    static final int LANES = 8;

    private PlainTaps() {}

    static void run(float[] x, int[] offsets, float[] w, int wAt, float[] y, int n) {
        for (int j = 0; j < n; j += 4) {
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            for (int t = 0; t < offsets.length; t++) {
                float factor = w[wAt + t];
                int from = offsets[t] + j;
                s0 = Math.fma(factor, x[from], s0);
                s1 = Math.fma(factor, x[from + 1], s1);
                s2 = Math.fma(factor, x[from + 2], s2);
                s3 = Math.fma(factor, x[from + 3], s3);
            }
            y[j] = s0;
            y[j + 1] = s1;
            y[j + 2] = s2;
            y[j + 3] = s3;
        }
    }

    static void run(double[] x, int[] offsets, double[] w, int wAt, double[] y, int n) {
        for (int j = 0; j < n; j += 4) {
            double s0 = 0;
            double s1 = 0;
            double s2 = 0;
            double s3 = 0;
            for (int t = 0; t < offsets.length; t++) {
                double factor = w[wAt + t];
                int from = offsets[t] + j;
                s0 = Math.fma(factor, x[from], s0);
                s1 = Math.fma(factor, x[from + 1], s1);
                s2 = Math.fma(factor, x[from + 2], s2);
                s3 = Math.fma(factor, x[from + 3], s3);
            }
            y[j] = s0;
            y[j + 1] = s1;
            y[j + 2] = s2;
            y[j + 3] = s3;
        }
    }

    static void run(long[] x, int[] offsets, long[] w, int wAt, long[] y, int n) {
        for (int j = 0; j < n; j++) {
            long sum = 0;
            for (int t = 0; t < offsets.length; t++) {
                sum += w[wAt + t] * x[offsets[t] + j];
            }
            y[j] = sum;
        }
    }

    static void products(float[] g, float[] x, int[] offsets, float[] y, int at, int n, int lanes) {
        float[] chains = new float[2 * lanes];
        for (int t = 0; t < offsets.length; t++) {
            Arrays.fill(chains, 0);
            for (int j = 0; j < n; j += chains.length) {
                int from = offsets[t] + j;
                for (int c = 0; c < chains.length; c++) {
                    chains[c] = Math.fma(g[j + c], x[from + c], chains[c]);
                }
            }
            float sum = 0;
            for (int c = 0; c < lanes; c++) {
                sum += chains[c] + chains[lanes + c];
            }
            y[at + t] = sum;
        }
    }

    static void products(double[] g, double[] x, int[] offsets, double[] y, int at, int n, int lanes) {
        double[] chains = new double[2 * lanes];
        for (int t = 0; t < offsets.length; t++) {
            Arrays.fill(chains, 0);
            for (int j = 0; j < n; j += chains.length) {
                int from = offsets[t] + j;
                for (int c = 0; c < chains.length; c++) {
                    chains[c] = Math.fma(g[j + c], x[from + c], chains[c]);
                }
            }
            double sum = 0;
            for (int c = 0; c < lanes; c++) {
                sum += chains[c] + chains[lanes + c];
            }
            y[at + t] = sum;
        }
    }

    static void products(long[] g, long[] x, int[] offsets, long[] y, int at, int n) {
        for (int t = 0; t < offsets.length; t++) {
            long sum = 0;
            for (int j = 0; j < n; j++) {
                sum += g[j] * x[offsets[t] + j];
            }
            y[at + t] = sum;
        }
    }
}
