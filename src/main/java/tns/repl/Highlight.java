package tns.repl;

import static tns.syntax.grammar.TnsLexer.*;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.antlr.v4.runtime.Token;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Colours code by its words, and the bracket that belongs to the one at the cursor. */
final class Highlight implements Highlighter {
    private static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;
    private static final AttributedStyle KEYWORD = PLAIN.foreground(AttributedStyle.MAGENTA);
    private static final AttributedStyle NUMBER = PLAIN.foreground(AttributedStyle.CYAN);
    private static final AttributedStyle STRING = PLAIN.foreground(AttributedStyle.GREEN);
    private static final AttributedStyle FUNCTION = PLAIN.foreground(AttributedStyle.BLUE);
    private static final AttributedStyle REMARK = PLAIN.faint();
    private static final AttributedStyle WRONG = PLAIN.foreground(AttributedStyle.RED);
    private static final AttributedStyle COMMAND = PLAIN.foreground(AttributedStyle.YELLOW);

    private final Predicate<String> isBuiltin;

    /** @param isBuiltin whether a name is one of the language's own functions, not a variable */
    Highlight(Predicate<String> isBuiltin) {
        this.isBuiltin = isBuiltin;
    }

    @Override
    public AttributedString highlight(LineReader reader, String text) {
        boolean typing = !(reader instanceof Editor editor && editor.finished());
        return of(text, typing ? reader.getBuffer().cursor() : -1);
    }

    /** The text with styles; {@code cursor} is where the next character would be typed, -1 for nowhere. */
    AttributedString of(String text, int cursor) {
        AttributedStringBuilder styled = new AttributedStringBuilder();
        int prefix = Commands.prefixLength(text);
        styled.styled(COMMAND, text.substring(0, prefix));
        if (text.startsWith("!")) {
            return styled.append(text.substring(prefix)).toAttributedString();
        }
        List<Token> words = Words.of(text.substring(prefix));
        int[] pair = cursor < 0 ? new int[] {-1, -1} : pair(words, cursor - prefix);
        for (int i = 0; i < words.size(); i++) {
            AttributedStyle style = style(words, i);
            boolean paired = i == pair[0] || i == pair[1];
            styled.styled(
                    paired ? style.bold().underline() : style, words.get(i).getText());
        }
        return styled.toAttributedString();
    }

    private AttributedStyle style(List<Token> words, int i) {
        Token word = words.get(i);
        return switch (word.getType()) {
            case INT, FLOAT -> NUMBER;
            case RAW, QUOTE, END_QUOTE, TEXT -> STRING;
            case ESCAPE, BRACES, INTERPOLATION, INTERPOLATION_END, SPEC -> NUMBER;
            case COMMENT -> REMARK;
            case UNKNOWN, STRAY -> WRONG;
            case TRUE, FALSE, NONE -> NUMBER;
            case ID -> isBuiltin.test(word.getText()) && !named(words, i) ? FUNCTION : PLAIN;
            default -> Words.isKeyword(word) ? KEYWORD : PLAIN;
        };
    }

    /** Whether it is the name of an argument or being assigned: {@code name =}. */
    private static boolean named(List<Token> words, int i) {
        int next = i + 1;
        while (next < words.size() && words.get(next).getType() == SPACE) {
            next++;
        }
        return next < words.size() && words.get(next).getType() == ASSIGN;
    }

    /** The places of the bracket before the cursor, or else at it, and of its partner; -1 for none. */
    private static int[] pair(List<Token> words, int cursor) {
        int[] found = {-1, -1};
        Deque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < words.size(); i++) {
            switch (words.get(i).getType()) {
                case LPAREN, LBRACKET, LBRACE, INTERPOLATION -> open.push(i);
                case RPAREN, RBRACKET, RBRACE, INTERPOLATION_END -> {
                    if (!open.isEmpty()) {
                        int start = open.pop();
                        int opens = words.get(start).getStartIndex();
                        int closes = words.get(i).getStartIndex();
                        if (closes + 1 == cursor
                                || opens + 1 == cursor
                                || found[0] < 0 && (opens == cursor || closes == cursor)) {
                            found = new int[] {start, i};
                        }
                    }
                }
                default -> {}
            }
        }
        return found;
    }
}
