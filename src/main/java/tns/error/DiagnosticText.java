package tns.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Renders a {@link Diagnostic} for people: message, place, source line, carets, notes, help and open calls. */
public final class DiagnosticText {
    private static final String RED = "\u001b[1;31m";
    private static final String BLUE = "\u001b[1;34m";
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private final StringBuilder out = new StringBuilder();
    private final boolean colour;
    private final int gutter;

    private DiagnosticText(boolean colour, int gutter) {
        this.colour = colour;
        this.gutter = gutter;
    }

    /** The rendered text, ending without a newline. */
    public static String of(Diagnostic diagnostic, boolean colour) {
        int widest = line(diagnostic.span());
        for (Diagnostic.Label label : diagnostic.labels()) {
            widest = Math.max(widest, line(label.span()));
        }
        return new DiagnosticText(colour, String.valueOf(widest).length()).render(diagnostic);
    }

    private static int line(@Nullable Span span) {
        return span == null ? 0 : span.line();
    }

    private String render(Diagnostic d) {
        out.append(paint(RED, "error")).append(paint(BOLD, ": " + d.message()));
        Span span = d.span();
        if (span != null) {
            place(span, "");
        }
        for (Diagnostic.Label label : d.labels()) {
            place(label.span(), label.text());
        }
        for (String sentence : d.help()) {
            note("help: " + sentence);
        }
        calls(d);
        return out.toString();
    }

    private void place(Span span, String text) {
        Source source = span.source();
        int line = span.line();
        String code = source.lineText(line);
        int column = Math.min(span.column(), code.length() + 1);
        int end = source.line(Math.max(span.start(), span.end() - 1)) > line
                ? code.length() + 1
                : Math.min(span.column() + span.end() - span.start(), code.length() + 1);
        out.append('\n')
                .append(" ".repeat(gutter))
                .append(paint(BLUE, "-->"))
                .append(' ')
                .append(span);
        margin("");
        margin(String.valueOf(line));
        out.append(' ').append(code);
        margin("");
        out.append(' ').append(blank(code, column - 1));
        String carets = "^".repeat(Math.max(1, end - column));
        out.append(paint(RED, text.isEmpty() ? carets : carets + ' ' + text));
    }

    /** As much white space as the code before the carets takes, tabs kept. */
    private static String blank(String code, int length) {
        return code.substring(0, Math.min(length, code.length())).replaceAll("[^\t]", " ");
    }

    private void margin(String number) {
        out.append('\n').append(" ".repeat(gutter - number.length()));
        out.append(paint(BLUE, number + " |"));
    }

    private void note(String text) {
        out.append('\n').append(" ".repeat(gutter + 1)).append(paint(BLUE, "= "));
        out.append(text.replace("\n", "\n" + " ".repeat(gutter + 3)));
    }

    private void calls(Diagnostic d) {
        List<Diagnostic.Call> calls = d.calls();
        if (calls.isEmpty()) {
            return;
        }
        note("calls, innermost last:");
        for (int i = 0; i < calls.size(); i++) {
            if (d.hiddenCalls() > 0 && i == calls.size() / 2) {
                out.append('\n')
                        .append(" ".repeat(gutter + 5))
                        .append("… ")
                        .append(d.hiddenCalls())
                        .append(" more");
            }
            Diagnostic.Call call = calls.get(i);
            out.append('\n').append(" ".repeat(gutter + 5)).append(call.span()).append(": ");
            out.append(call.function());
        }
    }

    private String paint(String code, String text) {
        return colour ? code + text + PLAIN : text;
    }
}
