package tns.error;

/**
 * A stretch of a source: what an error points at.
 *
 * @param start the first character
 * @param end the first character after it
 */
public record Span(Source source, int start, int end) {
    /** The line of the first character, from 1. */
    public int line() {
        return source.line(start);
    }

    /** The column of the first character, from 1. */
    public int column() {
        return source.column(start);
    }

    /** The stretch from the start of this to the end of {@code other}. */
    public Span to(Span other) {
        return new Span(source, start, other.end);
    }

    public String text() {
        return source.text().substring(start, end);
    }

    /** Where it starts, as editors understand it: {@code train.tns:14:9}. */
    @Override
    public String toString() {
        return source.name() + ':' + line() + ':' + column();
    }
}
