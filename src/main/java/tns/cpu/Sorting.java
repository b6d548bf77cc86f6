package tns.cpu;

import java.util.Arrays;
import tns.tensor.Tensor;

/**
 * Stable sorts of the last dim with positions.
 *
 * <p>Elements become long keys whose signed order is the wanted one: NaN above all, both zeros equal, all bits turned
 * round when descending. Keys and positions are then sorted together: short rows by insertion, middling ones by
 * merging, long ones by radix.
 */
final class Sorting {
    private static final int GRAIN = 1 << 12;
    private static final int INSERTION_RUN = 24;
    private static final int RADIX_MIN_ELEMENTS = 3000;
    private static final int RADIX_BITS = 11;
    private static final int RADIX = 1 << RADIX_BITS;

    private Sorting() {}

    /** See {@link tns.tensor.Device#sort}. */
    static void run(Parallel parallel, Tensor input, boolean descending, Tensor values, Tensor positions) {
        if (input.elements() == 0) {
            return;
        }
        int rank = input.rank();
        int n = rank == 0 ? 1 : input.size(-1);
        int stride = rank == 0 ? 1 : input.view().strides()[rank - 1];
        Dims rows = Dims.ordered(input.view(), 0, Math.max(0, rank - 1));
        int offset = input.view().offset();
        Object source = HostBuffer.array(input);
        Object sorted = HostBuffer.array(values);
        long[] places = (long[]) HostBuffer.array(positions);
        parallel.range(rows.elements(), Math.max(1, GRAIN / n), (from, to) -> {
            Sorter sorter = new Sorter(n);
            for (int row = from; row < to; row++) {
                int at = offset + rows.at(row);
                keys(source, at, stride, descending ? -1 : 0, sorter.keys, n);
                sorter.sort();
                gather(source, at, stride, sorter.order, sorted, row * n, n);
                for (int i = 0; i < n; i++) {
                    places[row * n + i] = sorter.order[i];
                }
            }
        });
    }

    /** Fills {@code keys} with the elements' keys; {@code flip} is -1 to turn the order round and else 0. */
    private static void keys(Object source, int at, int stride, long flip, long[] keys, int n) {
        switch (source) {
            case float[] x -> {
                for (int i = 0; i < n; i++) {
                    // floatToIntBits gives every NaN one positive pattern; adding 0 makes -0 into 0.
                    int bits = Float.floatToIntBits(x[at + i * stride] + 0f);
                    keys[i] = (bits ^ bits >> 31 & Integer.MAX_VALUE) ^ flip;
                }
            }
            case double[] x -> {
                for (int i = 0; i < n; i++) {
                    long bits = Double.doubleToLongBits(x[at + i * stride] + 0.0);
                    keys[i] = bits ^ bits >> 63 & Long.MAX_VALUE ^ flip;
                }
            }
            case long[] x -> {
                for (int i = 0; i < n; i++) {
                    keys[i] = x[at + i * stride] ^ flip;
                }
            }
            case byte[] x -> {
                for (int i = 0; i < n; i++) {
                    keys[i] = x[at + i * stride] ^ flip;
                }
            }
            default -> throw new IllegalStateException("unexpected array " + source.getClass());
        }
    }

    private static void gather(Object source, int at, int stride, int[] order, Object sorted, int to, int n) {
        switch (source) {
            case float[] x -> {
                float[] y = (float[]) sorted;
                for (int i = 0; i < n; i++) {
                    y[to + i] = x[at + order[i] * stride];
                }
            }
            case double[] x -> {
                double[] y = (double[]) sorted;
                for (int i = 0; i < n; i++) {
                    y[to + i] = x[at + order[i] * stride];
                }
            }
            case long[] x -> {
                long[] y = (long[]) sorted;
                for (int i = 0; i < n; i++) {
                    y[to + i] = x[at + order[i] * stride];
                }
            }
            case byte[] x -> {
                byte[] y = (byte[]) sorted;
                for (int i = 0; i < n; i++) {
                    y[to + i] = x[at + order[i] * stride];
                }
            }
            default -> throw new IllegalStateException("unexpected array " + source.getClass());
        }
    }

    /** Keys of one row and the positions that bring them into order, with the room sorting takes. */
    private static final class Sorter {
        private long[] keys;
        private int[] order;
        private long[] otherKeys;
        private int[] otherOrder;
        private final int n;

        Sorter(int n) {
            this.n = n;
            keys = new long[n];
            order = new int[n];
            otherKeys = new long[n > INSERTION_RUN ? n : 0];
            otherOrder = new int[n > INSERTION_RUN ? n : 0];
        }

        /** Sorts the keys, and sets {@code order} to where each was. */
        void sort() {
            for (int i = 0; i < n; i++) {
                order[i] = i;
            }
            if (n >= RADIX_MIN_ELEMENTS) {
                radixSort();
                return;
            }
            for (int from = 0; from < n; from += INSERTION_RUN) {
                insertionSort(from, Math.min(from + INSERTION_RUN, n));
            }
            for (int run = INSERTION_RUN; run < n; run *= 2) {
                for (int from = 0; from < n; from += 2 * run) {
                    merge(from, Math.min(from + run, n), Math.min(from + 2 * run, n));
                }
                swap();
            }
        }

        private void insertionSort(int from, int to) {
            for (int i = from + 1; i < to; i++) {
                long key = keys[i];
                int place = order[i];
                int j = i - 1;
                for (; j >= from && keys[j] > key; j--) {
                    keys[j + 1] = keys[j];
                    order[j + 1] = order[j];
                }
                keys[j + 1] = key;
                order[j + 1] = place;
            }
        }

        private void merge(int from, int middle, int to) {
            int left = from;
            int right = middle;
            for (int i = from; i < to; i++) {
                boolean takeLeft = left < middle && (right >= to || keys[left] <= keys[right]);
                int taken = takeLeft ? left++ : right++;
                otherKeys[i] = keys[taken];
                otherOrder[i] = order[taken];
            }
        }

        /**
         * Least significant digit first, over only as many digits as the keys' range has. The keys come out changed by
         * a constant.
         */
        private void radixSort() {
            long least = Long.MAX_VALUE;
            long greatest = Long.MIN_VALUE;
            for (int i = 0; i < n; i++) {
                least = Math.min(least, keys[i]);
                greatest = Math.max(greatest, keys[i]);
            }
            // Read as unsigned numbers, the differences to the least key are right even where they overflow.
            for (int i = 0; i < n; i++) {
                keys[i] -= least;
            }
            int bits = Long.SIZE - Long.numberOfLeadingZeros(greatest - least);
            int[] starts = new int[RADIX];
            for (int shift = 0; shift < bits; shift += RADIX_BITS) {
                Arrays.fill(starts, 0);
                for (int i = 0; i < n; i++) {
                    starts[(int) (keys[i] >>> shift) & RADIX - 1]++;
                }
                int start = 0;
                for (int digit = 0; digit < RADIX; digit++) {
                    int count = starts[digit];
                    starts[digit] = start;
                    start += count;
                }
                for (int i = 0; i < n; i++) {
                    int to = starts[(int) (keys[i] >>> shift) & RADIX - 1]++;
                    otherKeys[to] = keys[i];
                    otherOrder[to] = order[i];
                }
                swap();
            }
        }

        private void swap() {
            long[] k = keys;
            keys = otherKeys;
            otherKeys = k;
            int[] o = order;
            order = otherOrder;
            otherOrder = o;
        }
    }
}
