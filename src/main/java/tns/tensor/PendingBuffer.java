package tns.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The memory of a result that is computed when somebody first looks at it. What would have been written to memory only
 * to be read once is often computed within its one consumer instead, which finds it by {@link Tensor#pending}.
 */
public final class PendingBuffer extends Buffer {
    /** How to compute the elements. */
    public interface Computation {
        Buffer run();

        /** What it reads, which must not change before it has been run: it counts as shared until then. */
        Tensor[] inputs();
    }

    private @Nullable Computation computation;
    private @Nullable Buffer computed;

    public PendingBuffer(Device device, DType dtype, int size, Computation computation) {
        super(device, dtype, size);
        this.computation = computation;
        for (Tensor input : computation.inputs()) {
            input.addReader();
        }
    }

    /** What is still to be done, or null when it has been. */
    @Nullable
    Computation computation() {
        return computation;
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
            over(task);
        }
        return known;
    }

    private void over(Computation task) {
        computation = null;
        for (Tensor input : task.inputs()) {
            input.removeReader();
        }
    }

    /** Gives back what has been computed; what has not been never will be. */
    @Override
    protected void giveBack() {
        Computation task = computation;
        if (task != null) {
            over(task);
        } else if (computed != null) {
            computed.giveBack();
        }
    }
}
