package tns.plot;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;

/** A colour of 8 bits per channel, with the names and the colour cycle matplotlib users know. */
public record Colour(int red, int green, int blue) {
    /** matplotlib's cycle (tab10), made for white paper: used in files. */
    static final List<Colour> PAPER_CYCLE = List.of(
            rgb(0x1f77b4),
            rgb(0xff7f0e),
            rgb(0x2ca02c),
            rgb(0xd62728),
            rgb(0x9467bd),
            rgb(0x8c564b),
            rgb(0xe377c2),
            rgb(0x7f7f7f),
            rgb(0xbcbd22),
            rgb(0x17becf));

    /** The same hues, light enough for a dark terminal, each exactly one of the 256 terminal colours. */
    static final List<Colour> TERMINAL_CYCLE = List.of(
            rgb(0x00afff),
            rgb(0xff8700),
            rgb(0x5fd75f),
            rgb(0xff5f5f),
            rgb(0xaf87ff),
            rgb(0xd7875f),
            rgb(0xff87d7),
            rgb(0x949494),
            rgb(0xd7d700),
            rgb(0x00d7d7));

    private static final Map<String, Colour> NAMES = Map.ofEntries(
            Map.entry("black", rgb(0x000000)),
            Map.entry("k", rgb(0x000000)),
            Map.entry("white", rgb(0xffffff)),
            Map.entry("w", rgb(0xffffff)),
            Map.entry("gray", rgb(0x808080)),
            Map.entry("grey", rgb(0x808080)),
            Map.entry("red", rgb(0xff0000)),
            Map.entry("r", rgb(0xff0000)),
            Map.entry("green", rgb(0x008000)),
            Map.entry("g", rgb(0x008000)),
            Map.entry("blue", rgb(0x0000ff)),
            Map.entry("b", rgb(0x0000ff)),
            Map.entry("cyan", rgb(0x00bfbf)),
            Map.entry("c", rgb(0x00bfbf)),
            Map.entry("magenta", rgb(0xbf00bf)),
            Map.entry("m", rgb(0xbf00bf)),
            Map.entry("yellow", rgb(0xffd700)),
            Map.entry("y", rgb(0xbfbf00)),
            Map.entry("orange", rgb(0xffa500)),
            Map.entry("purple", rgb(0x800080)),
            Map.entry("brown", rgb(0xa52a2a)),
            Map.entry("pink", rgb(0xff69b4)),
            Map.entry("olive", rgb(0x808000)),
            Map.entry("navy", rgb(0x000080)),
            Map.entry("teal", rgb(0x008080)));

    static Colour rgb(int value) {
        return new Colour(value >> 16 & 255, value >> 8 & 255, value & 255);
    }

    int rgb() {
        return red << 16 | green << 8 | blue;
    }

    /**
     * Reads a name ({@code red}), a letter ({@code r}), a place in the cycle ({@code C0}) or {@code #rrggbb}.
     *
     * @throws TnsException of kind value for any other text, showing what is accepted
     */
    static Colour parse(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        Colour named = NAMES.get(name);
        if (named != null) {
            return named;
        }
        if (name.matches("c[0-9]")) {
            return PAPER_CYCLE.get(name.charAt(1) - '0');
        }
        if (name.matches("#[0-9a-f]{6}")) {
            return rgb(Integer.parseInt(name.substring(1), 16));
        }
        throw new TnsException(ErrorKind.VALUE, "plot: unknown color \"" + text + "\"")
                .help("colors are names such as \"red\", \"C0\" to \"C9\", or \"#rrggbb\"");
    }

    /** The colour {@code t} of the way from this one to {@code other}, {@code t} in 0..1. */
    Colour towards(Colour other, double t) {
        return new Colour(mix(red, other.red, t), mix(green, other.green, t), mix(blue, other.blue, t));
    }

    private static int mix(int from, int to, double t) {
        return (int) Math.round(from + (to - from) * t);
    }
}
