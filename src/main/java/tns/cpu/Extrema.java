package tns.cpu;

import java.util.Arrays;
import tns.tensor.Reduction;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * Where the first extremum of the folded dims stands: the extremum is found first, by lanes, and then looked for in
 * row-major order, which may stop early. A NaN is the extremum wherever there is one.
 */
final class Extrema {
    private static final int TILE = 2048;
    private static final int GRAIN = 1 << 16;

    private Extrema() {}

    /** ARGMAX or ARGMIN, see {@link tns.tensor.Device#reduce}; there is at least one folded element. */
    static void positions(
            Parallel parallel, FoldLoops folds, Reduction reduction, Tensor input, int keptDims, Tensor output) {
        Tensor best = Tensor.of(HostBuffer.zeroed(output.device(), input.dtype(), output.elements()), output.shape());
        Reduction extremum = reduction == Reduction.ARGMAX ? Reduction.MAX : Reduction.MIN;
        Reduce.run(parallel, folds, extremum, input, keptDims, best);
        View view = input.view();
        Dims kept = Dims.ordered(view, 0, keptDims);
        Dims folded = Dims.ordered(view, keptDims, input.rank());
        Object source = HostBuffer.array(input);
        Object sought = HostBuffer.array(best);
        long[] found = (long[]) HostBuffer.array(output);
        int columns = kept.innerSize();
        int work = Math.max(1, folded.elements());
        if (kept.innerStride() == 1 && columns >= 16 && folded.innerStride() != 1) {
            int tiles = (columns + TILE - 1) / TILE;
            int grain = Math.max(1, GRAIN / Math.max(1, work / 16) / Math.min(columns, TILE));
            parallel.range(kept.elements() / columns * tiles, grain, (from, to) -> {
                for (int t = from; t < to; t++) {
                    int first = t / tiles * columns + t % tiles * TILE;
                    int count = Math.min(columns - t % tiles * TILE, TILE);
                    findColumns(source, view.offset() + kept.at(first), folded, sought, found, first, count);
                }
            });
        } else {
            parallel.range(output.elements(), Math.max(1, GRAIN / work), (from, to) -> {
                for (int o = from; o < to; o++) {
                    found[o] = find(source, view.offset() + kept.at(o), folded, sought, o);
                }
            });
        }
    }

    private static int find(Object source, int base, Dims folded, Object sought, int o) {
        int n = folded.innerSize();
        int stride = folded.innerStride();
        for (int first = 0; first < folded.elements(); first += n) {
            int at = base + folded.at(first);
            int i = switch (source) {
                case float[] x -> find(x, at, stride, n, ((float[]) sought)[o]);
                case double[] x -> find(x, at, stride, n, ((double[]) sought)[o]);
                case long[] x -> find(x, at, stride, n, ((long[]) sought)[o]);
                case byte[] x -> find(x, at, stride, n, ((byte[]) sought)[o]);
                default -> throw new IllegalStateException("unexpected array " + source.getClass());
            };
            if (i >= 0) {
                return first + i;
            }
        }
        throw new IllegalStateException("the extremum is not among the elements");
    }

    private static int find(float[] x, int at, int stride, int n, float sought) {
        boolean nan = sought != sought;
        for (int i = 0; i < n; i++) {
            float value = x[at + i * stride];
            if (value == sought || nan && value != value) {
                return i;
            }
        }
        return -1;
    }

    private static int find(double[] x, int at, int stride, int n, double sought) {
        boolean nan = sought != sought;
        for (int i = 0; i < n; i++) {
            double value = x[at + i * stride];
            if (value == sought || nan && value != value) {
                return i;
            }
        }
        return -1;
    }

    private static int find(long[] x, int at, int stride, int n, long sought) {
        for (int i = 0; i < n; i++) {
            if (x[at + i * stride] == sought) {
                return i;
            }
        }
        return -1;
    }

    private static int find(byte[] x, int at, int stride, int n, byte sought) {
        for (int i = 0; i < n; i++) {
            if (x[at + i * stride] == sought) {
                return i;
            }
        }
        return -1;
    }

    /** Looks for {@code count} neighbouring columns' extrema at once, row by row as they lie in memory. */
    private static void findColumns(
            Object source, int base, Dims folded, Object sought, long[] found, int first, int count) {
        Arrays.fill(found, first, first + count, -1);
        int left = count;
        for (int i = 0; i < folded.elements() && left > 0; i++) {
            int at = base + folded.at(i);
            left -= switch (source) {
                case float[] x -> findRow(x, at, (float[]) sought, found, first, count, i);
                case double[] x -> findRow(x, at, (double[]) sought, found, first, count, i);
                case long[] x -> findRow(x, at, (long[]) sought, found, first, count, i);
                case byte[] x -> findRow(x, at, (byte[]) sought, found, first, count, i);
                default -> throw new IllegalStateException("unexpected array " + source.getClass());
            };
        }
    }

    private static int findRow(float[] x, int at, float[] sought, long[] found, int first, int count, int i) {
        int hits = 0;
        for (int j = 0; j < count; j++) {
            float value = x[at + j];
            float wanted = sought[first + j];
            if ((value == wanted || value != value && wanted != wanted) && found[first + j] < 0) {
                found[first + j] = i;
                hits++;
            }
        }
        return hits;
    }

    private static int findRow(double[] x, int at, double[] sought, long[] found, int first, int count, int i) {
        int hits = 0;
        for (int j = 0; j < count; j++) {
            double value = x[at + j];
            double wanted = sought[first + j];
            if ((value == wanted || value != value && wanted != wanted) && found[first + j] < 0) {
                found[first + j] = i;
                hits++;
            }
        }
        return hits;
    }

    private static int findRow(long[] x, int at, long[] sought, long[] found, int first, int count, int i) {
        int hits = 0;
        for (int j = 0; j < count; j++) {
            if (x[at + j] == sought[first + j] && found[first + j] < 0) {
                found[first + j] = i;
                hits++;
            }
        }
        return hits;
    }

    private static int findRow(byte[] x, int at, byte[] sought, long[] found, int first, int count, int i) {
        int hits = 0;
        for (int j = 0; j < count; j++) {
            if (x[at + j] == sought[first + j] && found[first + j] < 0) {
                found[first + j] = i;
                hits++;
            }
        }
        return hits;
    }
}
