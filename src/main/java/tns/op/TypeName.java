package tns.op;

import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The name of a value's type, as {@code type(x)} and messages give it. */
public final class TypeName {
    private TypeName() {}

    /** A value that knows the name of its own type. */
    public interface Typed {
        String typeName();
    }

    /** The bare type: {@code int}, {@code tensor}, {@code tuple} … */
    public static String of(Object value) {
        return switch (value) {
            case Long i -> "int";
            case Double d -> "float";
            case Boolean b -> "bool";
            case String s -> "string";
            case None n -> "none";
            case Tuple t -> "tuple";
            case Tensor t -> "tensor";
            case Param p -> "parameter";
            case DType d -> "dtype";
            case Device d -> "device";
            case Typed t -> t.typeName();
            case Callable c -> "function";
            default -> "value";
        };
    }

    /** The models of a script begin with a capital, and are named as they are. */
    private static String article(String type) {
        return Character.isUpperCase(type.charAt(0)) ? "" : "aeiou".indexOf(type.charAt(0)) >= 0 ? "an " : "a ";
    }

    /** The type with what else a message should tell: {@code float32[2, 3]}, {@code a tuple of 3}, {@code none}. */
    public static String describe(Object value) {
        return switch (value) {
            case Tensor t -> t.describe();
            case Param p -> p.look().describe();
            case Tuple t -> "a tuple of " + t.size();
            case None n -> "none";
            case String s -> "the string \"" + s + '"';
            case Long i -> "the int " + i;
            case Double d -> "the float " + d;
            case Boolean b -> "the bool " + b;
            default -> article(of(value)) + of(value);
        };
    }
}
