package tns.cuda;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tns.tensor.Buffer;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * The last factors of products that were rounded to bfloat16: a step of training uses each of them in two or three
 * products, forwards and back, and rounding one takes an eighth of the time of a product of 4096 cubed.
 */
final class RoundedFactors {
    /** As many as a small network has; each takes half the memory of its factor. */
    private static final int MOST = 16;

    private record Entry(WeakReference<Buffer> source, DeviceBuffer rounded) {}

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Consumer<Buffer> release;

    /** @param release takes back the memory of rounded elements that no product will use any more */
    RoundedFactors(Consumer<Buffer> release) {
        this.release = release;
    }

    /**
     * The rounded elements of {@code factor}'s whole buffer, in its order: those known, or those that {@code rounding}
     * makes in new memory of so many bytes. Null when the factor is not the whole of a buffer, whatever the order.
     */
    @Nullable
    Region of(Tensor factor, IntFunction<DeviceBuffer> room, Rounding.Flat rounding) {
        Buffer source = factor.buffer();
        if (!covers(factor.view(), source.size())) {
            return null;
        }
        for (Entry entry : entries) {
            if (entry.source.get() == source) {
                return region(factor, entry.rounded);
            }
        }
        DeviceBuffer made = room.apply(source.size());
        rounding.run(((DeviceBuffer) source).address(), source.size(), made.address());
        entries.addFirst(new Entry(new WeakReference<>(source), made));
        if (entries.size() > MOST) {
            release.accept(entries.removeLast().rounded);
        }
        return region(factor, made);
    }

    private static Region region(Tensor factor, DeviceBuffer rounded) {
        return new Region(factor.dtype(), rounded.address(), factor.view());
    }

    /** Whether a view of one matrix shows every element of a buffer of {@code size} once. */
    private static boolean covers(View view, int size) {
        int[] strides = view.strides();
        int last = 0;
        for (int d = 0; d < strides.length; d++) {
            if (strides[d] < 0) {
                return false;
            }
            last += (view.shape().size(d) - 1) * strides[d];
        }
        return view.offset() == 0 && view.shape().elements() == size && last == size - 1;
    }

    /** The elements of this buffer change. */
    void forget(Buffer source) {
        List<Entry> over = new ArrayList<>();
        for (Entry entry : entries) {
            Buffer known = entry.source.get();
            if (known == null || known == source) {
                over.add(entry);
            }
        }
        entries.removeAll(over);
        over.forEach(entry -> release.accept(entry.rounded));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }
}
