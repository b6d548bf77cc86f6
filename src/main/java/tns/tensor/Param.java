package tns.tensor;

import org.jspecify.annotations.Nullable;

/**
 * A parameter: the one kind of cell. Optimisers and {@code p.set(v)} replace its value for every holder, and gradients
 * gather in it.
 *
 * <p>Its value is an immutable tensor, so a graph recorded earlier keeps the numbers it was computed from.
 */
public final class Param implements Holder {
    private Tensor value;
    private @Nullable Tensor grad;
    private boolean gradUsed;
    private boolean requiresGrad = true;

    /** A parameter that starts at {@code initial}, whose own history is dropped. */
    public Param(Tensor initial) {
        this.value = held(initial);
    }

    /** The current value; tracked when this parameter requires a gradient. */
    @Override
    public Tensor value() {
        return look().share();
    }

    /**
     * The same for a look at it, and for nodes of graphs that say what they hold: its memory is used again after {@link
     * #set}.
     */
    public Tensor look() {
        Recording recording = value.device().recording();
        if (recording != null) {
            recording.reading(this, value);
        }
        return value;
    }

    /**
     * Replaces the value; shape and dtype have been checked by the caller. The memory of the one before is given back
     * unless somebody else was given it.
     */
    @Override
    public void set(Tensor next) {
        changing();
        Tensor before = value;
        value = held(next);
        before.letGo();
    }

    private Tensor held(Tensor next) {
        Tensor plain = next.settled().seen();
        return (requiresGrad ? plain.withOrigin(new Leaf(this)) : plain.plain()).hold();
    }

    public boolean requiresGrad() {
        return requiresGrad;
    }

    /** Freezes or thaws the parameter. */
    public void requiresGrad(boolean required) {
        requiresGrad = required;
        set(value);
    }

    private void changing() {
        Recording recording = value.device().recording();
        if (recording != null) {
            recording.changing(this);
        }
    }

    /** Everything a parameter holds. */
    public record State(Tensor value, @Nullable Tensor grad, boolean gradUsed) {
        /** As {@link Param#gathers}. */
        public boolean gathers() {
            return grad != null && !gradUsed;
        }
    }

    public State state() {
        return new State(value.share(), grad == null ? null : grad.share(), gradUsed);
    }

    /** Makes the parameter hold what it held before; nobody is told. */
    public void restore(State state) {
        value = state.value;
        grad = state.grad;
        gradUsed = state.gradUsed;
    }

    /** The gathered gradient, or null when there is none. */
    public @Nullable Tensor grad() {
        Tensor now = lookAtGrad();
        return now == null ? null : now.share();
    }

    /** The same for a look at it: not to be kept, as its memory is used again after {@link #grad(Tensor)}. */
    public @Nullable Tensor lookAtGrad() {
        Recording recording = value.device().recording();
        if (recording != null) {
            recording.readingGrad(this, grad);
        }
        return grad;
    }

    /** Replaces the gradient, and gives the memory of the one before back unless somebody else was given it. */
    public void grad(@Nullable Tensor gradient) {
        Recording recording = value.device().recording();
        if (recording != null) {
            recording.replacingGrad(this);
        }
        changing();
        Tensor before = grad;
        grad = gradient == null ? null : gradient.settled().hold();
        gradUsed = false;
        if (before != null) {
            before.letGo();
        }
    }

    /** Lets go of the gradient. */
    public void dropGrad() {
        grad(null);
    }

    /** Whether a gradient has been gathered that no optimiser has consumed, so that the next backward adds to it. */
    public boolean gathers() {
        return grad != null && !gradUsed;
    }

    /** Whether an optimiser has consumed the gradient, so that the next backward replaces it. */
    public boolean gradUsed() {
        return gradUsed;
    }

    public void markGradUsed() {
        changing();
        gradUsed = true;
    }
}
