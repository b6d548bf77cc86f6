package tns.op;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final Map<Origin, Tensor> pending = new IdentityHashMap<>();
    private final List<Node> order;

    /** A tracked tensor and its origin, which identifies the place in the graph. */
    private record Node(Tensor tensor, Origin origin) {}

    private Gradients(Tensor root) {
        order = orderFrom(root);
    }

    /** The places behind {@code root}, each after everything it was computed from. */
    private static List<Node> orderFrom(Tensor root) {
        List<Node> order = new ArrayList<>();
        Set<Origin> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Visit> stack = new ArrayDeque<>();
        push(root, seen, stack);
        while (!stack.isEmpty()) {
            Visit visit = stack.peek();
            if (visit.next < visit.node.origin.inputCount()) {
                push(visit.node.origin.input(visit.next++), seen, stack);
            } else {
                order.add(visit.node);
                stack.pop();
            }
        }
        return order;
    }

    private static final class Visit {
        private final Node node;
        private int next;

        Visit(Node node) {
            this.node = node;
        }
    }

    private static void push(Tensor tensor, Set<Origin> seen, Deque<Visit> stack) {
        Origin origin = tensor.origin();
        if (origin != null && seen.add(origin)) {
            stack.push(new Visit(new Node(tensor, origin)));
        }
    }

    private void add(Origin origin, Tensor gradient) {
        Tensor earlier = pending.get(origin);
        pending.put(origin, earlier == null ? gradient : Arithmetic.ADD.apply(earlier, gradient));
    }

    /** Sends {@code seed}, the gradient of {@code root}, back to every place in {@code wanted} and the leaves. */
    private void run(Origin root, Tensor seed, Set<Origin> wanted) {
        Set<Origin> useful = usefulFor(wanted);
        add(root, seed);
        for (int k = order.size() - 1; k >= 0; k--) {
            Node node = order.get(k);
            Origin origin = node.origin;
            Tensor dy = wanted.contains(origin) ? pending.get(origin) : pending.remove(origin);
            if (dy == null) {
                continue;
            }
            for (int i = 0; i < origin.inputCount(); i++) {
                Origin input = origin.input(i).origin();
                if (input == null || !useful.contains(input)) {
                    continue;
                }
                Tensor gradient = origin.gradient(i, node.tensor, dy);
                if (gradient != null) {
                    add(input, gradient);
                }
            }
        }
    }

    /** The places from which some wanted one can be reached: gradients of others are not worth computing. */
    private Set<Origin> usefulFor(Set<Origin> wanted) {
        Set<Origin> useful = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Node node : order) {
            Origin origin = node.origin;
            boolean leads = wanted.contains(origin);
            for (int i = 0; i < origin.inputCount() && !leads; i++) {
                Origin input = origin.input(i).origin();
                leads = input != null && useful.contains(input);
            }
            if (leads) {
                useful.add(origin);
            }
        }
        return useful;
    }

    /** Adds the gradients of {@code root} to the parameters behind it, replacing those an optimiser has used. */
    static void backward(Tensor root, Origin origin, Tensor seed) {
        GradMode.without(() -> {
            Gradients pass = new Gradients(root);
            Set<Origin> leaves = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Node node : pass.order) {
                if (node.origin instanceof Leaf) {
                    leaves.add(node.origin);
                }
            }
            pass.run(origin, seed, leaves);
            for (Origin leaf : leaves) {
                Tensor gradient = pass.pending.get(leaf);
                Param cell = ((Leaf) leaf).cell();
                Tensor value = cell.value();
                accumulate(
                        cell,
                        gradient != null ? gradient : Tensor.allocate(value.device(), value.dtype(), value.shape()));
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
        Gradients pass = new Gradients(root);
        Set<Origin> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Tensor input : inputs) {
            if (input.origin() != null) {
                wanted.add(input.origin());
            }
        }
        boolean outer = record || seed.requiresGrad() || pass.dependsBeyond(wanted);
        GradMode.with(outer && GradMode.enabled(), () -> {
            pass.run(origin, seed, wanted);
            return root;
        });
        for (int i = 0; i < inputs.length; i++) {
            Origin input = inputs[i].origin();
            gradients[i] = input == null ? null : pass.pending.get(input);
        }
        return gradients;
    }

    /** Whether {@code root} depends on anything tracked beyond {@code inputs}. */
    static boolean dependsBeyond(Tensor root, Tensor... inputs) {
        Set<Origin> own = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Tensor input : inputs) {
            if (input.origin() != null) {
                own.add(input.origin());
            }
        }
        return new Gradients(root).dependsBeyond(own);
    }

    /** Whether some leaf, or an input with a history of its own, is not among {@code wanted}. */
    private boolean dependsBeyond(Set<Origin> wanted) {
        for (Node node : order) {
            if (node.origin.inputCount() == 0 && !wanted.contains(node.origin)) {
                return true;
            }
        }
        return false;
    }
}
