package tns.bench;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** How long {@code bin/tns} takes until its prompt is drawn, in a pseudo-terminal that the program script makes. */
final class PromptStart {
    private static final String PROMPT = "tns> ";

    /** A new pseudo-terminal has no size, into which no prompt fits. */
    private static final String COMMAND = "stty rows 24 cols 80 && exec bin/tns";

    private PromptStart() {}

    /** Whether there is util-linux's script; others take other options. */
    static boolean canBeMeasured() {
        try {
            Process process = new ProcessBuilder("script", "--version").start();
            String version = new String(process.getInputStream().readAllBytes());
            return process.waitFor() == 0 && version.contains("util-linux");
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Seconds from the start of script; a word typed at the prompt then has to end it. */
    static double seconds() {
        try {
            Path history = Files.createTempDirectory("bench");
            ProcessBuilder builder = new ProcessBuilder("script", "-qec", COMMAND, "/dev/null");
            builder.environment().put("TERM", "xterm-256color");
            builder.environment().put("XDG_STATE_HOME", history.toString());
            long begin = System.nanoTime();
            Process process = builder.start();
            try (Reader output = process.inputReader();
                    Writer keys = process.outputWriter()) {
                await(output);
                double seconds = (System.nanoTime() - begin) * 1e-9;
                keys.write("exit\r");
                keys.flush();
                output.transferTo(Writer.nullWriter());
                if (process.waitFor() != 0) {
                    throw new IllegalStateException("the prompt ended with " + process.exitValue());
                }
                return seconds;
            } finally {
                process.destroy();
                Files.deleteIfExists(history.resolve("tns").resolve("history"));
                Files.deleteIfExists(history.resolve("tns"));
                Files.delete(history);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(Reader output) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(PROMPT) < 0) {
            int next = output.read();
            if (next < 0) {
                throw new IllegalStateException("no prompt: " + text);
            }
            text.append((char) next);
        }
    }
}
