package tns.syntax;

import static tns.syntax.grammar.TnsLexer.*;

import java.util.ArrayDeque;
import java.util.Deque;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;
import org.antlr.v4.runtime.Token;
import tns.syntax.grammar.TnsLexer;

/**
 * The part of reading words that depends on what stands around them: which newlines end a statement, where an
 * interpolation ends and its format begins, and that {@code 1..3} is not {@code 1.} and {@code .3}.
 */
public abstract class LayoutLexer extends Lexer {
    /** What is open at the current place: brackets by their own sign, an interpolation as {@code $}. */
    private final Deque<Character> open = new ArrayDeque<>();

    /** The type of the last token the parser sees, or -1 at the start. */
    private int last = -1;

    protected LayoutLexer(CharStream input) {
        super(input);
    }

    @Override
    public Token emit() {
        switch (_type) {
            case LPAREN -> open.push('(');
            case LBRACKET -> open.push('[');
            case LBRACE -> open.push('{');
            case INTERPOLATION -> open.push('$');
            case RPAREN, RBRACKET -> close();
            case RBRACE -> {
                if (inInterpolation()) {
                    setType(INTERPOLATION_END);
                    popMode();
                }
                close();
            }
            case INTERPOLATION_END -> close();
            case COLON -> {
                if (inInterpolation()) {
                    mode(TnsLexer.FORMAT);
                }
            }
            case FLOAT -> splitTrailingPoint();
            case NEWLINE -> {
                if (!endsStatement()) {
                    setChannel(HIDDEN);
                }
            }
            default -> {}
        }
        Token token = super.emit();
        if (token.getChannel() == DEFAULT_TOKEN_CHANNEL) {
            last = token.getType();
        }
        return token;
    }

    private boolean inInterpolation() {
        Character top = open.peek();
        return top != null && top == '$';
    }

    private void close() {
        if (!open.isEmpty()) {
            open.pop();
        }
    }

    /** {@code 1..3} is a range and {@code 2.exp()} a method of 2: there the point does not belong to the number. */
    private void splitTrailingPoint() {
        int next = _input.LA(1);
        if (getText().endsWith(".") && (next == '.' || next == '_' || Character.isLetter(next))) {
            _input.seek(_input.index() - 1);
            getInterpreter().setCharPositionInLine(getInterpreter().getCharPositionInLine() - 1);
            setType(INT);
        }
    }

    private boolean endsStatement() {
        Character top = open.peek();
        if (top != null && top != '{') {
            return false;
        }
        return !dangling(last) && !continuesOnNextLine();
    }

    /** Whether a line that ends with this token needs more. */
    private static boolean dangling(int type) {
        return switch (type) {
            case -1, PLUS, MINUS, STAR, SLASH, DSLASH, PERCENT, AT, POW, TILDE -> true;
            case ASSIGN, PLUS_ASSIGN, MINUS_ASSIGN, STAR_ASSIGN, SLASH_ASSIGN -> true;
            case DSLASH_ASSIGN, PERCENT_ASSIGN, POW_ASSIGN, AT_ASSIGN -> true;
            case COMMA, COLON, ARROW, PIPE, DOT, RANGE, RANGE_INCLUSIVE -> true;
            case AND, OR, NOT, IN, EQ, NE, LT, LE, GT, GE, AMP, BAR -> true;
            default -> false;
        };
    }

    /** Whether the next line with content starts with {@code |>}, {@code .name}, {@code else} or {@code catch}. */
    private boolean continuesOnNextLine() {
        int i = 1;
        int c = _input.LA(i);
        while (Character.isWhitespace(c) || c == '#') {
            if (c == '#') {
                while (c != '\n' && c != CharStream.EOF) {
                    c = _input.LA(++i);
                }
            } else {
                c = _input.LA(++i);
            }
        }
        return (c == '|' && _input.LA(i + 1) == '>')
                || (c == '.' && Character.isLetter(_input.LA(i + 1)))
                || startsWord(i, "else")
                || startsWord(i, "catch");
    }

    private boolean startsWord(int at, String word) {
        for (int k = 0; k < word.length(); k++) {
            if (_input.LA(at + k) != word.charAt(k)) {
                return false;
            }
        }
        int after = _input.LA(at + word.length());
        return !Character.isLetterOrDigit(after) && after != '_';
    }

    @Override
    public void reset() {
        super.reset();
        if (open != null) {
            open.clear();
            last = -1;
        }
    }
}
