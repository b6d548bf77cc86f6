package tns.tensor;

import org.jspecify.annotations.Nullable;
import tns.error.TnsException;

/**
 * The memory of a result that is computed when somebody first looks at it. What would have been written to memory only
 * to be read once is often computed within its one consumer instead, which finds it by {@link Tensor#pending}.
 */
public final class PendingBuffer extends Buffer {
    /** How to compute the elements. */
    public interface Computation {
        Buffer run();

        /** The operation whose result it is. */
        String name();

        /** What it reads, which must not change before it has been run: it counts as shared until then. */
        Tensor[] inputs();
    }

    private @Nullable Computation computation;
    private @Nullable Buffer computed;
    /** Whether it has been computed within what read it, and so holds nothing any more. */
    private boolean absorbed;

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
            resume();
            try {
                known = task.run();
            } catch (TnsException e) {
                e.ended(task.name());
                throw e;
            }
            computed = known;
            over(task);
        }
        return known;
    }

    private void over(Computation task) {
        computation = null;
        if (!absorbed) {
            removeFrom(task);
        }
    }

    private static void removeFrom(Computation task) {
        for (Tensor input : task.inputs()) {
            input.removeReader();
        }
    }

    @Override
    boolean absorbed() {
        Computation task = computation;
        if (task == null || absorbed || !isUnused() || isLastOf(task.inputs())) {
            return false;
        }
        absorbed = true;
        removeFrom(task);
        return true;
    }

    /** Whether one of the inputs lives only until those who wait have read it: then it could not be used after all. */
    private static boolean isLastOf(Tensor[] inputs) {
        for (Tensor input : inputs) {
            if (input.isEnding()) {
                return true;
            }
        }
        return false;
    }

    /** It is used after all. */
    private void resume() {
        Computation task = computation;
        if (absorbed && task != null) {
            absorbed = false;
            for (Tensor input : task.inputs()) {
                input.addReader();
            }
        }
    }

    @Override
    void addReader() {
        resume();
        super.addReader();
    }

    @Override
    void addNode() {
        resume();
        super.addNode();
    }

    @Override
    void hold() {
        resume();
        super.hold();
    }

    @Override
    void share() {
        resume();
        super.share();
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
