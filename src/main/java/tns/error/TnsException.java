package tns.error;

import org.jspecify.annotations.Nullable;

/**
 * A failure of a script's own making: what was asked, what was found, and what would work.
 *
 * <p>Layers below the language throw it without a position; the call node that runs the operation adds the span. The
 * message starts with the operation or construct, in lower case, and prints shapes and dtypes.
 */
public class TnsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;
    private @Nullable String help;
    private int argument = -1;

    public TnsException(ErrorKind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public TnsException(ErrorKind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Java's own failure to find room for a list, a string or anything else small, as a script's failure. */
    public static TnsException outOfMemory(OutOfMemoryError full) {
        Reserve.spend();
        long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
        return new TnsException(ErrorKind.LIMIT, "out of memory: the program fills its " + mebibytes + " MiB", full)
                .help("start tns with more memory, for example --memory 8g, or keep less");
    }

    /** Adds the sentence that says what would work. */
    public final TnsException help(String sentence) {
        this.help = sentence;
        return this;
    }

    /** Names the argument at fault, counted from 0 in the order written, so that the caret stands under it. */
    public final TnsException argument(int index) {
        this.argument = index;
        return this;
    }

    public final ErrorKind kind() {
        return kind;
    }

    public final @Nullable String help() {
        return help;
    }

    /** The argument at fault, or -1 when the whole call is. */
    public final int argument() {
        return argument;
    }

    /** Told the name of an operation that it ends, the innermost first; of use to failures that do not start with it. */
    public void ended(String operation) {}

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
