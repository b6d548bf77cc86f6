package tns.profile;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells under their heads, each column as wide as it must be; names and the last column to the left. */
final class Table {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    Table(List<String> heads) {
        rows.add(heads);
    }

    void add(List<String> cells) {
        rows.add(cells);
    }

    String text() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String cell = row.get(c);
                String space = " ".repeat(widths[c] - cell.length());
                line.append(c == 0 ? "" : GAP).append(c == 0 || c == columns - 1 ? cell + space : space + cell);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
