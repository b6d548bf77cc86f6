package tns.plot;

/** The place text is written to, and what is known about it. */
public interface Screen {
    /** Whether it is a terminal whose cursor can be moved, not a pipe or a file. */
    boolean interactive();

    /** Character cells across; read anew for every frame. */
    int width();

    /** Lines; read anew for every frame. */
    int height();

    /** Whether colours may be written. */
    boolean colour();

    /** Whether colours may be written with all 24 bits, not as one of the 256 terminal colours. */
    default boolean trueColour() {
        return false;
    }

    /** Writes the text, with its escape sequences, and flushes it. */
    void write(String text);

    /** How figures are coloured here. */
    default Ink ink() {
        return !colour() ? Ink.PLAIN : trueColour() ? Ink.TRUE_COLOUR : Ink.ANSI_256;
    }
}
