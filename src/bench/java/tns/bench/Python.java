package tns.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;

/** A {@code python3} that stays: each call runs its body once more. A call costs some 30 µs of piping. */
final class Python implements Row.Call, AutoCloseable {
    private static final String SERVER = """
        import sys
        names = {}
        exec(sys.argv[1], names)
        body = compile(sys.argv[2], "body", "exec")
        for line in sys.stdin:
            exec(body, names)
            print(flush=True)
        """;

    private final Process process;
    private final BufferedReader answers;
    private final Writer requests;

    Python(String setup, String body) {
        try {
            process = new ProcessBuilder("python3", "-u", "-c", SERVER, setup, body).start();
            answers = process.inputReader();
            requests = process.outputWriter();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void run() {
        try {
            requests.write("\n");
            requests.flush();
            if (answers.readLine() == null) {
                throw new IllegalStateException(
                        new String(process.getErrorStream().readAllBytes()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }

    /** Such as {@code 3.11}. */
    static String version() {
        try {
            Process asked =
                    new ProcessBuilder("python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").start();
            return new String(asked.getInputStream().readAllBytes()).strip();
        } catch (IOException e) {
            return "(none)";
        }
    }
}
