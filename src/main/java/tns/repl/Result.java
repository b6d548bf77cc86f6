package tns.repl;

import java.io.PrintStream;
import tns.op.Display;
import tns.op.None;
import tns.plot.Figure;
import tns.plot.Screen;
import tns.plot.TerminalChart;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** Shows the value of an expression under it. */
final class Result {
    private static final String FAINT = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    /** A figure fills a narrow terminal and is as wide as it is pleasant to read on a wide one. */
    private static final int FIGURE_COLUMNS = 100;

    private static final int FIGURE_LINES = 22;

    private Result() {}

    /**
     * Prints nothing for {@code none}, a tensor under a line with its dtype, shape and device, a figure drawn (one line
     * where there is no terminal), and anything else as inside a container: strings in quotes.
     */
    static void print(Object value, PrintStream out, Screen screen) {
        if (value instanceof Tensor tensor) {
            tensor(tensor, tensor, out, screen);
        } else if (value instanceof Param param) {
            tensor(param.value(), param, out, screen);
        } else if (value instanceof Figure figure && screen.interactive()) {
            out.println(drawn(figure, screen));
        } else if (value != None.NONE) {
            out.println(Display.quoted(value));
        }
        out.flush();
    }

    private static void tensor(Tensor tensor, Object shown, PrintStream out, Screen screen) {
        String header = tensor.describe() + " " + tensor.device().name();
        out.println(screen.colour() ? FAINT + header + PLAIN : header);
        out.println(Display.text(shown));
    }

    private static String drawn(Figure figure, Screen screen) {
        int width = Math.min(screen.width() - 1, FIGURE_COLUMNS);
        int height = Math.clamp(screen.height() - 2L, 1, FIGURE_LINES);
        return TerminalChart.render(figure, width, height, screen.ink());
    }
}
