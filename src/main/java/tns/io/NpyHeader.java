package tns.io;

import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The header of an npy file: a Python dictionary with the keys descr, fortran_order and shape, in any order. */
record NpyHeader(Element element, ByteOrder order, boolean fortranOrder, long[] shape) {
    /** Reads the dictionary; anything but strings, True, False and tuples of ints in it is a fault. */
    static NpyHeader parse(String text) {
        return new Parser(text).header();
    }

    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        NpyHeader header() {
            @Nullable String descr = null;
            @Nullable Boolean fortran = null;
            long @Nullable [] shape = null;
            expect('{');
            while (!accept('}')) {
                String key = string();
                expect(':');
                switch (key) {
                    case "descr" -> descr = descr();
                    case "fortran_order" -> fortran = truth();
                    case "shape" -> shape = shape();
                    default -> throw fault("has the unknown key '" + key + "'");
                }
                if (!accept(',') && peek() != '}') {
                    throw malformed();
                }
            }
            if (peek() != 0 || descr == null || fortran == null || shape == null) {
                throw malformed();
            }
            Element element = Npy.element(descr);
            ByteOrder order = Npy.order(descr);
            if (element == null || order == null) {
                throw FileFailure.fault("its dtype '" + descr + "' cannot be held by a tensor")
                        .help("bool, ints and floats can be read: x.astype(\"float32\") in NumPy converts");
            }
            return new NpyHeader(element, order, fortran, shape);
        }

        private String descr() {
            if (peek() == '[') {
                throw FileFailure.fault("it holds a structured array, which a tensor cannot be")
                        .help("save its columns one by one, or as an npz");
            }
            return string();
        }

        private char peek() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private boolean accept(char c) {
            if (peek() != c) {
                return false;
            }
            at++;
            return true;
        }

        private void expect(char c) {
            if (!accept(c)) {
                throw malformed();
            }
        }

        private String string() {
            char quote = peek();
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0) {
                throw malformed();
            }
            String inside = text.substring(at + 1, end);
            at = end + 1;
            return inside;
        }

        private boolean truth() {
            peek();
            boolean value = text.startsWith("True", at);
            if (!value && !text.startsWith("False", at)) {
                throw malformed();
            }
            at += value ? 4 : 5;
            return value;
        }

        private long[] shape() {
            expect('(');
            long[] sizes = new long[8];
            int count = 0;
            while (!accept(')')) {
                if (count == sizes.length) {
                    sizes = Arrays.copyOf(sizes, 2 * count);
                }
                sizes[count++] = size();
                if (!accept(',') && peek() != ')') {
                    throw malformed();
                }
            }
            return Arrays.copyOf(sizes, count);
        }

        private long size() {
            peek();
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            if (at == start || at - start > 18) {
                throw fault("has a shape with something else than sizes in it");
            }
            long size = Long.parseLong(text, start, at, 10);
            // Python 2 wrote long ints as 3L.
            if (at < text.length() && text.charAt(at) == 'L') {
                at++;
            }
            return size;
        }

        private RuntimeException malformed() {
            return fault("is malformed");
        }

        private RuntimeException fault(String what) {
            return FileFailure.fault("its header " + what);
        }
    }
}
