package tns.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of character cells, each with a character, a front and a back colour, that is written out line by line. */
final class CellGrid {
    private final int width;
    private final int height;
    private final String[] characters;
    private final @Nullable Colour[] fronts;
    private final @Nullable Colour[] backs;

    CellGrid(int width, int height) {
        this.width = width;
        this.height = height;
        this.characters = new String[width * height];
        this.fronts = new Colour[width * height];
        this.backs = new Colour[width * height];
        Arrays.fill(characters, " ");
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Sets a cell; cells outside the page are ignored. */
    void put(int column, int row, String character, @Nullable Colour front, @Nullable Colour back) {
        if (column >= 0 && row >= 0 && column < width && row < height) {
            int cell = row * width + column;
            characters[cell] = character;
            fronts[cell] = front;
            backs[cell] = back;
        }
    }

    /** The colour that fills most of a cell, which something drawn over it keeps as its ground; null for none. */
    @Nullable
    Colour ground(int column, int row) {
        int cell = row * width + column;
        boolean filled = "█▇▆▅▄▀".contains(characters[cell]);
        return filled ? fronts[cell] : backs[cell];
    }

    boolean blank(int column, int row) {
        return characters[row * width + column].equals(" ") && backs[row * width + column] == null;
    }

    /** Writes text from a cell to the right. */
    void text(int column, int row, String text, @Nullable Colour front) {
        int at = column;
        for (int c : text.codePoints().toArray()) {
            int cells = TextWidth.of(c);
            String character = Character.toString(c);
            if (cells == 0 && at > 0 && at <= width) {
                characters[row * width + at - 1] += character;
            } else {
                put(at, row, character, front, null);
                if (cells == 2) {
                    put(at + 1, row, "", front, null);
                }
            }
            at += cells;
        }
    }

    /** The rows as text with the escape sequences of {@code ink}; each row ends in the terminal's own colours. */
    List<String> lines(Ink ink) {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < height; row++) {
            lines.add(line(row, ink));
        }
        return lines;
    }

    private String line(int row, Ink ink) {
        int end = width;
        while (end > 0 && blank(end - 1, row)) {
            end--;
        }
        StringBuilder line = new StringBuilder();
        String normal = ink.select(null, null);
        String current = normal;
        for (int cell = row * width; cell < row * width + end; cell++) {
            // a blank shows no front colour: do not switch for it
            String wanted = ink.select(characters[cell].equals(" ") ? null : fronts[cell], backs[cell]);
            if (!wanted.equals(current)) {
                line.append(wanted);
                current = wanted;
            }
            line.append(characters[cell]);
        }
        return current.equals(normal) ? line.toString() : line.append(normal).toString();
    }
}
