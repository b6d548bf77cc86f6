package tns.op;

import java.util.Map;

/** Anything that can be called with values: a function, a lambda, an op, a module, a model. */
public interface Callable {
    /** The name shown in messages. */
    String name();

    /** Calls with positional and named arguments. */
    Object call(Context context, Object[] positional, Map<String, Object> named);

    /** Whether it only looks at its arguments: the caller marks those that the result holds. */
    default boolean onlyLooks() {
        return false;
    }

    default Object call(Context context, Object... positional) {
        return call(context, positional, Map.of());
    }
}
