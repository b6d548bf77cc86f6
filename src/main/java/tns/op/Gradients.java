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
import tns.tensor.ProductPrecision;
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

        int usefulInputs() {
            int count = 0;
            for (Place input : inputs) {
                count += input != null && input.useful ? 1 : 0;
            }
            return count;
        }

        void add(Tensor more) {
            gradient = gradient == null ? more : Arithmetic.ADD.apply(gradient, more);
        }
    }

    /**
     * Up to so many places are searched one by one: a map by identity has to give every fresh origin a hash first. The
     * tutorial's training epoch: 4.31 µs with a map, 4.10 without (AMD EPYC, one core, 2026-11-26).
     */
    private static final int FEW = 16;

    private final List<Place> found = new ArrayList<>();
    /** What has been found, by origin, once it is much. */
    private @Nullable Map<Origin, Place> places;

    /** The places behind the root, each after everything it was computed from. */
    private final List<Place> order = new ArrayList<>();

    private Gradients(Tensor root) {
        Origin behind = root.origin();
        if (behind == null) {
            return;
        }
        Deque<Place> stack = new ArrayDeque<>();
        place(root, behind, stack);
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
        Place known = find(origin);
        if (known != null) {
            return known;
        }
        Place fresh = new Place(tensor, origin);
        stack.push(fresh);
        if (places == null) {
            found.add(fresh);
            if (found.size() > FEW) {
                places = new IdentityHashMap<>();
                for (Place place : found) {
                    places.put(place.origin, place);
                }
            }
        } else {
            places.put(origin, fresh);
        }
        return fresh;
    }

    private @Nullable Place find(Origin origin) {
        if (places != null) {
            return places.get(origin);
        }
        for (int i = 0; i < found.size(); i++) {
            Place place = found.get(i);
            if (place.origin == origin) {
                return place;
            }
        }
        return null;
    }

    /** Sends {@code seed}, the gradient of the root, back to every wanted place. */
    private void run(Tensor seed) {
        for (Place place : order) {
            place.useful = place.wanted;
            for (Place input : place.inputs) {
                place.useful |= input != null && input.useful;
            }
        }
        order.getLast().add(seed.share());
        ProductPrecision before = ProductPrecision.inForce();
        try {
            sweep();
        } finally {
            before.enforce();
        }
    }

    private void sweep() {
        for (int k = order.size() - 1; k >= 0; k--) {
            Place place = order.get(k);
            Tensor dy = place.gradient;
            if (dy == null) {
                continue;
            }
            if (!place.wanted) {
                place.gradient = null;
            }
            if (place.usefulInputs() > 1) {
                dy.settled(); // it is read for every input
            }
            place.origin.precision().enforce();
            Tensor last = null;
            for (int i = 0; i < place.inputs.length; i++) {
                Place input = place.inputs[i];
                if (input != null && input.useful) {
                    Tensor gradient = place.origin.gradient(i, place.tensor, dy);
                    if (gradient != null) {
                        // It may be handed on to several inputs: then none of them is its only holder.
                        if (gradient.sharesMemory(dy)
                                || gradient.sharesMemory(place.tensor)
                                || last != null && gradient.sharesMemory(last)) {
                            gradient.share();
                        }
                        last = gradient;
                        input.add(gradient);
                    }
                }
            }
            if (!place.wanted) {
                // Its memory serves the next gradients, unless a view, a history or a result that waits has a part in
                // it.
                dy.release();
            }
        }
    }

    /**
     * Adds the gradients of {@code root} to the parameters behind it, replacing those an optimiser has used; recorded
     * themselves when {@code create} asks for it.
     */
    static void backward(Tensor root, Tensor seed, boolean create) {
        GradMode.with(create, () -> {
            Gradients pass = new Gradients(root);
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
        Tensor earlier = cell.lookAtGrad();
        cell.grad(earlier == null || cell.gradUsed() ? gradient : Arithmetic.ADD.apply(earlier, gradient));
    }

    /** The graph behind {@code root}, for passes back to {@code inputs}. */
    static Gradients by(Tensor root, Tensor... inputs) {
        Gradients pass = new Gradients(root);
        for (Tensor input : inputs) {
            Place place = pass.place(input);
            if (place != null) {
                place.wanted = true;
            }
        }
        return pass;
    }

    /**
     * The gradients with respect to each of {@code inputs}, which the graph was made for; null where the root does not
     * depend on one. Recorded themselves when {@code record} asks for it.
     */
    @Nullable
    Tensor[] of(Tensor seed, Tensor[] inputs, boolean record) {
        @Nullable Tensor[] gradients = new @Nullable Tensor[inputs.length];
        if (order.isEmpty()) {
            return gradients;
        }
        GradMode.with(record && GradMode.enabled(), () -> {
            run(seed);
            return seed;
        });
        for (int i = 0; i < inputs.length; i++) {
            Place place = place(inputs[i]);
            gradients[i] = place == null ? null : place.gradient;
        }
        order.forEach(place -> place.gradient = null);
        return gradients;
    }

    private @Nullable Place place(Tensor tensor) {
        Origin origin = tensor.origin();
        return origin == null ? null : find(origin);
    }

    /** Whether the root depends on anything tracked beyond the inputs, such as a parameter that a function captures. */
    boolean dependsBeyond() {
        for (Place place : order) {
            if (place.inputs.length == 0 && !place.wanted) {
                return true;
            }
        }
        return false;
    }
}
