package tns.plot;

import java.util.Locale;
import tns.error.ErrorKind;
import tns.error.TnsException;

/** A figure as a PNG or SVG file. The drawing classes, and AWT with them, are loaded by the first figure saved only. */
public final class ChartFile {
    static final int WIDTH = 800;
    static final int HEIGHT = 500;

    private ChartFile() {}

    /**
     * The contents of a file of that name that shows the figure in 800 x 500 pixels, or less where a unit must be as long
     * on both axes.
     *
     * @throws TnsException of kind value when the name ends in neither .png nor .svg; of kind io when this machine has no
     *     fonts
     */
    public static byte[] encode(Figure figure, String path) {
        String name = path.toLowerCase(Locale.ROOT);
        if (!name.endsWith(".png") && !name.endsWith(".svg")) {
            throw new TnsException(ErrorKind.VALUE, "save: a figure cannot be saved as \"" + path + "\"")
                    .help("the name of the file must end in .png or .svg")
                    .argument(1);
        }
        return ChartPainter.encode(figure, name.endsWith(".svg"), WIDTH, HEIGHT);
    }
}
