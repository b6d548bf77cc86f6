package tns.op;

import java.util.Locale;

/** What a parameter of an op accepts, and what the op's body then receives. */
public enum Kind {
    /** A tensor, parameter, number or bool; the body receives a tensor. */
    TENSOR("a tensor"),
    /** A tensor, parameter, number or bool; host numbers stay host numbers, which never widen a dtype. */
    OPERAND("a tensor or number"),
    /** A tuple or list of tensors; the body receives a tuple of tensors. */
    TENSORS("a tuple of tensors"),
    /** A whole number or 0-d int tensor; the body receives a long. */
    INT("an int"),
    /** A number or 0-d tensor; the body receives a double. */
    FLOAT("a number"),
    /** A number (int stays int) or 0-d tensor; the body receives Long, Double or Boolean. */
    NUMBER("a number"),
    /** A bool or 0-d bool tensor. */
    BOOL("a bool"),
    STRING("a string"),
    /** A whole number, tuple of them, or int tensor; the body receives an int[]. */
    INTS("an int or a tuple of ints"),
    DTYPE("a dtype"),
    DEVICE("a device"),
    FUNCTION("a function"),
    ANY("a value");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    /** The kind in words for a message, such as {@code "an int or a tuple of ints"}. */
    public String words() {
        return words;
    }

    static Kind named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
