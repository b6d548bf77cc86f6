package tns.error;

import java.util.ArrayList;
import java.util.List;

/** A text that was given to the language, under the name its errors show: a file, {@code <prompt>}, {@code <eval>}. */
public final class Source {
    private final String name;
    private final String text;
    private final int[] lineStarts;
    private final boolean paired;

    public Source(String name, String text) {
        this.name = name;
        this.text = text;
        List<Integer> starts = new ArrayList<>(List.of(0));
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                starts.add(i + 1);
            }
        }
        this.paired = text.codePointCount(0, text.length()) != text.length();
        this.lineStarts = starts.stream().mapToInt(Integer::intValue).toArray();
    }

    public String name() {
        return name;
    }

    public String text() {
        return text;
    }

    /** Where the {@code index}-th code point stands: readers that count code points see a pair of surrogates as one. */
    public int position(int index) {
        return paired ? text.offsetByCodePoints(0, Math.min(index, text.codePointCount(0, text.length()))) : index;
    }

    /** The line of a character position, from 1. */
    public int line(int position) {
        int low = 0;
        int high = lineStarts.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (lineStarts[middle] <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low + 1;
    }

    /** The column of a character position within its line, from 1. */
    public int column(int position) {
        return position - lineStarts[line(position) - 1] + 1;
    }

    /** The text of a line, without its end. */
    public String lineText(int line) {
        int start = lineStarts[line - 1];
        int end = line < lineStarts.length ? lineStarts[line] - 1 : text.length();
        return text.substring(start, end).stripTrailing();
    }
}
