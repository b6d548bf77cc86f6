package tns.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Context;
import tns.op.Form;
import tns.op.TypeName;
import tns.tensor.Holder;
import tns.tensor.Param;
import tns.tensor.Recording;
import tns.tensor.Tensor;

/** A built-in module: its type, settings, fields and what it computes, given as values. */
final class Layer extends Module {
    private final String type;
    private final String settings;
    private final String inputs;
    private final Forward forward;
    private final Form form;
    private final Map<String, Object> fields = new LinkedHashMap<>();

    /** What a layer computes from its inputs. */
    @FunctionalInterface
    interface Forward {
        Object of(Layer self, Args inputs);
    }

    /** The layer of one tensor, {@code x}. */
    Layer(String type, String settings, Forward forward) {
        this(type, settings, "x: tensor", forward);
    }

    /** The layer whose inputs are declared as an op's parameters are: {@code "x: tensor, state: any = none"}. */
    Layer(String type, String settings, String inputs, Forward forward) {
        this.type = type;
        this.settings = settings;
        this.inputs = inputs;
        this.forward = forward;
        this.form = Form.of(type + "(" + inputs + ")", args -> forward.of(this, args));
    }

    /** Adds a field: a parameter, a module, or state of another kind. */
    Layer with(String name, Object field) {
        field(name, field);
        return this;
    }

    /** A layer of its own whose parameters, and those of the layers within it, have the same values. */
    Layer copy() {
        Layer copy = new Layer(type, settings, inputs, forward);
        copy.setTraining(training());
        fields.forEach((name, field) -> copy.field(name, copied(field)));
        return copy;
    }

    private static Object copied(Object field) {
        return switch (field) {
            case Layer part -> part.copy();
            case Param p -> {
                Param copy = new Param(p.value().detach());
                copy.requiresGrad(p.requiresGrad());
                yield copy;
            }
            default -> field;
        };
    }

    /** A field that is a tensor, such as a running mean: recorded work goes on with it at its next run. */
    private record Kept(Layer layer, String name) implements Holder {
        @Override
        public Tensor value() {
            return layer.tensor(name);
        }

        @Override
        public void set(Tensor next) {
            layer.fields.put(name, next.settled().share());
        }
    }

    /** Lets a field that is a tensor hold another one, as the layer computes. */
    void replace(String name, Tensor next) {
        Kept field = new Kept(this, name);
        Recording recording = next.device().recording();
        if (recording != null) {
            recording.replacing(field);
        }
        field.set(next);
    }

    /** The field that is a layer itself. */
    Layer layer(String name) {
        if (fields.get(name) instanceof Layer part) {
            return part;
        }
        throw new TnsException(ErrorKind.VALUE, type + ": " + name + " must be the layer it was made with");
    }

    /** The field that must be there, as a tensor. */
    Tensor tensor(String name) {
        Tensor found = tensorOrNull(name);
        if (found == null) {
            throw new TnsException(ErrorKind.VALUE, type + ": has no " + name);
        }
        return found;
    }

    /** The field as a tensor, or null when the layer was made without it. */
    @Nullable
    Tensor tensorOrNull(String name) {
        Object field = fields.get(name);
        if (field == null) {
            return null;
        }
        if (field instanceof Param p) {
            return p.look();
        }
        if (!(field instanceof Tensor t)) {
            throw new TnsException(
                    ErrorKind.VALUE, type + ": " + name + " must be a tensor, it is " + TypeName.describe(field));
        }
        Recording recording = t.device().recording();
        if (recording != null) {
            recording.reading(new Kept(this, name), t);
        }
        return t;
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
    protected void field(String name, Object value) {
        fields.put(name, value instanceof Tensor t ? t.share() : value);
    }

    @Override
    public @Nullable Object element(Object index) {
        return fields.get(index.toString());
    }

    @Override
    public Object forward(Context context, Object[] positional, Map<String, Object> named) {
        return form.call(context, positional, named);
    }
}
