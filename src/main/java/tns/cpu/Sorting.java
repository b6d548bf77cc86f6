package tns.cpu;

import tns.tensor.Tensor;

/** Stable sorts of the last dim with positions. */
final class Sorting {
    private static final int GRAIN = 1 << 12;

    private Sorting() {}

    /** See {@link tns.tensor.Device#sort}. */
    static void run(Parallel parallel, Tensor input, boolean descending, Tensor values, Tensor positions) {
        if (input.elements() == 0) {
            return;
        }
        int rank = input.rank();
        int n = rank == 0 ? 1 : input.size(-1);
        Dims rows = Dims.ordered(input.view(), 0, Math.max(0, rank - 1));
        int offset = input.view().offset();
        SortKeys keys = SortKeys.of(input, descending);
        Object sorted = HostBuffer.array(values);
        long[] places = (long[]) HostBuffer.array(positions);
        parallel.range(rows.elements(), Math.max(1, GRAIN / n), (from, to) -> {
            Sorter sorter = new Sorter(n);
            for (int row = from; row < to; row++) {
                int at = offset + rows.at(row);
                keys.read(at, sorter.keys(), n);
                sorter.sort(n);
                for (int i = 0; i < n; i++) {
                    places[row * n + i] = sorter.place(i);
                }
                gather(keys, at, places, sorted, row * n, n);
            }
        });
    }

    private static void gather(SortKeys keys, int at, long[] places, Object sorted, int to, int n) {
        int stride = keys.stride();
        switch (keys.array()) {
            case float[] x -> {
                float[] y = (float[]) sorted;
                for (int i = to; i < to + n; i++) {
                    y[i] = x[at + (int) places[i] * stride];
                }
            }
            case double[] x -> {
                double[] y = (double[]) sorted;
                for (int i = to; i < to + n; i++) {
                    y[i] = x[at + (int) places[i] * stride];
                }
            }
            case long[] x -> {
                long[] y = (long[]) sorted;
                for (int i = to; i < to + n; i++) {
                    y[i] = x[at + (int) places[i] * stride];
                }
            }
            case byte[] x -> {
                byte[] y = (byte[]) sorted;
                for (int i = to; i < to + n; i++) {
                    y[i] = x[at + (int) places[i] * stride];
                }
            }
            default ->
                throw new IllegalStateException(
                        "unexpected array " + keys.array().getClass());
        }
    }
}
