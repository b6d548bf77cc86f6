package tns.cuda.emulator;

/** What a real device would answer with a fault or, worse, with wrong numbers; the message names the instruction. */
public final class EmulationError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EmulationError(String message) {
        super(message);
    }

    EmulationError(String message, Throwable cause) {
        super(message, cause);
    }
}
