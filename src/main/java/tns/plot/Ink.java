package tns.plot;

import org.jspecify.annotations.Nullable;

/** How colours are written to the text: not at all, as one of the 256 terminal colours, or in full. */
public enum Ink {
    PLAIN,
    ANSI_256,
    TRUE_COLOUR;

    /** The intensities of the 6 x 6 x 6 colour cube that begins at index 16 of the terminal colours. */
    private static final int[] CUBE = {0, 95, 135, 175, 215, 255};

    /** The escape sequence that selects exactly these colours, null being the terminal's own. */
    String select(@Nullable Colour front, @Nullable Colour back) {
        if (this == PLAIN) {
            return "";
        }
        StringBuilder codes = new StringBuilder("\u001b[0");
        if (front != null) {
            codes.append(";38;").append(code(front));
        }
        if (back != null) {
            codes.append(";48;").append(code(back));
        }
        return codes.append('m').toString();
    }

    private String code(Colour colour) {
        return this == TRUE_COLOUR
                ? "2;" + colour.red() + ";" + colour.green() + ";" + colour.blue()
                : "5;" + nearest(colour);
    }

    /** The index of the nearest colour in the cube or the grey ramp (232..255: 8, 18, … 238). */
    static int nearest(Colour colour) {
        int red = nearestLevel(colour.red());
        int green = nearestLevel(colour.green());
        int blue = nearestLevel(colour.blue());
        int mean = (colour.red() + colour.green() + colour.blue()) / 3;
        int ramp = Math.clamp(Math.round((mean - 8) / 10f), 0, 23);
        int grey = 8 + 10 * ramp;
        int cubeError = distance(colour, CUBE[red], CUBE[green], CUBE[blue]);
        return distance(colour, grey, grey, grey) < cubeError ? 232 + ramp : 16 + 36 * red + 6 * green + blue;
    }

    private static int nearestLevel(int channel) {
        int best = 0;
        for (int i = 1; i < CUBE.length; i++) {
            if (Math.abs(CUBE[i] - channel) < Math.abs(CUBE[best] - channel)) {
                best = i;
            }
        }
        return best;
    }

    private static int distance(Colour colour, int red, int green, int blue) {
        int dr = colour.red() - red;
        int dg = colour.green() - green;
        int db = colour.blue() - blue;
        return dr * dr + dg * dg + db * db;
    }
}
