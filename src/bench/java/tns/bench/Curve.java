package tns.bench;

import static org.bytedeco.pytorch.global.torch.linspace;
import static org.bytedeco.pytorch.global.torch.mm;
import static org.bytedeco.pytorch.global.torch.sigmoid;
import static org.bytedeco.pytorch.global.torch.softmax;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A row that is measured at one size after another.
 *
 * @param bytes an element's, read and written once each at least; 0 for a matrix product, which counts operations
 * @param setup the tns text for a number of elements
 * @param rival libtorch's side for a number of elements
 */
record Curve(String name, int bytes, LongFunction<String> setup, String body, LongFunction<Row.Call> rival) {
    private static final long SMALLEST = 1 << 4;
    private static final long LARGEST = 1 << 26;

    /** A product of 2048 by 2048; the next would take seconds a call. */
    private static final long LARGEST_PRODUCT = 1 << 22;

    /** The rows of a softmax are as long as this, if there are as many elements. */
    private static final long SOFTMAX_LENGTH = 1024;

    static List<Curve> all() {
        return List.of(
                new Curve("a + b", 12, n -> vectors(n, "a", "b"), "c = a + b", n -> {
                    Tensor a = vector(n);
                    Tensor b = vector(n);
                    return () -> a.add(b);
                }),
                new Curve("sigmoid(a*b+c)*a-b", 16, n -> vectors(n, "a", "b", "c"), "y = sigmoid(a*b+c)*a-b", n -> {
                    Tensor a = vector(n);
                    Tensor b = vector(n);
                    Tensor c = vector(n);
                    return () -> sigmoid(a.mul(b).add(c)).mul(a).sub(b);
                }),
                new Curve("sum", 4, n -> vectors(n, "x"), "y = x.sum()", n -> {
                    Tensor x = vector(n);
                    return () -> x.sum();
                }),
                new Curve(
                        "softmax of rows of 1024",
                        8,
                        n -> matrix("x", n / length(n), length(n)),
                        "y = softmax(x, dim=-1)",
                        n -> {
                            Tensor x = vector(n).reshape(n / length(n), length(n));
                            return () -> softmax(x, -1);
                        }),
                new Curve("transposing copy", 8, n -> matrix("x", root(n), root(n)), "y = x.T.contiguous()", n -> {
                    Tensor x = vector(n).reshape(root(n), root(n));
                    return () -> x.t().contiguous();
                }),
                new Curve(
                        "product of square matrices",
                        0,
                        n -> matrix("a", root(n), root(n)) + matrix("b", root(n), root(n)),
                        "c = a @ b",
                        n -> {
                            Tensor a = vector(n).reshape(root(n), root(n));
                            Tensor b = vector(n).reshape(root(n), root(n));
                            return () -> mm(a, b);
                        }));
    }

    static Curve named(String name) {
        return all().stream()
                .filter(curve -> curve.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    boolean isProduct() {
        return bytes == 0;
    }

    /** Bytes moved, or operations, of a call on {@code n} elements. */
    double work(long n) {
        return isProduct() ? 2 * Math.pow(n, 1.5) : (double) bytes * n;
    }

    /** What a call's {@link #work} is measured in, by a thousand million a second. */
    String unit() {
        return isProduct() ? "GFLOP/s" : "GB/s";
    }

    /** Each four times as large as the one before, so that all are squares. */
    long[] sizes() {
        return LongStream.iterate(SMALLEST, n -> n <= (isProduct() ? LARGEST_PRODUCT : LARGEST), n -> n * 4)
                .toArray();
    }

    private static String vectors(long n, String... names) {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append("%s = linspace(-1, 1, %d)\n".formatted(name, n));
        }
        return text.toString();
    }

    private static String matrix(String name, long rows, long columns) {
        return "%s = linspace(-1, 1, %d).reshape(%d, %d)\n".formatted(name, rows * columns, rows, columns);
    }

    private static Tensor vector(long n) {
        return linspace(new Scalar(-1), new Scalar(1), n);
    }

    private static long length(long n) {
        return Math.min(n, SOFTMAX_LENGTH);
    }

    private static long root(long n) {
        return Math.round(Math.sqrt(n));
    }
}
