package tns.plot;

import java.util.List;
import java.util.Locale;
import tns.error.ErrorKind;
import tns.error.TnsException;

/** Maps an intensity in 0..1 to a colour, for images. */
public enum Colormap {
    GRAY(List.of(Colour.rgb(0x000000), Colour.rgb(0xffffff))),

    /** matplotlib's default, sampled at ten even places; linear between them. */
    VIRIDIS(List.of(
            Colour.rgb(0x440154),
            Colour.rgb(0x482878),
            Colour.rgb(0x3e4989),
            Colour.rgb(0x31688e),
            Colour.rgb(0x26828e),
            Colour.rgb(0x1f9e89),
            Colour.rgb(0x35b779),
            Colour.rgb(0x6ece58),
            Colour.rgb(0xb5de2b),
            Colour.rgb(0xfde725)));

    private final List<Colour> stops;

    Colormap(List<Colour> stops) {
        this.stops = stops;
    }

    /** The colour of intensity {@code t}; values outside 0..1 take the nearest end. */
    Colour at(double t) {
        double place = Math.clamp(t, 0, 1) * (stops.size() - 1);
        int below = Math.min((int) place, stops.size() - 2);
        return stops.get(below).towards(stops.get(below + 1), place - below);
    }

    /**
     * Reads {@code gray} (or {@code grey}) and {@code viridis}.
     *
     * @throws TnsException of kind value for any other text
     */
    static Colormap parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "gray", "grey" -> GRAY;
            case "viridis" -> VIRIDIS;
            default ->
                throw new TnsException(ErrorKind.VALUE, "imshow: unknown colormap \"" + text + "\"")
                        .help("colormaps are \"gray\" and \"viridis\"");
        };
    }
}
