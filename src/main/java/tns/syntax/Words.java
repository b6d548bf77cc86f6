package tns.syntax;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;
import tns.error.Source;
import tns.error.Span;
import tns.syntax.grammar.TnsLexer;

/**
 * The words of a source around the one that cannot stand where it is.
 *
 * @param tokens all that the parser sees, the end of the file included
 * @param at the position of the wrong one
 */
record Words(Source source, List<Token> tokens, int at) {
    Token wrong() {
        return tokens.get(at);
    }

    /** The type of the word {@code offset} places after the wrong one, or EOF outside the source. */
    int type(int offset) {
        int i = at + offset;
        return i < 0 || i >= tokens.size() ? Token.EOF : tokens.get(i).getType();
    }

    /** The text of that word, empty outside the source. */
    String text(int offset) {
        return type(offset) == Token.EOF ? "" : tokens.get(at + offset).getText();
    }

    /** Whether nothing stands between that word and the next. */
    boolean touches(int offset) {
        return type(offset) != Token.EOF
                && type(offset + 1) != Token.EOF
                && tokens.get(at + offset).getStopIndex() + 1
                        == tokens.get(at + offset + 1).getStartIndex();
    }

    boolean isKeyword(int offset) {
        return type(offset) >= TnsLexer.FN && type(offset) <= TnsLexer.CATCH;
    }

    /** Whether that word can begin a value. */
    boolean beginsValue(int offset) {
        return switch (type(offset)) {
            case TnsLexer.ID, TnsLexer.INT, TnsLexer.FLOAT, TnsLexer.RAW, TnsLexer.QUOTE -> true;
            case TnsLexer.TRUE, TnsLexer.FALSE, TnsLexer.NONE, TnsLexer.NOT, TnsLexer.LPAREN -> true;
            default -> false;
        };
    }

    /** The offset of the first word of the statement with the wrong one. */
    int statement() {
        int i = at - 1;
        int depth = 0;
        while (i >= 0) {
            int type = tokens.get(i).getType();
            if (depth == 0 && isSeparator(type)) {
                break;
            }
            depth += closes(type) ? 1 : opens(type) ? -1 : 0;
            if (depth < 0) {
                if (type == TnsLexer.LBRACE) {
                    break;
                }
                depth = 0;
            }
            i--;
        }
        return i + 1 - at;
    }

    private static boolean isSeparator(int type) {
        return type == TnsLexer.NEWLINE || type == TnsLexer.SEMI;
    }

    static boolean opens(int type) {
        return switch (type) {
            case TnsLexer.LPAREN, TnsLexer.LBRACKET, TnsLexer.LBRACE, TnsLexer.INTERPOLATION -> true;
            default -> false;
        };
    }

    static boolean closes(int type) {
        return switch (type) {
            case TnsLexer.RPAREN, TnsLexer.RBRACKET, TnsLexer.RBRACE, TnsLexer.INTERPOLATION_END -> true;
            default -> false;
        };
    }

    /** What closes an opening word. */
    static int closing(int opening) {
        return switch (opening) {
            case TnsLexer.LPAREN -> TnsLexer.RPAREN;
            case TnsLexer.LBRACKET -> TnsLexer.RBRACKET;
            case TnsLexer.LBRACE -> TnsLexer.RBRACE;
            default -> TnsLexer.INTERPOLATION_END;
        };
    }

    /** The innermost bracket, interpolation or string that is open at the wrong word, or null. */
    @Nullable
    Token open() {
        int position = openPosition();
        return position < 0 ? null : tokens.get(position);
    }

    /** Where {@link #open} stands among the tokens, or -1. */
    int openPosition() {
        Deque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < at; i++) {
            int type = tokens.get(i).getType();
            if (opens(type) || type == TnsLexer.QUOTE) {
                open.push(i);
            } else if ((closes(type) || type == TnsLexer.END_QUOTE) && !open.isEmpty()) {
                open.pop();
            }
        }
        return open.isEmpty() ? -1 : open.peek();
    }

    /** The place of a word; the end of the file is just after the last character. */
    Span span(Token token) {
        int length = source.text().length();
        if (token.getType() == Token.EOF) {
            int end = source.text().stripTrailing().length();
            return new Span(source, end, end);
        }
        int start = Math.min(source.position(token.getStartIndex()), length);
        return new Span(source, start, Math.max(start, Math.min(source.position(token.getStopIndex() + 1), length)));
    }

    /** From one word to another. */
    Span span(int from, int to) {
        return span(tokens.get(at + from)).to(span(tokens.get(at + to)));
    }

    /** From the start of a word to the end of its line. */
    Span restOfLine(Token token) {
        int start = source.position(token.getStartIndex());
        int end = source.text().indexOf('\n', start);
        int stop = end < 0 ? source.text().length() : end;
        while (stop > start + 1 && Character.isWhitespace(source.text().charAt(stop - 1))) {
            stop--;
        }
        return new Span(source, start, stop);
    }
}
