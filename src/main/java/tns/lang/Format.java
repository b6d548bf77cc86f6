package tns.lang;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Display;
import tns.op.TypeName;
import tns.tensor.NumberText;

/** Python's format specifications ({@code 8.2f}, {@code .3e}, {@code >8}, {@code ,}) for numbers and strings. */
final class Format {
    private static final Pattern SPEC =
            Pattern.compile("(?:(.)?([<>^=]))?([-+ ])?(#)?(0)?(\\d+)?([,_])?(?:\\.(\\d+))?([a-zA-Z%])?");

    private Format() {}

    /** {@code value} as {@code spec} asks; a bad spec is a value error naming it. */
    static String of(Object value, String spec) {
        Matcher m = SPEC.matcher(spec);
        if (!m.matches()) {
            throw new TnsException(ErrorKind.VALUE, "format: \"" + spec + "\" is not a format")
                    .help("like Python's: 8.2f, .3e, >10, 05d, ,");
        }
        char type = m.group(9) == null ? 0 : m.group(9).charAt(0);
        int precision = m.group(8) == null ? -1 : Integer.parseInt(m.group(8));
        boolean number = value instanceof Number;
        String body;
        if (value instanceof Long n && (type == 0 || "dxXobc".indexOf(type) >= 0)) {
            body = integer(n, type);
        } else if (value instanceof Number n) {
            body = real(n.doubleValue(), type, precision, spec);
        } else if (type == 0 || type == 's') {
            String text = Display.text(value);
            body = precision >= 0 && precision < text.length() ? text.substring(0, precision) : text;
        } else {
            throw unfit(value, spec);
        }
        if (number && m.group(7) != null) {
            body = grouped(body, m.group(7));
        }
        if (number && !body.startsWith("-") && m.group(3) != null && !m.group(3).equals("-")) {
            body = m.group(3) + body;
        }
        int width = m.group(6) == null ? 0 : Integer.parseInt(m.group(6));
        char align = m.group(2) == null
                ? (m.group(5) != null ? '=' : number ? '>' : '<')
                : m.group(2).charAt(0);
        String fill = m.group(1) != null ? m.group(1) : m.group(5) != null ? "0" : " ";
        return padded(body, width, align, fill);
    }

    private static String integer(long n, char type) {
        return switch (type) {
            case 'x' -> Long.toHexString(n);
            case 'X' -> Long.toHexString(n).toUpperCase(Locale.ROOT);
            case 'o' -> Long.toOctalString(n);
            case 'b' -> Long.toBinaryString(n);
            case 'c' -> Character.toString((int) n);
            default -> Long.toString(n);
        };
    }

    private static String real(double d, char type, int precision, String spec) {
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            return Display.text(d);
        }
        int digits = precision < 0 ? 6 : precision;
        return switch (type) {
            case 'f', 'F' -> NumberText.fixed(d, digits);
            case 'e' -> NumberText.scientific(d, digits);
            case 'E' -> NumberText.scientific(d, digits).replace('e', 'E');
            case '%' -> NumberText.fixed(d * 100, digits) + "%";
            case 'g', 'G' -> general(d, Math.max(digits, 1));
            case 0 -> precision < 0 ? Display.text(d) : general(d, Math.max(precision, 1));
            default -> throw unfit(d, spec);
        };
    }

    private static String general(double d, int digits) {
        if (d == 0) {
            return "0";
        }
        BigDecimal exact = new BigDecimal(d).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent < -4 || exponent >= digits) {
            String text = NumberText.scientific(d, digits - 1);
            int e = text.indexOf('e');
            String mantissa = text.substring(0, e);
            return (mantissa.contains(".") ? mantissa.replaceAll("0+$", "").replaceAll("\\.$", "") : mantissa)
                    + text.substring(e);
        }
        return exact.stripTrailingZeros().toPlainString();
    }

    private static String grouped(String body, String separator) {
        int end = body.indexOf('.');
        int stop = end < 0 ? body.length() : end;
        int start = body.startsWith("-") ? 1 : 0;
        StringBuilder text = new StringBuilder(body);
        for (int i = stop - 3; i > start; i -= 3) {
            text.insert(i, separator);
        }
        return text.toString();
    }

    private static String padded(String body, int width, char align, String fill) {
        int missing = width - body.length();
        if (missing <= 0) {
            return body;
        }
        return switch (align) {
            case '<' -> body + fill.repeat(missing);
            case '^' -> fill.repeat(missing / 2) + body + fill.repeat(missing - missing / 2);
            case '=' ->
                body.startsWith("-") || body.startsWith("+")
                        ? body.charAt(0) + fill.repeat(missing) + body.substring(1)
                        : fill.repeat(missing) + body;
            default -> fill.repeat(missing) + body;
        };
    }

    private static TnsException unfit(Object value, String spec) {
        return new TnsException(ErrorKind.VALUE, "format: \"" + spec + "\" does not fit " + TypeName.describe(value))
                .help("numbers take f, e, g, d and %; a tensor of several elements takes none");
    }
}
