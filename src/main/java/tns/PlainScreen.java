package tns;

import java.io.PrintStream;
import tns.plot.Screen;

/** A stream that is no terminal: figures become one line each. */
record PlainScreen(PrintStream out) implements Screen {
    @Override
    public boolean interactive() {
        return false;
    }

    @Override
    public int width() {
        return 80;
    }

    @Override
    public int height() {
        return 24;
    }

    @Override
    public boolean colour() {
        return false;
    }

    @Override
    public void write(String text) {
        out.print(text);
        out.flush();
    }
}
