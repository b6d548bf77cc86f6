package tns.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A tensor written as PyTorch writes it: {@code tensor([-1.0000, 0.5000], requires_grad=true)}.
 *
 * <p>Four decimals, lines of 80 columns; of more than 1000 elements only the first and last three of each dim are shown,
 * and only those decide the format. The dtype is named unless the elements show it, the device unless it is the cpu, the
 * sizes when there are no elements and more or fewer than one dim.
 */
public final class TensorText {
    private static final String OPENING = "tensor(";
    private static final int LINE_WIDTH = 80;
    private static final int SUMMARY_THRESHOLD = 1000;
    private static final int EDGE = 3;

    private final View view;
    private final boolean summarised;
    private final ElementText elements;
    private final StringBuilder out = new StringBuilder(OPENING);
    private int written;

    private TensorText(Tensor t) {
        this.view = t.view();
        this.summarised = t.elements() > SUMMARY_THRESHOLD;
        this.elements = elements(t);
    }

    /** The text of {@code t}, which says {@code requires_grad=true} of a tracked tensor. */
    public static String of(Tensor t) {
        return of(t, t.requiresGrad());
    }

    /** The text of {@code t} with or without {@code requires_grad=true}. */
    public static String of(Tensor t, boolean requiresGrad) {
        TensorText text = new TensorText(t);
        if (t.elements() == 0) {
            text.out.append("[]");
        } else {
            text.write(0, OPENING.length());
        }
        text.close(suffixes(t, requiresGrad));
        return text.out.toString();
    }

    private static List<String> suffixes(Tensor t, boolean requiresGrad) {
        List<String> suffixes = new ArrayList<>();
        if (!t.device().name().equals("cpu")) {
            suffixes.add("device='" + t.device().name() + "'");
        }
        boolean empty = t.elements() == 0;
        if (empty && t.rank() != 1) {
            suffixes.add(Arrays.stream(t.shape().toArray())
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(", ", "size=(", ")")));
        }
        if (empty ? t.dtype() != DType.FLOAT32 : t.dtype() == DType.FLOAT64) {
            suffixes.add("dtype=" + t.dtype().word());
        }
        if (requiresGrad) {
            suffixes.add("requires_grad=true");
        }
        return suffixes;
    }

    /** Appends the elements from dim {@code d} on, whose opening bracket stands in column {@code indent}. */
    private void write(int d, int indent) {
        int rank = view.shape().rank();
        if (d == rank) {
            out.append(elements.padded()[written++]);
            return;
        }
        boolean innermost = d == rank - 1;
        int perLine = innermost ? Math.max(1, (LINE_WIDTH - indent) / (elements.width() + 2)) : 1;
        String newLine = "," + "\n".repeat(Math.max(1, rank - d - 1)) + " ".repeat(indent + 1);
        int size = view.shape().size(d);
        boolean gap = hasGap(size);
        int items = gap ? 2 * EDGE + 1 : size;
        out.append('[');
        for (int i = 0; i < items; i++) {
            if (i > 0) {
                out.append(i % perLine == 0 ? newLine : ", ");
            }
            if (gap && i == EDGE) {
                out.append(innermost ? " ..." : "...");
            } else {
                write(d + 1, indent + 1);
            }
        }
        out.append(']');
    }

    /** Appends the suffixes, each on the last line if it fits there, and the closing parenthesis. */
    private void close(List<String> suffixes) {
        // One more than the line's length, as PyTorch counts it: texts break where PyTorch's do.
        int column = out.length() - out.lastIndexOf("\n") + 1;
        for (String suffix : suffixes) {
            if (column + suffix.length() + 2 > LINE_WIDTH) {
                out.append(",\n").append(" ".repeat(OPENING.length()));
                column = OPENING.length() + suffix.length();
            } else {
                out.append(", ");
                column += suffix.length() + 2;
            }
            out.append(suffix);
        }
        out.append(')');
    }

    private boolean hasGap(int size) {
        return summarised && size > 2 * EDGE;
    }

    /** The texts of the shown elements, in row-major order. */
    private ElementText elements(Tensor t) {
        int[] at = t.elements() == 0 ? new int[0] : positions(0, view.offset()).toArray();
        Object array = t.device().download(t.buffer());
        return switch (t.dtype()) {
            case FLOAT32 -> {
                float[] a = (float[]) array;
                yield ElementText.of(Arrays.stream(at).mapToDouble(i -> a[i]).toArray());
            }
            case FLOAT64 -> {
                double[] a = (double[]) array;
                yield ElementText.of(Arrays.stream(at).mapToDouble(i -> a[i]).toArray());
            }
            case INT64 -> {
                long[] a = (long[]) array;
                yield ElementText.of(Arrays.stream(at).mapToLong(i -> a[i]).toArray());
            }
            case BOOL -> {
                byte[] a = (byte[]) array;
                boolean[] truths = new boolean[at.length];
                for (int i = 0; i < at.length; i++) {
                    truths[i] = a[at[i]] != 0;
                }
                yield ElementText.of(truths);
            }
        };
    }

    /** The buffer positions of the shown elements from dim {@code d} on. */
    private IntStream positions(int d, int at) {
        if (d == view.shape().rank()) {
            return IntStream.of(at);
        }
        int size = view.shape().size(d);
        IntStream shown = hasGap(size)
                ? IntStream.concat(IntStream.range(0, EDGE), IntStream.range(size - EDGE, size))
                : IntStream.range(0, size);
        return shown.flatMap(i -> positions(d + 1, at + i * view.strides()[d]));
    }
}
