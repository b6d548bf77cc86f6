package tns.lang;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.nn.Module;
import tns.op.Callable;
import tns.op.TypeName;
import tns.tensor.Param;

/**
 * An annotation that names a type of value, such as {@code int} or {@code tuple}: what {@code type(x)} gives. A float may
 * be given as an int, a tensor as a parameter, and a model is a function too.
 */
public record TypePattern(String name) implements Annotation {
    /** The names there are. */
    public static final List<String> NAMES =
            List.of("int", "float", "string", "tensor", "tuple", "list", "record", "range", "function", "model");

    @Override
    public void check(Frame frame, String function, String what, Object value) {
        boolean fits = switch (name) {
            case "float" -> value instanceof Double || value instanceof Long;
            case "tensor" -> TypeName.of(value).equals("tensor") || value instanceof Param;
            case "function" -> value instanceof Callable;
            case "model" -> value instanceof Module;
            default -> TypeName.of(value).equals(name);
        };
        if (!fits) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    function + ": " + what + " must be " + (name.equals("int") ? "an " : "a ") + name + ", found "
                            + TypeName.describe(value));
        }
    }

    @Override
    public boolean isSteady(Names names) {
        return true;
    }

    @Override
    public String text() {
        return name;
    }
}
