package tns.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One failure, complete: what, where, what else is worth seeing, what would work, and how the script got there.
 *
 * @param message one line, lower case, starting with the op or construct
 * @param span the exact operands or words at fault; null when the failure has no place in a script
 * @param labels other places that belong to the failure
 * @param help sentences that say what would work
 * @param calls the script's calls that were open, outermost first
 * @param hiddenCalls how many calls between the first and second half of {@code calls} are left out
 */
public record Diagnostic(
        ErrorKind kind,
        String message,
        @Nullable Span span,
        List<Label> labels,
        List<String> help,
        List<Call> calls,
        int hiddenCalls) {

    /** A second place, and what it has to do with the failure. */
    public record Label(Span span, String text) {}

    /** One open call: the function's name and where it was called. */
    public record Call(String function, Span span) {}

    public Diagnostic(ErrorKind kind, String message, @Nullable Span span, List<String> help) {
        this(kind, message, span, List.of(), help, List.of(), 0);
    }

    /** The text people see, without colour. */
    @Override
    public String toString() {
        return DiagnosticText.of(this, false);
    }
}
