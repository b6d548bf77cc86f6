package tns.tensor;

import org.jspecify.annotations.Nullable;

/**
 * How a tracked tensor was computed: the op's inputs and its gradient rule.
 *
 * <p>Holding the inputs is what keeps the graph alive; it is freed with the last tensor that leads to it.
 */
public abstract class Origin {
    private static final Tensor[] NONE = {};

    private final String op;
    private final Tensor[] inputs;
    private final ProductPrecision precision;

    /** That of what was computed from nothing, and has no rule. */
    Origin(String op) {
        this.op = op;
        this.inputs = NONE;
        this.precision = ProductPrecision.FULL;
    }

    protected Origin(String op, Tensor... inputs) {
        this.op = op;
        this.inputs = inputs;
        this.precision = ProductPrecision.inForce();
        for (Tensor input : inputs) {
            input.share();
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
