package tns.op;

import java.lang.reflect.Array;
import java.util.Arrays;

/**
 * Runs of equal neighbours in an array of elements, none of which equals NaN.
 *
 * <p>Whether a run ends cannot be foretold: each element is written as the first of the next one, and written over if it
 * is not.
 */
final class Runs {
    private Runs() {}

    /** Where each run begins. */
    static long[] starts(Object array) {
        int n = Array.getLength(array);
        long[] starts = new long[n];
        int count = Math.min(n, 1);
        return switch (array) {
            case float[] x -> {
                for (int i = 1; i < n; i++) {
                    starts[count] = i;
                    count += x[i] != x[i - 1] ? 1 : 0;
                }
                yield Arrays.copyOf(starts, count);
            }
            case double[] x -> {
                for (int i = 1; i < n; i++) {
                    starts[count] = i;
                    count += x[i] != x[i - 1] ? 1 : 0;
                }
                yield Arrays.copyOf(starts, count);
            }
            case long[] x -> {
                for (int i = 1; i < n; i++) {
                    starts[count] = i;
                    count += x[i] != x[i - 1] ? 1 : 0;
                }
                yield Arrays.copyOf(starts, count);
            }
            case byte[] x -> {
                for (int i = 1; i < n; i++) {
                    starts[count] = i;
                    count += x[i] != x[i - 1] ? 1 : 0;
                }
                yield Arrays.copyOf(starts, count);
            }
            default -> throw new IllegalStateException("unexpected array " + array.getClass());
        };
    }

    /** The first element of each run, in an array of the same type. */
    static Object firsts(Object array) {
        int n = Array.getLength(array);
        int count = Math.min(n, 1);
        return switch (array) {
            case float[] x -> {
                float[] firsts = x.clone();
                for (int i = 1; i < n; i++) {
                    firsts[count] = x[i];
                    count += x[i] != x[i - 1] ? 1 : 0;
                }
                yield Arrays.copyOf(firsts, count);
            }
            case double[] x -> {
                double[] firsts = x.clone();
                for (int i = 1; i < n; i++) {
                    firsts[count] = x[i];
                    count += x[i] != x[i - 1] ? 1 : 0;
                }
                yield Arrays.copyOf(firsts, count);
            }
            case long[] x -> {
                long[] firsts = x.clone();
                for (int i = 1; i < n; i++) {
                    firsts[count] = x[i];
                    count += x[i] != x[i - 1] ? 1 : 0;
                }
                yield Arrays.copyOf(firsts, count);
            }
            case byte[] x -> {
                byte[] firsts = x.clone();
                for (int i = 1; i < n; i++) {
                    firsts[count] = x[i];
                    count += x[i] != x[i - 1] ? 1 : 0;
                }
                yield Arrays.copyOf(firsts, count);
            }
            default -> throw new IllegalStateException("unexpected array " + array.getClass());
        };
    }
}
