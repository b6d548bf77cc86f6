package tns.cpu;

import tns.tensor.Tensor;

/** The positions of the elements at some ranks of their row's order, without sorting the row. */
final class Ranking {
    private static final int GRAIN = 1 << 14;

    /** A row whose ranks lie in more runs than this is sorted: that takes as long as three selections. */
    private static final int MOST_RUNS = 3;

    private final Selector selector;
    private final int n;
    private final int[] ranks;
    private final int[] ends;

    private Ranking(SortKeys keys, int n, int count) {
        this.selector = new Selector(keys, n);
        this.n = n;
        this.ranks = new int[count];
        this.ends = new int[MOST_RUNS];
    }

    /** See {@link tns.tensor.Device#ranked}. */
    static void run(Parallel parallel, Tensor input, boolean descending, Tensor ranks, Tensor positions) {
        if (positions.elements() == 0) {
            return;
        }
        int last = input.rank() - 1;
        int n = input.size(last);
        int count = ranks.size(last);
        Dims rows = Dims.ordered(input.view(), 0, last);
        Dims ranksRows = Dims.ordered(ranks.view(), 0, last);
        SortKeys keys = SortKeys.of(input, descending);
        long[] wanted = (long[]) HostBuffer.array(ranks);
        int step = ranks.view().strides()[last];
        long[] places = (long[]) HostBuffer.array(positions);
        parallel.range(rows.elements(), Math.max(1, GRAIN / n), (from, to) -> {
            Ranking ranking = new Ranking(keys, n, count);
            for (int row = from; row < to; row++) {
                int first = ranks.view().offset() + ranksRows.at(row);
                for (int i = 0; i < count; i++) {
                    ranking.ranks[i] = Math.toIntExact(wanted[first + i * step]);
                }
                ranking.row(input.view().offset() + rows.at(row), places, row * count);
            }
        });
    }

    /** Writes to {@code places} from {@code to} on the positions of the ranks in the row at {@code at}. */
    private void row(int at, long[] places, int to) {
        int runs = 0;
        for (int i = 0; i < ranks.length && runs <= MOST_RUNS; runs++) {
            do {
                i++;
            } while (i < ranks.length && (ranks[i] == ranks[i - 1] || ranks[i] == ranks[i - 1] + 1));
            if (runs < MOST_RUNS) {
                ends[runs] = i;
            }
        }
        if (runs > MOST_RUNS) {
            selector.select(at, 0, n);
            for (int i = 0; i < ranks.length; i++) {
                places[to + i] = selector.place(ranks[i]);
            }
            return;
        }
        int start = 0;
        for (int run = 0; run < runs; run++) {
            selector.select(at, ranks[start], ranks[ends[run] - 1] + 1);
            for (int i = start; i < ends[run]; i++) {
                places[to + i] = selector.place(ranks[i] - ranks[start]);
            }
            start = ends[run];
        }
    }
}
