package tns.repl;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;
import tns.Interpreter;
import tns.error.Suggestion;
import tns.lang.Function;
import tns.op.Op;
import tns.op.Signature;

/** The pages behind {@code ?name} and {@code ??name}. */
final class Help {
    private static final int MOST_RELATED = 12;
    private static final int LINE = 80;

    private final Interpreter tns;
    private final boolean colour;
    private final Highlight highlight;

    Help(Interpreter tns, boolean colour) {
        this.tns = tns;
        this.colour = colour;
        this.highlight = new Highlight(name -> tns.ops().find(name) != null);
    }

    /** The page for a name: signature, what it does, examples with results, its relatives; for a variable what it holds. */
    String of(String name) {
        Object own = tns.get(name);
        Object value = own == null ? tns.ops().find(name) : own;
        return switch (value) {
            case null -> unknown(name);
            case Op op -> op(op);
            case Function fn -> lines(code(fn.signature()), fn.doc());
            default -> lines(name + ": " + Summary.type(value), Summary.content(value));
        };
    }

    private String op(Op op) {
        List<String> parts = new ArrayList<>();
        op.signatures().stream().map(Signature::toString).map(this::code).forEach(parts::add);
        if (!op.aliases().isEmpty()) {
            parts.add(faint("also " + String.join(", ", op.aliases())));
        }
        parts.add("");
        parts.add(wrapped(op.doc()));
        for (Op.Example example : op.examples()) {
            parts.add("");
            parts.add("  " + faint("tns> ") + code(example.call()));
            parts.add("  " + example.result().replace("\n", "\n  "));
        }
        List<String> related = tns.ops().ops().stream()
                .filter(other -> other != op && other.family().equals(op.family()))
                .map(Op::name)
                .toList();
        if (!related.isEmpty()) {
            parts.add("");
            parts.add(faint(wrapped("see also (" + op.family() + "): " + near(op, related))));
        }
        return String.join("\n", parts);
    }

    /** The relatives defined next to it, if there are many. */
    private String near(Op op, List<String> related) {
        if (related.size() <= MOST_RELATED) {
            return String.join(", ", related);
        }
        List<String> family = tns.ops().ops().stream()
                .filter(other -> other.family().equals(op.family()))
                .map(Op::name)
                .toList();
        int at = family.indexOf(op.name());
        int from = Math.clamp(at - MOST_RELATED / 2, 0, family.size() - MOST_RELATED - 1);
        List<String> some = new ArrayList<>(family.subList(from, from + MOST_RELATED + 1));
        some.remove(op.name());
        return String.join(", ", some) + ", …";
    }

    private String unknown(String name) {
        List<String> known = new ArrayList<>(tns.ops().names());
        known.addAll(tns.names());
        String near = Suggestion.nearest(name, known);
        String word = name.toLowerCase(Locale.ROOT);
        List<String> mentions = tns.ops().ops().stream()
                .filter(op -> word.length() > 2
                        && (op.name().contains(word)
                                || op.doc().toLowerCase(Locale.ROOT).contains(word)))
                .map(Op::name)
                .toList();
        return lines(
                "nothing is named '" + name + "'" + (near == null ? "" : "; did you mean '" + near + "'?"),
                mentions.isEmpty() ? "" : wrapped("help mentions it under " + String.join(", ", mentions)));
    }

    /** How a function of the script was written; of a built-in one, how it is called. */
    String source(String name) {
        Object own = tns.get(name);
        Op op = own == null ? tns.ops().find(name) : null;
        if (own instanceof Function fn) {
            return code(fn.source());
        }
        return op == null
                ? of(name)
                : "# built in, " + op.family() + "\n" + code(op.signature().toString());
    }

    private static String lines(String first, @Nullable String second) {
        return second == null || second.isEmpty() ? first : first + "\n" + second;
    }

    private String code(String text) {
        AttributedString styled = highlight.of(text, -1);
        return colour ? Objects.requireNonNull(styled.toAnsi()) : text;
    }

    private String faint(String text) {
        return colour
                ? new AttributedStringBuilder()
                        .styled(AttributedStyle.DEFAULT.faint(), text)
                        .toAnsi()
                : text;
    }

    private static String wrapped(String text) {
        StringBuilder page = new StringBuilder();
        int column = 0;
        for (String word : text.split(" ", -1)) {
            if (column > 0 && column + 1 + word.length() > LINE) {
                page.append('\n');
                column = 0;
            } else if (column > 0) {
                page.append(' ');
                column++;
            }
            page.append(word);
            column += word.length();
        }
        return page.toString();
    }
}
