package tns.plot;

/** Measures and cuts text by the character cells it takes in a terminal. */
final class TextWidth {
    private TextWidth() {}

    /** The text with line breaks and other control characters, which would break the drawing, as spaces. */
    static String oneLine(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
    }

    /** The cells the text takes. */
    static int of(String text) {
        return text.codePoints().map(TextWidth::of).sum();
    }

    /** The cells one character takes: 0 for marks drawn on the character before, 2 for East Asian and emoji, else 1. */
    static int of(int codePoint) {
        if (codePoint < 0x300) {
            return 1;
        }
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean wide = codePoint >= 0x1100 && codePoint <= 0x115f
                || codePoint >= 0x2e80 && codePoint <= 0xa4cf
                || codePoint >= 0xac00 && codePoint <= 0xd7a3
                || codePoint >= 0xf900 && codePoint <= 0xfaff
                || codePoint >= 0xfe30 && codePoint <= 0xfe6f
                || codePoint >= 0xff00 && codePoint <= 0xff60
                || codePoint >= 0xffe0 && codePoint <= 0xffe6
                || codePoint >= 0x1f300 && codePoint <= 0x1f64f
                || codePoint >= 0x1f680 && codePoint <= 0x1faff
                || codePoint >= 0x20000 && codePoint <= 0x3fffd;
        return wide ? 2 : 1;
    }

    /** The text if it fits into {@code cells}, otherwise its beginning and an ellipsis. */
    static String fit(String text, int cells) {
        if (of(text) <= cells) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int used = 0;
        for (int c : text.codePoints().toArray()) {
            used += of(c);
            if (used > cells - 1) {
                break;
            }
            kept.appendCodePoint(c);
        }
        return cells < 1 ? "" : kept.append('…').toString();
    }
}
