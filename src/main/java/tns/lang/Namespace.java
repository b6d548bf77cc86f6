package tns.lang;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file-level names of one file, or of a whole prompt session. */
public final class Namespace {
    private final Map<String, Cell> cells = new LinkedHashMap<>();
    private final Map<String, Object> predefined = new LinkedHashMap<>();

    /** The variable of that name, unset when nothing has bound it yet. */
    public Cell cell(String name) {
        return cells.computeIfAbsent(name, n -> new Cell());
    }

    /** The value of that name, or null. */
    public @Nullable Object get(String name) {
        Cell cell = cells.get(name);
        return cell == null ? null : cell.get();
    }

    /** Unsets the variable of that name; scripts that know it see it unset. */
    public void remove(String name) {
        Cell cell = cells.get(name);
        if (cell != null) {
            cell.value = null;
        }
    }

    /** Gives a name a value that is there before any script runs, such as {@code pi}. */
    public void predefine(String name, Object value) {
        cell(name).set(value);
        predefined.put(name, value);
    }

    /** The names that a script gave a value. */
    List<String> own() {
        return names().stream().filter(n -> predefined.get(n) != get(n)).toList();
    }

    /** The names that have a value, in the order they were first mentioned. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        cells.forEach((name, cell) -> {
            if (cell.value != null) {
                names.add(name);
            }
        });
        return names;
    }
}
