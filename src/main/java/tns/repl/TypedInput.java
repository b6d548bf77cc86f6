package tns.repl;

import java.io.IOException;
import java.io.Reader;
import org.jline.terminal.Terminal;

/** What the user types while a computation runs: the lines that {@code input()} reads. */
final class TypedInput extends Reader {
    private final Terminal terminal;

    TypedInput(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Gives at most one line, so that what follows it is left to the prompt. */
    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
        int count = 0;
        while (count < length) {
            int c = terminal.reader().read();
            if (c < 0) {
                return count == 0 ? -1 : count;
            }
            buffer[offset + count++] = (char) c;
            if (c == '\n') {
                break;
            }
        }
        return count;
    }

    @Override
    public void close() {}
}
