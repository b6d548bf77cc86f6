package tns.lang;

/**
 * An {@link Exit} out of the middle of an expression, such as the branch in {@code f(if done { return 1 } else { 2 })}.
 * Thrown by {@link Control.Throwing}, caught by {@link Control.Catching} around the statement; stackless.
 */
final class ExitThrown extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Exit exit;

    ExitThrown(Exit exit) {
        super(null, null, false, false);
        this.exit = exit;
    }

    Exit exit() {
        return exit;
    }
}
