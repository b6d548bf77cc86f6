package tns.data;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import tns.op.Context;
import tns.op.Sized;
import tns.op.TypeName;

/**
 * Rows a few at a time: what {@code batches(x, y, 32)} gives and a loop goes over. Each loop shuffles anew, and a batch is
 * made when its turn comes.
 */
public final class Batches implements Iterable<Object>, Sized, TypeName.Typed {
    private final Context context;
    private final Rows rows;
    private final int batchSize;
    private final boolean shuffle;
    private final boolean dropLast;

    Batches(Context context, Rows rows, int batchSize, boolean shuffle, boolean dropLast) {
        this.context = context;
        this.rows = rows;
        this.batchSize = batchSize;
        this.shuffle = shuffle;
        this.dropLast = dropLast;
    }

    /** The number of batches. */
    @Override
    public int size() {
        int whole = rows.count() / batchSize;
        return dropLast || rows.count() % batchSize == 0 ? whole : whole + 1;
    }

    @Override
    public Iterator<Object> iterator() {
        Rows.@Nullable Order order =
                shuffle ? new Rows.Order(context.cpu(), context.random().permutation(rows.count())) : null;
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < size();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int start = at++ * batchSize;
                int stop = Math.min(start + batchSize, rows.count());
                Rows batch = order == null ? rows.range(start, stop) : rows.at(order, start, stop);
                return batch.value();
            }
        };
    }

    @Override
    public String typeName() {
        return "batches";
    }

    @Override
    public String toString() {
        return "batches (" + size() + " of " + batchSize + " rows, " + rows.count() + " rows in all)";
    }
}
