package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.TnsException;
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
        private static final Place[] NONE = {};

        private final Tensor tensor;
        private final Origin origin;
        /** The places of the origin's inputs; null for one that is not tracked. */
        private final @Nullable Place[] inputs;
        /** The place found before this one. */
        private final @Nullable Place earlier;
        /** The place whose input led here first. */
        private final @Nullable Place parent;

        private int visited;
        private boolean wanted;
        /** Whether some wanted place can be reached: gradients of others are not worth computing. */
        private boolean useful;

        private @Nullable Tensor gradient;

        Place(Tensor tensor, Origin origin, @Nullable Place earlier, @Nullable Place parent) {
            this.tensor = tensor;
            this.origin = origin;
            this.inputs = origin.inputCount() == 0 ? NONE : new @Nullable Place[origin.inputCount()];
            this.earlier = earlier;
            this.parent = parent;
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

    /** The place found last, from which {@link Place#earlier} leads to all others. */
    private @Nullable Place found;

    private int searched;
    /** What has been found, by origin, once it is much. */
    private @Nullable Map<Origin, Place> places;

    /** The places behind the root, each after everything it was computed from; so many of them, the root's last. */
    private Place[] order = new Place[FEW];

    private int count;

    /** Gradients of a place that have been added up. */
    private final List<Tensor> spent = new ArrayList<>();

    private Gradients(Tensor root) {
        Origin behind = root.origin();
        Place at = behind == null ? null : place(root, behind, null);
        while (at != null) {
            if (at.visited == at.inputs.length) {
                order = count == order.length ? Arrays.copyOf(order, 2 * count) : order;
                order[count++] = at;
                at = at.parent;
                continue;
            }
            int i = at.visited++;
            Tensor input = at.origin.input(i);
            Origin from = input.origin();
            if (from != null) {
                Place known = find(from);
                Place next = known == null ? place(input, from, at) : known;
                at.inputs[i] = next;
                at = known == null ? next : at;
            }
        }
    }

    /** The place of an origin that is seen for the first time. */
    private Place place(Tensor tensor, Origin origin, @Nullable Place parent) {
        Place fresh = new Place(tensor, origin, found, parent);
        found = fresh;
        if (places != null) {
            places.put(origin, fresh);
        } else if (++searched > FEW) {
            places = new IdentityHashMap<>();
            for (Place each = fresh; each != null; each = each.earlier) {
                places.put(each.origin, each);
            }
        }
        return fresh;
    }

    private @Nullable Place find(Origin origin) {
        if (places != null) {
            return places.get(origin);
        }
        Place each = found;
        while (each != null && each.origin != origin) {
            each = each.earlier;
        }
        return each;
    }

    /** Sends {@code seed}, the gradient of the root, back to every wanted place. */
    private void run(Tensor seed) {
        for (int k = 0; k < count; k++) {
            Place place = order[k];
            place.useful = place.wanted;
            for (Place input : place.inputs) {
                place.useful |= input != null && input.useful;
            }
        }
        order[count - 1].add(seed.share());
        ProductPrecision before = ProductPrecision.inForce();
        try {
            sweep();
        } finally {
            before.enforce();
        }
    }

    private void sweep() {
        for (int k = count - 1; k >= 0; k--) {
            Place place = order[k];
            Tensor dy = place.gradient;
            if (dy == null || place.inputs.length == 0) {
                continue;
            }
            if (!place.wanted) {
                place.gradient = null;
            }
            if (place.usefulInputs() > 1) {
                dy.settled(); // it is read for every input
            }
            place.origin.precision().enforce();
            boolean sole = place.inputs.length == 1 && !place.wanted && !dy.isEscaped();
            boolean handedOn = false;
            boolean waits = dy.pending() != null;
            if (waits) {
                dy.hold(); // a rule may use it more than once
            }
            Tensor last = null;
            for (int i = 0; i < place.inputs.length; i++) {
                Place input = place.inputs[i];
                if (input != null && input.useful) {
                    Tensor gradient = gradient(place, i, dy);
                    if (gradient != null) {
                        // It may be handed on to several inputs: then none of them is its only holder.
                        if (sole && gradient.sharesMemory(dy)) {
                            gradient.takeOver();
                            handedOn = true;
                        } else if (gradient.sharesMemory(dy)
                                || gradient.sharesMemory(place.tensor)
                                || last != null && gradient.sharesMemory(last)) {
                            gradient.share();
                        }
                        last = gradient;
                        if (input.gradient != null) {
                            spent.add(input.gradient);
                            spent.add(gradient);
                        }
                        input.add(gradient);
                    }
                }
            }
            if (waits) {
                dy.handOn();
            }
            // The memory of what has been sent on serves the next gradients, unless a view or a history has a part.
            if (!spent.isEmpty()) {
                spent.forEach(Tensor::release);
                spent.clear();
            }
            if (!place.wanted && !handedOn) {
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
            for (int k = 0; k < pass.count; k++) {
                pass.order[k].wanted = pass.order[k].origin instanceof Leaf;
            }
            pass.run(seed);
            for (int k = 0; k < pass.count; k++) {
                Place place = pass.order[k];
                if (place.origin instanceof Leaf leaf) {
                    Tensor value = leaf.cell().look();
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

    /** Adds to what has been gathered, in place where nobody else sees it; what an optimiser has used is let go. */
    private static void accumulate(Param cell, Tensor gradient) {
        Tensor earlier = cell.gradUsed() ? null : cell.lookAtGrad();
        if (earlier == null) {
            cell.grad(gradient);
        } else if (isOwn(earlier) && gradient.origin() == null) {
            Arithmetic.ADD.into(earlier, earlier, gradient.settled());
            gradient.release();
        } else {
            cell.grad(Arithmetic.ADD.apply(earlier, gradient));
        }
    }

    /** Whether nobody else holds the elements, or a recording for its next run. */
    private static boolean isOwn(Tensor gathered) {
        return gathered.isExclusive()
                && gathered.isContiguous()
                && gathered.device().recording() == null;
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
        if (count == 0) {
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
        for (int k = 0; k < count; k++) {
            order[k].gradient = null;
        }
        return gradients;
    }

    private @Nullable Place place(Tensor tensor) {
        Origin origin = tensor.origin();
        return origin == null ? null : find(origin);
    }

    /** Whether the root depends on anything tracked beyond the inputs, such as a parameter that a function captures. */
    boolean dependsBeyond() {
        for (int k = 0; k < count; k++) {
            if (order[k].inputs.length == 0 && !order[k].wanted) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Tensor gradient(Place place, int input, Tensor dy) {
        try {
            return place.origin.gradient(input, place.tensor, dy);
        } catch (TnsException e) {
            e.ended("the gradient of " + place.origin.op());
            throw e;
        }
    }
}
