package tns.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Context;

/** A built-in module: its type, settings, fields and what it computes, given as values. */
final class Layer extends Module {
    private final String type;
    private final String settings;
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final Forward forward;

    /** What a layer computes from its one input. */
    @FunctionalInterface
    interface Forward {
        Object of(Layer self, Context context, Object x);
    }

    Layer(String type, String settings, Forward forward) {
        this.type = type;
        this.settings = settings;
        this.forward = forward;
    }

    Layer with(String name, Object field) {
        fields.put(name, field);
        return this;
    }

    @Override
    public String typeName() {
        return type;
    }

    @Override
    protected String settings() {
        return settings;
    }

    @Override
    public Map<String, Object> fields() {
        return fields;
    }

    @Override
    public @Nullable Object element(Object index) {
        return fields.get(index.toString());
    }

    @Override
    public Object forward(Context context, Object[] positional, Map<String, Object> named) {
        if (positional.length != 1 || !named.isEmpty()) {
            throw new TnsException(
                    ErrorKind.VALUE, type + ": takes one input, " + (positional.length + named.size()) + " given");
        }
        return forward.of(this, context, positional[0]);
    }
}
