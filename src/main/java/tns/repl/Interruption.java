package tns.repl;

import org.jspecify.annotations.Nullable;
import tns.Interpreter;

/**
 * Lets Ctrl-C (or a kill) stop a running script where it is, so that its failure is told like any other, with its place,
 * and nothing it printed is lost. The JVM then ends with 128 plus the signal: 130 for Ctrl-C.
 *
 * <p>A shutdown hook does it: unlike a signal handler it is part of Java, costs no start-up time and leaves the exit code
 * to the JVM.
 */
final class Interruption {
    /** How long a script may take to notice, as one that waits for input does not. */
    private static final long PATIENCE_MILLIS = 1000;

    private @Nullable Interpreter tns;
    private boolean over;

    /** From now until {@link #over}, a signal cancels what {@code interpreter} runs. */
    synchronized void cancels(Interpreter interpreter) {
        tns = interpreter;
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "interruption"));
    }

    /** The failure has been told: the process may end. */
    synchronized void over() {
        over = true;
        notifyAll();
    }

    private synchronized void stop() {
        if (tns == null || over) {
            return;
        }
        tns.cancel();
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        try {
            while (!over && System.nanoTime() < end) {
                wait(PATIENCE_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
