package tns.lang;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The annotation {@code float32[b, ..., d]} of a parameter or result: names bind to sizes on first sight and must agree
 * afterwards.
 *
 * @param dtype the dtype it must have, or null
 * @param dims one for each dim; at most one is {@link Rest}
 */
public record ShapePattern(@Nullable DType dtype, List<Dim> dims) implements Annotation {
    /** What one dim must be. */
    public sealed interface Dim permits Rest, Any, Size {}

    /** {@code ...}: any number of dims. */
    public record Rest() implements Dim {}

    /** {@code _}: any size. */
    public record Any() implements Dim {}

    /** A size: a number, a name, or arithmetic on them. */
    public sealed interface Size extends Dim permits Fixed, Named, Computed {
        /** What it is in a call of that function. */
        long value(Frame frame, String function);
    }

    public record Fixed(int size) implements Size {
        @Override
        public long value(Frame frame, String function) {
            return size;
        }
    }

    /** A name; {@code binds} when its first sight gives it a value, otherwise it refers to one that exists. */
    public record Named(Variable variable, boolean binds) implements Size {
        @Override
        public long value(Frame frame, String function) {
            Object value = variable.peek(frame);
            if (value instanceof Long n) {
                return n;
            }
            throw new TnsException(
                    ErrorKind.SHAPE,
                    function + ": '" + variable.name() + "' in a shape must be an int"
                            + (value == null ? "; it has no value yet" : ", it is " + TypeName.describe(value)));
        }
    }

    public record Computed(char sign, Size left, Size right) implements Size {
        @Override
        public long value(Frame frame, String function) {
            long a = left.value(frame, function);
            long b = right.value(frame, function);
            return switch (sign) {
                case '+' -> a + b;
                case '-' -> a - b;
                case '*' -> a * b;
                default -> Math.floorDiv(a, b);
            };
        }
    }

    /** Host numbers and bools count as 0-d, of any dtype they convert to without loss. */
    @Override
    public void check(Frame frame, String function, String what, Object value) {
        Object plain = value instanceof Param p ? p.look() : value;
        boolean scalar = plain instanceof Number || plain instanceof Boolean;
        if (!(plain instanceof Tensor) && !scalar) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            function + ": " + what + " must be a tensor " + text() + ", found "
                                    + TypeName.describe(value))
                    .help("tensor(x) makes one of a tuple or list of numbers");
        }
        Shape shape = plain instanceof Tensor t ? t.shape() : Shape.SCALAR;
        if (dtype != null && plain instanceof Tensor t && t.dtype() != dtype) {
            throw new TnsException(
                            ErrorKind.DTYPE, function + ": " + what + " must be " + dtype + ", found " + t.describe())
                    .help("convert it: x.to(" + dtype + ")");
        }
        if (dtype != null && scalar && !converts(plain, dtype)) {
            throw new TnsException(
                    ErrorKind.DTYPE,
                    function + ": " + what + " must be " + dtype + ", found " + TypeName.describe(value));
        }
        int rest = rest();
        int fixed = rest < 0 ? dims.size() : dims.size() - 1;
        if (rest < 0 ? shape.rank() != fixed : shape.rank() < fixed) {
            throw new TnsException(
                    ErrorKind.SHAPE, function + ": " + what + " must have shape " + text() + ", found " + shape);
        }
        int skipped = shape.rank() - fixed;
        for (int i = 0; i < dims.size(); i++) {
            if (dims.get(i) instanceof Size size) {
                int d = rest >= 0 && i > rest ? i + skipped - 1 : i;
                check(frame, function, what, shape, shape.size(d), size);
            }
        }
    }

    /** Where the {@link Rest} stands, or -1. */
    private int rest() {
        for (int i = 0; i < dims.size(); i++) {
            if (dims.get(i) instanceof Rest) {
                return i;
            }
        }
        return -1;
    }

    private static boolean converts(Object scalar, DType dtype) {
        return switch (dtype) {
            case BOOL -> scalar instanceof Boolean;
            case INT64 -> scalar instanceof Long;
            case FLOAT32, FLOAT64 -> scalar instanceof Number;
        };
    }

    private void check(Frame frame, String function, String what, Shape shape, int found, Size size) {
        if (size instanceof Named named && named.binds && named.variable.peek(frame) == null) {
            named.variable.set(frame, (long) found);
            return;
        }
        long expected = size.value(frame, function);
        if (expected != found) {
            String but = size instanceof Fixed
                    ? ": " + found + " where " + expected + " is declared"
                    : ", but '" + text(size) + "' is " + expected + ", not " + found;
            throw new TnsException(ErrorKind.SHAPE, function + ": " + what + " has shape " + shape + but)
                    .help(what + " is declared " + text());
        }
    }

    @Override
    public boolean isSteady(Names names) {
        dims.forEach(dim -> read(dim, names));
        return true;
    }

    private static void read(Dim dim, Names names) {
        if (dim instanceof Named n) { // a switch over types takes a millisecond to be linked
            names.reads(n.variable);
        } else if (dim instanceof Computed c) {
            read(c.left, names);
            read(c.right, names);
        }
    }

    @Override
    public String text() {
        StringBuilder text = new StringBuilder(dtype == null ? "[" : dtype + "[");
        for (int i = 0; i < dims.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(text(dims.get(i)));
        }
        return text.append(']').toString();
    }

    private static String text(Dim dim) {
        return switch (dim) {
            case Rest r -> "...";
            case Any a -> "_";
            case Fixed f -> Integer.toString(f.size);
            case Named n -> n.variable.name();
            case Computed c -> text(c.left) + " " + (c.sign == '/' ? "//" : c.sign) + " " + text(c.right);
        };
    }
}
