package tns.plot;

import tns.error.ErrorKind;
import tns.error.TnsException;

/** How the line of a series is broken: not at all, in dashes, or in dots. */
public enum LineStyle {
    SOLID(1, 0, 1f, 0f),
    DASHED(5, 3, 8f, 5f),
    DOTTED(1, 2, 1.5f, 3.5f);

    /** Braille dots drawn, then skipped, along the line. */
    final int dotsOn;

    final int dotsOff;

    /** Pixels drawn, then skipped, along the line in a file. */
    final float pixelsOn;

    final float pixelsOff;

    LineStyle(int dotsOn, int dotsOff, float pixelsOn, float pixelsOff) {
        this.dotsOn = dotsOn;
        this.dotsOff = dotsOff;
        this.pixelsOn = pixelsOn;
        this.pixelsOff = pixelsOff;
    }

    /** Whether the dot that is number {@code step} along the line is drawn. */
    boolean draws(int step) {
        return step % (dotsOn + dotsOff) < dotsOn;
    }

    /**
     * Reads matplotlib's names and signs: {@code solid -}, {@code dashed --}, {@code dotted :}.
     *
     * @throws TnsException of kind value for any other text, naming the accepted ones
     */
    static LineStyle parse(String text) {
        return switch (text) {
            case "solid", "-" -> SOLID;
            case "dashed", "--" -> DASHED;
            case "dotted", ":" -> DOTTED;
            default ->
                throw new TnsException(ErrorKind.VALUE, "plot: unknown style \"" + text + "\"")
                        .help("styles are \"solid\" or \"-\", \"dashed\" or \"--\", \"dotted\" or \":\","
                                + " and \"o\" for markers");
        };
    }
}
