package tns.op;

import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Tensor;
import tns.tensor.TensorText;

/** The text of a value, as {@code print} and interpolation show it. */
public final class Display {
    private Display() {}

    /** A string bare, a tensor as PyTorch prints it, a float as Python does. */
    public static String text(Object value) {
        if (value instanceof String s) {
            return s;
        }
        if (value instanceof Double d) {
            return real(d);
        }
        if (value instanceof Tensor t) {
            return TensorText.of(t);
        }
        if (value instanceof Param p) {
            return TensorText.of(p.look());
        }
        if (value instanceof Tuple t) {
            return tuple(t);
        }
        if (value instanceof DType d) {
            return d.word();
        }
        if (value instanceof Device d) {
            return d.name();
        }
        return value instanceof Op op ? "function " + op.name() : value.toString();
    }

    /** The same, with a string in quotes: how values look inside a container. */
    public static String quoted(Object value) {
        return value instanceof String s ? '"' + escaped(s) + '"' : text(value);
    }

    private static String escaped(String s) {
        return s.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\t", "\\t")
                .replace("\r", "\\r");
    }

    private static String tuple(Tuple t) {
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < t.size(); i++) {
            text.append(i == 0 ? "" : ", ");
            if (!t.names().isEmpty()) {
                text.append(t.names().get(i)).append('=');
            }
            text.append(quoted(t.get(i)));
        }
        return text.append(t.size() == 1 ? ",)" : ")").toString();
    }

    /** The shortest decimal that reads back to the same double, in Python's notation. */
    static String real(double d) {
        if (Double.isNaN(d)) {
            return "nan";
        }
        if (Double.isInfinite(d)) {
            return d > 0 ? "inf" : "-inf";
        }
        if (d == 0) {
            return 1 / d < 0 ? "-0.0" : "0.0";
        }
        if (Math.abs(d) >= 1e-3 && Math.abs(d) < 1e7) {
            return Double.toString(d); // there Java's notation is Python's; BigDecimal takes 8 ms to get ready
        }
        java.math.BigDecimal exact = new java.math.BigDecimal(Double.toString(d)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = exact.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = exact.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        return (d < 0 ? "-" : "") + mantissa + "e" + power;
    }
}
