package tns.op;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import tns.tensor.Tensor;

/** The tensors of a value that is one tensor or tuples of them, nested; and other tensors put back in the same nesting. */
final class Tree {
    private final Object nesting;
    private final Tensor[] tensors;

    private Tree(Object nesting, Tensor[] tensors) {
        this.nesting = nesting;
        this.tensors = tensors;
    }

    /** The tree of {@code value}; {@code leaf} makes the tensor of anything that is not a tuple. */
    static Tree of(Object value, Function<Object, Tensor> leaf) {
        List<Tensor> found = new ArrayList<>();
        Object nesting = numbered(value, leaf, found);
        return new Tree(nesting, found.toArray(new Tensor[0]));
    }

    private static Object numbered(Object value, Function<Object, Tensor> leaf, List<Tensor> found) {
        if (value instanceof Tuple t) {
            return Tuple.of(
                    t.items().stream().map(item -> numbered(item, leaf, found)).toArray());
        }
        found.add(leaf.apply(value));
        return found.size() - 1;
    }

    Tensor[] tensors() {
        return tensors;
    }

    /** The tensors in their nesting. */
    Object value() {
        return filled(i -> tensors[i]);
    }

    /** Something for each tensor, in their nesting. */
    Object filled(IntFunction<Object> parts) {
        return filled(nesting, parts);
    }

    private static Object filled(Object nesting, IntFunction<Object> parts) {
        return nesting instanceof Tuple t
                ? Tuple.of(t.items().stream().map(item -> filled(item, parts)).toArray())
                : parts.apply((Integer) nesting);
    }
}
