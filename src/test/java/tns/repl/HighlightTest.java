package tns.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The colours of code, one letter for each character. */
class HighlightTest {
    private static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;

    private static final Map<AttributedStyle, String> LETTERS = Map.of(
            PLAIN,
            ".",
            PLAIN.foreground(AttributedStyle.MAGENTA),
            "k",
            PLAIN.foreground(AttributedStyle.CYAN),
            "n",
            PLAIN.foreground(AttributedStyle.GREEN),
            "s",
            PLAIN.foreground(AttributedStyle.BLUE),
            "f",
            PLAIN.faint(),
            "c",
            PLAIN.foreground(AttributedStyle.RED),
            "x",
            PLAIN.foreground(AttributedStyle.YELLOW),
            "%");

    private final Highlight highlight = new Highlight(Set.of("sum", "print")::contains);

    private void coloured(String code, String letters) {
        AttributedString styled = highlight.of(code, -1);
        assertEquals(code, styled.toString());
        StringBuilder actual = new StringBuilder();
        for (int i = 0; i < styled.length(); i++) {
            actual.append(LETTERS.getOrDefault(styled.styleAt(i), "?"));
        }
        assertEquals(letters, actual.toString(), code);
    }

    @Test
    void tellsKeywordsNumbersNamesAndCommentsApart() {
        coloured("if x > 1.5 {", "kk.....nnn..");
        coloured("y = sum(x, true)", "....fff....nnnn.");
        coloured("f(sum=3)  # note", "......n...cccccc");
        coloured("my_sum + 1e-3", ".........nnnn");
    }

    @Test
    void coloursTheCodeInsideStrings() {
        coloured("\"a {sum(x):.2f} b\"", "sssnfff....nnnnsss");
        coloured("'a {b}'", "sssssss");
    }

    @Test
    void showsWhatCannotBeRead() {
        coloured("x ? 1", "..x.n");
        coloured("$", "x");
    }

    @Test
    void marksCommands() {
        coloured("%time sum(x)", "%%%%%%fff...");
        coloured("?sum", "%fff");
        coloured("!ls if", "%.....");
    }

    @Test
    void marksTheBracketOfTheOneBeforeTheCursor() {
        AttributedString styled = highlight.of("f((a)[1])", 9);
        assertEquals(PLAIN.bold().underline(), styled.styleAt(1));
        assertEquals(PLAIN.bold().underline(), styled.styleAt(8));
        assertEquals(PLAIN, styled.styleAt(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"open {",
                "\"{x:",
                "}",
                "]]",
                "'",
                "\"",
                "{",
                "fn f(",
                "\"\\",
                "a\nb\n  c",
                "?",
                "%",
                "%x",
                "é∇",
                "\t"
            })
    void neverLosesACharacter(String code) {
        assertEquals(code, highlight.of(code, code.length()).toString());
    }
}
