package tns.lang;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.nn.Module;
import tns.op.Callable;
import tns.op.Members;
import tns.op.None;
import tns.op.Op;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.optim.Optimizer;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Repetition;
import tns.tensor.Tensor;

/**
 * Looks at a stretch of a program as it runs once, and finds what must be as it is for it to compute the same again.
 *
 * <p>Whatever it does not know stands in the way. It knows the nodes that say {@link Node#isSteady}, functions made of
 * them, layers, ops whose results depend on their arguments alone, and the two methods of an optimiser that every step of
 * training calls; names and fields must hold what they held. What ops and layers do besides they say themselves
 * ({@link tns.op.Context#refuseWhileRecording}).
 */
final class Steadiness {
    /** Ops of these compute something from their arguments, and do nothing else. */
    private static final Set<String> FAMILIES = Set.of(
            "activations",
            "adaptive pooling",
            "arithmetic",
            "attention",
            "comparison and logic",
            "convolution",
            "diagonals and triangles",
            "differences and running sums",
            "distances",
            "elementary functions",
            "gradients",
            "images",
            "interpolation",
            "joining and splitting",
            "layers",
            "losses",
            "matrix norms",
            "matrix products",
            "normalisation",
            "padding",
            "pooling",
            "random numbers",
            "reductions",
            "scalar functions",
            "selection",
            "shapes and conversions",
            "softmax",
            "sorting",
            "special functions",
            "statistics");

    /** So do these of the functions that host values and tensors share. */
    private static final Set<String> SHARED = Set.of("sum", "max", "min", "any", "all", "float", "int", "bool", "len");

    private static final Set<String> STEPS = Set.of("step", "zero_grad");
    private static final Set<String> SHAPES = Set.of("shape", "ndim", "dtype", "T");

    private static final int MOST_CALLS = 1000;

    private final Repetition repetition;
    private final Frame frame;
    private int calls;
    private final Set<Object> known = Collections.newSetFromMap(new IdentityHashMap<>());

    Steadiness(Repetition repetition, Frame frame) {
        this.repetition = repetition;
        this.frame = frame;
    }

    /** What this name stands for is read. */
    void reads(Variable name) {
        holds(name.name(), () -> name.peek(frame));
    }

    /** What this name stands for would be called as a method, if it can be. */
    void mayCall(Variable name) {
        Object callable = callable(name);
        repetition.onlyWhile(() -> callable(name) == callable);
    }

    private @Nullable Object callable(Variable name) {
        return name.peek(frame) instanceof Callable callable ? callable : null;
    }

    private void holds(String name, Supplier<@Nullable Object> place) {
        Object value = place.get();
        if (value == null || isFixed(value)) {
            if (value instanceof Tuple items) {
                items.share(); // so that a change of an item makes another tuple
            }
            repetition.onlyWhile(() -> same(place.get(), value));
        } else {
            repetition.refuse("'" + name + "' is " + TypeName.describe(value) + ", which may change");
        }
    }

    /** Whether it is what it is as long as it is the same object: tensors and parameters are looked at by who computes. */
    static boolean isFixed(Object value) {
        if (value instanceof Tuple items) {
            for (Object item : items) {
                if (!isFixed(item)) {
                    return false;
                }
            }
            return true;
        }
        return isPlain(value) || value instanceof Tensor || value instanceof Callable || value instanceof Optimizer;
    }

    private static boolean isPlain(Object value) {
        return value instanceof Number
                || value instanceof Boolean
                || value instanceof String
                || value instanceof None
                || value instanceof DType
                || value instanceof Device
                || value instanceof Param;
    }

    static boolean same(@Nullable Object now, @Nullable Object then) {
        return now == then
                || (now instanceof Number || now instanceof Boolean || now instanceof String) && now.equals(then);
    }

    /** A function of the script is called. */
    void enters(Function function) {
        if (++calls == MOST_CALLS) {
            repetition.refuse("it calls functions more than " + MOST_CALLS + " times");
            frame.session.steadiness(null); // looking takes longer than such a call
        }
        if (!known.add(function)) {
            return;
        }
        Names names = function.code().names();
        if (names == null) {
            repetition.refuse(function.name() + " does more than compute");
            return;
        }
        for (Variable name : names.read()) {
            if (name instanceof Variable.Global) {
                holds(name.name(), () -> name.peek(frame));
            } else if (!(name instanceof Variable.Local
                    || name instanceof Variable.Celled
                    || name instanceof Variable.Captured)) {
                repetition.refuse("'" + name.name() + "' may change");
            }
        }
        for (Variable name : names.methods()) {
            if (name instanceof Variable.Global) {
                mayCall(name);
            }
        }
        for (Cell cell : function.captured()) {
            holds("a variable of " + function.name(), () -> cell.value);
        }
    }

    /** A member is found, to be called. */
    void finds(Members of, String name, Object member) {
        if (of instanceof Optimizer optimizer && STEPS.contains(name) && optimizer.isElementwise()) {
            known.add(member);
        } else {
            looksAt(of, name);
        }
    }

    /** A member or a property is looked at. */
    void looksAt(Object of, String name) {
        if (of instanceof Model model) {
            holds(name, () -> model.member(name));
            return;
        }
        boolean known = of instanceof Tensor || of instanceof Tuple || of instanceof Param && SHAPES.contains(name);
        if (of instanceof Param p && name.equals("grad")) {
            p.lookAtGrad(); // the device sees to it that it is what it is now
            known = true;
        }
        if (!known) {
            repetition.refuse(TypeName.describe(of) + " is asked for " + name);
        }
    }

    /** Something is about to be called. */
    void calls(Callable callee, Object[] positional, Map<String, Object> named) {
        if (repetition.refusal() != null) {
            frame.session.steadiness(null); // there is nothing to be found out any more
            return;
        }
        if (callee instanceof Function) {
            return; // what it does is seen when it is entered
        }
        if (!computes(callee) && !(known.contains(callee) && positional.length == 0 && named.isEmpty())) {
            repetition.refuse(callee.name() + " is called");
        }
        requirePlain(callee, List.of(positional));
        requirePlain(callee, named.values());
    }

    private static boolean computes(Callable callee) {
        return callee instanceof Module
                || callee instanceof Op op && (FAMILIES.contains(op.family()) || SHARED.contains(op.name()));
    }

    private void requirePlain(Callable callee, Iterable<?> arguments) {
        for (Object argument : arguments) {
            if (argument instanceof Tuple items) {
                requirePlain(callee, items);
            } else if (!(isPlain(argument) || argument instanceof Tensor)) {
                repetition.refuse(callee.name() + " is given " + TypeName.describe(argument));
            }
        }
    }

    /** A variable holds this at the end. */
    void sets(String name, @Nullable Object value) {
        if (value instanceof Tensor t) {
            repetition.shows(t);
        } else if (value == null || !isPlain(value) || value instanceof Param) {
            repetition.refuse("'" + name + "' becomes something that may change");
        }
    }
}
