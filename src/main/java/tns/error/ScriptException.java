package tns.error;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A failure with its place in the script: what an embedding program catches.
 *
 * <p>While it passes the script's open calls each adds itself; {@link #diagnostic} is then the whole story and
 * {@link #getMessage} its rendered text.
 */
public final class ScriptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How many of the innermost and of the outermost calls are kept: endless recursion opens thousands. */
    private static final int CALLS_KEPT = 8;

    private final transient Diagnostic failure;
    private final transient List<Diagnostic.Call> innermost = new ArrayList<>();
    private final transient Deque<Diagnostic.Call> outermost = new ArrayDeque<>();
    private int hidden;

    /** @param cause the Java exception behind it, kept for a bug report; null for a script's own mistakes */
    public ScriptException(Diagnostic failure, @Nullable Throwable cause) {
        super(failure.message(), cause, false, false);
        this.failure = failure;
    }

    /** Gives a failure from below the language its place. */
    public static ScriptException at(Span span, TnsException e) {
        String help = e.help();
        return new ScriptException(
                new Diagnostic(e.kind(), e.getMessage(), span, help == null ? List.of() : List.of(help)), e.getCause());
    }

    /** Notes that the failing code was reached by this call. */
    public ScriptException calledAt(String function, Span span) {
        Diagnostic.Call call = new Diagnostic.Call(function, span);
        if (innermost.size() < CALLS_KEPT) {
            innermost.add(call);
        } else {
            outermost.add(call);
            if (outermost.size() > CALLS_KEPT) {
                outermost.remove();
                hidden++;
            }
        }
        return this;
    }

    public ErrorKind kind() {
        return failure.kind();
    }

    /** The message alone, without place or help; what a script sees as {@code e.message}. */
    public String summary() {
        return failure.message();
    }

    /** Everything known about the failure. */
    public Diagnostic diagnostic() {
        List<Diagnostic.Call> calls = new ArrayList<>(outermost).reversed();
        calls.addAll(innermost.reversed());
        return new Diagnostic(
                failure.kind(), failure.message(), failure.span(), failure.labels(), failure.help(), calls, hidden);
    }

    /** The rendered text without colour. */
    @Override
    public String getMessage() {
        return diagnostic().toString();
    }
}
