package tns;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import tns.plot.Live;

/** The stream scripts print to: a live figure hears of every text, so that its next frame does not overwrite it. */
final class Announced extends OutputStream {
    private final PrintStream out;
    private final Live live;

    private Announced(PrintStream out, Live live) {
        this.out = out;
        this.live = live;
    }

    static PrintStream stream(PrintStream out, Live live) {
        return new PrintStream(new Announced(out, live), false, StandardCharsets.UTF_8);
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        live.interrupted(new String(bytes, offset, length, StandardCharsets.UTF_8));
        out.write(bytes, offset, length);
    }

    @Override
    public void flush() {
        out.flush();
    }
}
