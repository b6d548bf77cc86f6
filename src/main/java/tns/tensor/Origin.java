package tns.tensor;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How a tracked tensor was computed: the op's inputs and its gradient rule.
 *
 * <p>Holding the inputs is what keeps the graph alive; it is freed with the last tensor that leads to it. Where that is
 * known to be the last one, it is dropped ({@link Tensor#letGo}) and the memory of what was computed on the way is used
 * again at once, without waiting for the collector.
 */
public abstract class Origin {
    private static final Tensor[] NONE = {};

    private final String op;
    private final Tensor[] inputs;
    private final ProductPrecision precision;
    /**
     * Whether it is counted who leads here. Where all is small, the inputs are left to the collector: that is less work
     * (the tutorial's epoch takes 3.73 µs for 3.87, AMD EPYC, one core, 2026-11-27).
     */
    private final boolean counts;
    /** What the rule needs besides them; without a history. */
    private Tensor[] saved = NONE;
    /** Nodes whose input its result is. */
    private int users;
    /** Names and places that hold its result. */
    private int holders;
    /** Whether the inputs have been let go. */
    private boolean dropped;

    /** That of what was computed from nothing, and has no rule. */
    Origin(String op) {
        this.op = op;
        this.inputs = NONE;
        this.precision = ProductPrecision.FULL;
        this.counts = false;
    }

    protected Origin(String op, Tensor... inputs) {
        this.op = op;
        this.inputs = inputs;
        this.precision = ProductPrecision.inForce();
        this.counts = counts(inputs);
        for (Tensor input : inputs) {
            if (counts) {
                input.addNode();
            } else {
                input.share();
            }
        }
    }

    /** Whether there is memory worth giving back behind the inputs. */
    private static boolean counts(Tensor[] inputs) {
        for (Tensor input : inputs) {
            Origin behind = input.origin();
            if (input.isReused() || behind != null && behind.counts) {
                return true;
            }
        }
        return false;
    }

    /** Holds {@code value}, which the rule needs besides the inputs and the result; returns it. */
    protected final Tensor save(Tensor value) {
        if (!counts) {
            return value.share();
        }
        value.addNode();
        saved = Arrays.copyOf(saved, saved.length + 1);
        saved[saved.length - 1] = value;
        return value;
    }

    /** A node was computed from what this is the origin of. */
    final void addUser() {
        pickUp();
        users++;
    }

    final void hold() {
        pickUp();
        holders++;
    }

    /** What led here is in the history of what has absorbed {@code result}: see {@link Tensor#absorbed}. */
    final void absorbed(Tensor result) {
        if (isOver(result)) {
            drop();
        }
    }

    /** Holds the inputs again where they have been let go. */
    private void pickUp() {
        if (dropped) {
            dropped = false;
            for (Tensor input : inputs) {
                input.addNode();
            }
            for (Tensor value : saved) {
                value.addNode();
            }
        }
    }

    final void handOn() {
        holders--;
    }

    /** A name or a place lets go of {@code result}, which this is the origin of. */
    final void letGo(Tensor result) {
        holders--;
        if (isOver(result)) {
            drop();
        }
    }

    /** Whether no node, name or place leads to the result. */
    final boolean isLeftAlone() {
        return counts && users == 0 && holders <= 0;
    }

    /** Whether nothing leads to {@code result} any more. */
    private boolean isOver(Tensor result) {
        return isLeftAlone() && !dropped && !result.isEscaped();
    }

    /** Lets go of the inputs, and of what led to them where nobody holds them; iterative, as graphs may be deep. */
    private void drop() {
        ArrayDeque<Origin> left = null;
        Origin next = this;
        while (next != null) {
            Origin following = null;
            next.dropped = true;
            for (Tensor input : next.inputs) {
                Origin behind = input.origin();
                if (behind != null) {
                    behind.users--;
                    if (behind.isOver(input)) {
                        if (following != null) {
                            left = left == null ? new ArrayDeque<>() : left;
                            left.push(following);
                        }
                        following = behind;
                    }
                }
                input.removeNode();
            }
            for (Tensor value : next.saved) {
                value.removeNode();
            }
            next = following != null || left == null ? following : left.poll();
        }
    }

    /** The name of the op. */
    public String op() {
        return op;
    }

    public int inputCount() {
        return inputs.length;
    }

    public Tensor input(int i) {
        return inputs[i];
    }

    /** What held for products when it was computed, and holds for those of its gradient. */
    public ProductPrecision precision() {
        return precision;
    }

    /**
     * The gradient with respect to input {@code i}: {@code dy} is the gradient of the result {@code y}, in its shape and
     * dtype; the answer has the input's shape and dtype. Null means structurally zero.
     */
    public abstract @Nullable Tensor gradient(int i, Tensor y, Tensor dy);
}
