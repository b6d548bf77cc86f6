package tns.op;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.tensor.GradMode;
import tns.tensor.Leaf;
import tns.tensor.Origin;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * Reverse-mode differentiation: visits the graph behind a tensor once, in reverse order of computation, and carries
 * gradients from results to inputs. Iterative, so a graph may be a million ops deep.
 */
final class Gradients {
    /** A place in the graph: a tracked tensor, what it was computed from, and the gradient gathered so far. */
    private static final class Place {
        private final Tensor tensor;
        private final Origin origin;
        /** The places of the origin's inputs; null for one that is not tracked. */
        private final @Nullable Place[] inputs;

        private int visited;
        private boolean wanted;
        /** Whether some wanted place can be reached: gradients of others are not worth computing. */
        private boolean useful;

        private @Nullable Tensor gradient;

        Place(Tensor tensor, Origin origin) {
            this.tensor = tensor;
            this.origin = origin;
            this.inputs = new @Nullable Place[origin.inputCount()];
        }

        void add(Tensor more) {
            gradient = gradient == null ? more : Arithmetic.ADD.apply(gradient, more);
        }
    }

    private final Map<Origin, Place> places = new IdentityHashMap<>();
    /** The places behind the root, each after everything it was computed from. */
    private final List<Place> order = new ArrayList<>();

    private Gradients(Tensor root, Origin origin) {
        Deque<Place> stack = new ArrayDeque<>();
        place(root, origin, stack);
        while (!stack.isEmpty()) {
            Place place = stack.peek();
            if (place.visited == place.inputs.length) {
                order.add(stack.pop());
                continue;
            }
            int i = place.visited++;
            Tensor input = place.origin.input(i);
            Origin from = input.origin();
            if (from != null) {
                place.inputs[i] = place(input, from, stack);
            }
        }
    }

    /** The place of an origin; one seen for the first time is pushed, to be looked behind. */
    private Place place(Tensor tensor, Origin origin, Deque<Place> stack) {
        Place known = places.get(origin);
        if (known != null) {
            return known;
        }
        Place fresh = new Place(tensor, origin);
        places.put(origin, fresh);
        stack.push(fresh);
        return fresh;
    }

    /** Sends {@code seed}, the gradient of the root, back to every wanted place. */
    private void run(Tensor seed) {
        for (Place place : order) {
            place.useful = place.wanted;
            for (Place input : place.inputs) {
                place.useful |= input != null && input.useful;
            }
        }
        order.getLast().add(seed);
        for (int k = order.size() - 1; k >= 0; k--) {
            Place place = order.get(k);
            Tensor dy = place.gradient;
            if (dy == null) {
                continue;
            }
            if (!place.wanted) {
                place.gradient = null;
            }
            if (place.inputs.length > 1) {
                dy.settled(); // it is read for every input
            }
            for (int i = 0; i < place.inputs.length; i++) {
                Place input = place.inputs[i];
                if (input != null && input.useful) {
                    Tensor gradient = place.origin.gradient(i, place.tensor, dy);
                    if (gradient != null) {
                        input.add(gradient);
                    }
                }
            }
        }
    }

    /** Adds the gradients of {@code root} to the parameters behind it, replacing those an optimiser has used. */
    static void backward(Tensor root, Origin origin, Tensor seed) {
        GradMode.without(() -> {
            Gradients pass = new Gradients(root, origin);
            for (Place place : pass.order) {
                place.wanted = place.origin instanceof Leaf;
            }
            pass.run(seed);
            for (Place place : pass.order) {
                if (place.origin instanceof Leaf leaf) {
                    Tensor value = leaf.cell().value();
                    Tensor gradient = place.gradient;
                    accumulate(
                            leaf.cell(),
                            gradient != null
                                    ? gradient
                                    : Tensor.allocate(value.device(), value.dtype(), value.shape()));
                }
            }
            return root;
        });
    }

    private static void accumulate(Param cell, Tensor gradient) {
        Tensor earlier = cell.grad();
        cell.grad(earlier == null || cell.gradUsed() ? gradient : Arithmetic.ADD.apply(earlier, gradient));
    }

    /**
     * The gradients of {@code root} with respect to each of {@code inputs}, null where it does not depend on one.
     * Recorded themselves when {@code root} depends on anything tracked beyond the inputs, so that outer derivatives
     * see them, or when {@code record} asks for it.
     */
    static @Nullable Tensor[] of(Tensor root, Tensor seed, Tensor[] inputs, boolean record) {
        Origin origin = root.origin();
        @Nullable Tensor[] gradients = new @Nullable Tensor[inputs.length];
        if (origin == null) {
            return gradients;
        }
        Gradients pass = new Gradients(root, origin);
        pass.want(inputs);
        boolean outer = record || seed.requiresGrad() || pass.dependsBeyond();
        GradMode.with(outer && GradMode.enabled(), () -> {
            pass.run(seed);
            return root;
        });
        for (int i = 0; i < inputs.length; i++) {
            Place place = pass.place(inputs[i]);
            gradients[i] = place == null ? null : place.gradient;
        }
        return gradients;
    }

    private void want(Tensor... inputs) {
        for (Tensor input : inputs) {
            Place place = place(input);
            if (place != null) {
                place.wanted = true;
            }
        }
    }

    private @Nullable Place place(Tensor tensor) {
        Origin origin = tensor.origin();
        return origin == null ? null : places.get(origin);
    }

    /** Whether {@code root} depends on anything tracked beyond {@code inputs}. */
    static boolean dependsBeyond(Tensor root, Tensor... inputs) {
        Origin origin = root.origin();
        if (origin == null) {
            return false;
        }
        Gradients pass = new Gradients(root, origin);
        pass.want(inputs);
        return pass.dependsBeyond();
    }

    /** Whether some leaf, or an input with a history of its own, is not wanted. */
    private boolean dependsBeyond() {
        for (Place place : order) {
            if (place.inputs.length == 0 && !place.wanted) {
                return true;
            }
        }
        return false;
    }
}
