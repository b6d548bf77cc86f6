package tns.op;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The reference of the language as Markdown: a section for every family of the op table, an entry for every op. */
public final class Reference {
    private final Map<String, List<Op>> families = new LinkedHashMap<>();

    public Reference(OpTable table) {
        for (Op op : table.ops()) {
            families.computeIfAbsent(op.family(), f -> new ArrayList<>()).add(op);
        }
    }

    /** The whole text, which ends in a newline. */
    public String markdown() {
        StringBuilder text = new StringBuilder("# The functions of tns\n\n");
        text.append(
                "Every function can be written as a call or as a method of its first argument: `sum(x)`, `x.sum()`.\n");
        text.append("A parameter with `=` may be left out. Every example was run.\n\n");
        families.keySet()
                .forEach(family -> text.append("- [")
                        .append(title(family))
                        .append("](#")
                        .append(anchor(family))
                        .append(")\n"));
        families.forEach((family, ops) -> {
            text.append("\n## ").append(title(family)).append('\n');
            ops.forEach(op -> text.append('\n').append(entry(op)));
        });
        return text.toString();
    }

    private static String entry(Op op) {
        StringBuilder text = new StringBuilder("### `" + op.signature() + "`\n\n" + op.doc() + "\n");
        if (!op.aliases().isEmpty()) {
            text.append(op.aliases().stream()
                    .map(alias -> '`' + alias + '`')
                    .collect(Collectors.joining(", ", "\nAlso called ", ".\n")));
        }
        if (!op.examples().isEmpty()) {
            text.append("\n```python\n");
            for (Op.Example example : op.examples()) {
                text.append(example.call()).append('\n');
                if (!example.result().isEmpty()) {
                    text.append(commented(example.result()));
                }
            }
            text.append("```\n");
        }
        return text.toString();
    }

    private static String commented(String result) {
        return result.lines().map(line -> "# " + line + "\n").collect(Collectors.joining());
    }

    private static String title(String family) {
        return family.substring(0, 1).toUpperCase(Locale.ROOT) + family.substring(1);
    }

    private static String anchor(String family) {
        return family.toLowerCase(Locale.ROOT).replace(' ', '-');
    }
}
