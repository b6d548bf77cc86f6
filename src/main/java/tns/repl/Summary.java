package tns.repl;

import tns.lang.Function;
import tns.nn.Module;
import tns.op.Callable;
import tns.op.Display;
import tns.op.Op;
import tns.op.TypeName;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** Says in a few words what a value is. */
final class Summary {
    private static final int LONGEST = 60;

    private Summary() {}

    /** The kind of value: a type, with the shape of a tensor. */
    static String type(Object value) {
        return switch (value) {
            case Tensor t -> t.describe();
            case Param p -> "parameter " + p.look().describe();
            default -> TypeName.of(value);
        };
    }

    /** What else there is to say on one line: the value of a small one, the signature of a function. */
    static String content(Object value) {
        return switch (value) {
            case Tensor t
            when t.elements() > 1 -> t.elements() + " elements, " + t.device().name();
            case Param p ->
                p.look().elements() + " elements, " + p.look().device().name();
            case Function fn -> fn.signature();
            case Op op -> op.signature().toString();
            case Module m ->
                m.namedParameters().values().stream()
                                .mapToLong(p -> p.look().elements())
                                .sum()
                        + " parameters";
            case Callable c -> c.name();
            default -> shortened(Display.quoted(value));
        };
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s*\\n\\s*", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
    }
}
