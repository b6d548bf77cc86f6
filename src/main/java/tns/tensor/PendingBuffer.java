package tns.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The memory of a result that is computed when somebody first looks at it. What would have been written to memory only
 * to be read once is often computed within its one consumer instead, which finds it by {@link Tensor#pending}.
 */
public final class PendingBuffer extends Buffer {
    /** How to compute the elements. What it reads must not change meanwhile: its tensors are marked as shared. */
    public interface Computation {
        Buffer run();
    }

    private @Nullable Computation computation;
    private @Nullable Buffer computed;

    public PendingBuffer(Device device, DType dtype, int size, Computation computation) {
        super(device, dtype, size);
        this.computation = computation;
    }

    /** What is still to be done, or null when it has been. */
    @Nullable
    Computation computation() {
        return computation;
    }

    /** The elements if they have been computed. */
    @Nullable
    Buffer present() {
        return computed;
    }

    /** The elements, computed at the first call. A computation that fails is tried again at the next one. */
    Buffer computed() {
        Buffer known = computed;
        if (known == null) {
            Computation task = computation;
            if (task == null) {
                throw new IllegalStateException("neither computed nor to be computed");
            }
            known = task.run();
            computed = known;
            computation = null;
        }
        return known;
    }
}
