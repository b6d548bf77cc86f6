package tns.io;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.error.TnsException;
import tns.op.Casts;
import tns.op.Context;
import tns.op.Record;
import tns.op.Tuple;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Tables of comma-separated values as columns, or as one tensor when every cell is a number. */
final class Csv {
    /** What stands for a missing value, beside an empty cell. */
    private static final Set<String> MISSING = Set.of("", "NA", "N/A", "nan", "NaN", "null", "none", "?");

    private final Context context;
    private final List<String> names = new ArrayList<>();
    private final List<List<String>> columns = new ArrayList<>();
    private final List<Long> lines = new ArrayList<>();
    private boolean headed;

    private Csv(Context context) {
        this.context = context;
    }

    /**
     * Reads a file.
     *
     * @param header whether the first row names the columns, which otherwise are c0, c1 …; null for: unless all its cells
     *     are numbers
     * @param skip the lines to pass over first
     */
    static Csv read(Path file, Context context, char delimiter, @Nullable Boolean header, int skip) throws IOException {
        Csv csv = new Csv(context);
        // The reader of java.nio, unlike that of FastCSV, refuses what is not UTF-8.
        try (Reader text = withoutMark(Files.newBufferedReader(file));
                CsvReader<CsvRecord> rows = CsvReader.builder()
                        .fieldSeparator(delimiter)
                        .allowUnclosedQuote(false)
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .ofCsvRecord(text)) {
            boolean first = true;
            for (CsvRecord row : rows) {
                if (row.getStartingLineNumber() <= skip) {
                    continue;
                }
                if (first && (header == null ? !isNumbers(row) : header)) {
                    csv.name(row);
                } else {
                    csv.add(row);
                }
                first = false;
            }
        } catch (CsvParseException e) {
            throw FileFailure.fault(
                    e.getCause() instanceof CharacterCodingException
                            ? "it is not UTF-8 text"
                            : "its quotes do not match, or a field is too long");
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return csv;
    }

    /** The text after the byte order mark that some programs write first. */
    private static Reader withoutMark(Reader text) throws IOException {
        text.mark(1);
        if (text.read() != '\uFEFF') {
            text.reset();
        }
        return text;
    }

    private static boolean isNumbers(CsvRecord row) {
        return row.getFields().stream().map(String::strip).allMatch(cell -> number(cell) != null);
    }

    private void name(CsvRecord row) {
        headed = true;
        for (String name : row.getFields()) {
            String given = name.strip();
            if (names.contains(given)) {
                throw FileFailure.fault(
                                "line " + row.getStartingLineNumber() + ": two columns are named \"" + given + '"')
                        .help("header=false names them c0, c1 …");
            }
            names.add(given);
            columns.add(new ArrayList<>());
        }
    }

    private void add(CsvRecord row) {
        int count = row.getFieldCount();
        while (names.size() < count && lines.isEmpty() && !headed) {
            names.add("c" + names.size());
            columns.add(new ArrayList<>());
        }
        if (count != names.size()) {
            throw FileFailure.fault("line " + row.getStartingLineNumber() + " has " + count
                    + (count == 1 ? " field, " : " fields, ") + (headed ? "the header " : "the first ") + names.size());
        }
        lines.add(row.getStartingLineNumber());
        for (int c = 0; c < count; c++) {
            columns.get(c).add(row.getField(c).strip());
        }
    }

    private static boolean isMissing(String cell) {
        return MISSING.contains(cell);
    }

    /** The record of the columns: ints, floats with NaN for what is missing, bools, or else a tuple of strings. */
    Record record() {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int c = 0; c < names.size(); c++) {
            all.put(names.get(c), column(columns.get(c)));
        }
        return new Record(all);
    }

    private Object column(List<String> cells) {
        if (!cells.isEmpty() && cells.stream().allMatch(Csv::isTruth)) {
            byte[] truths = new byte[cells.size()];
            for (int i = 0; i < truths.length; i++) {
                truths[i] = (byte) (cells.get(i).equalsIgnoreCase("true") ? 1 : 0);
            }
            return Tensor.upload(context.device(), DType.BOOL, Shape.of(truths.length), truths);
        }
        boolean ints = !cells.isEmpty();
        double[] values = new double[cells.size()];
        long[] whole = new long[cells.size()];
        boolean some = cells.isEmpty();
        for (int i = 0; i < values.length; i++) {
            String cell = cells.get(i);
            Double value = number(cell);
            if (value == null) {
                return Tuple.of(cells);
            }
            values[i] = value;
            some |= !isMissing(cell);
            Long n = ints ? integer(cell) : null;
            ints = n != null;
            whole[i] = n == null ? 0 : n;
        }
        if (!some) {
            return Tuple.of(cells);
        }
        return ints
                ? Tensor.upload(context.device(), DType.INT64, Shape.of(whole.length), whole)
                : Casts.to(
                        Tensor.upload(context.device(), DType.FLOAT64, Shape.of(values.length), values),
                        context.defaultDType());
    }

    private static boolean isTruth(String cell) {
        return cell.equalsIgnoreCase("true") || cell.equalsIgnoreCase("false");
    }

    private static @Nullable Long integer(String cell) {
        try {
            return Long.parseLong(cell);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The cell's number, NaN for a missing one, null for a text. */
    private static @Nullable Double number(String cell) {
        if (isMissing(cell)) {
            return Double.NaN;
        }
        char last = cell.charAt(cell.length() - 1);
        if (last != '.' && (last < '0' || last > '9')) {
            // Double.parseDouble takes Java's suffixes too: 1f, 2d.
            return switch (cell.toLowerCase(Locale.ROOT)) {
                case "inf", "+inf", "infinity" -> Double.POSITIVE_INFINITY;
                case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
                default -> null;
            };
        }
        try {
            return Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** All cells as one tensor [rows, columns]. */
    Tensor tensor(DType dtype) {
        int width = names.size();
        double[] values = new double[Math.multiplyExact(lines.size(), width)];
        long[] whole = new long[dtype.isFloat() ? 0 : values.length];
        for (int r = 0; r < lines.size(); r++) {
            for (int c = 0; c < width; c++) {
                String cell = columns.get(c).get(r);
                Double value = number(cell);
                if (value == null && isTruth(cell)) {
                    value = cell.equalsIgnoreCase("true") ? 1.0 : 0.0;
                }
                if (value == null) {
                    throw cell(
                            r,
                            c,
                            "is \"" + (cell.length() > 40 ? cell.substring(0, 40) + "…" : cell) + "\", not a number");
                }
                values[r * width + c] = value;
                if (!dtype.isFloat()) {
                    Long n = isTruth(cell) ? Long.valueOf(value.longValue()) : integer(cell);
                    if (n == null) {
                        throw cell(r, c, isMissing(cell) ? "is missing" : "is " + cell + ", not an int");
                    }
                    whole[r * width + c] = n;
                }
            }
        }
        Shape shape = Shape.of(lines.size(), width);
        Tensor all = dtype.isFloat()
                ? Tensor.upload(context.device(), DType.FLOAT64, shape, values)
                : Tensor.upload(context.device(), DType.INT64, shape, whole);
        return Casts.to(all, dtype);
    }

    private TnsException cell(int r, int c, String what) {
        return FileFailure.fault("line " + lines.get(r) + ", column " + (c + 1)
                        + (headed ? " (" + names.get(c) + ")" : "") + " " + what)
                .help("without dtype each column gets a type of its own");
    }
}
