package tns.repl;

import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.Vocabulary;
import tns.syntax.grammar.TnsLexer;

/** The words of a line that may not be finished, as the language's own lexer sees them. */
final class Words {
    private Words() {}

    /** All tokens but the end, with comments and white space, in order; nothing is left out between them. */
    static List<Token> of(String text) {
        TnsLexer lexer = new TnsLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        return lexer.getAllTokens().stream().<Token>map(token -> token).toList();
    }

    /** The tokens that mean something. */
    static List<Token> visible(String text) {
        return of(text).stream()
                .filter(token -> token.getChannel() == Token.DEFAULT_CHANNEL)
                .toList();
    }

    /** Whether it is a word with a meaning of its own, such as {@code if}. */
    static boolean isKeyword(Token token) {
        return Character.isLetter(token.getText().charAt(0)) && token.getText().equals(literal(token.getType()));
    }

    /** All such words. */
    static List<String> keywords() {
        return java.util.stream.IntStream.rangeClosed(1, TnsLexer.VOCABULARY.getMaxTokenType())
                .mapToObj(Words::literal)
                .filter(word -> !word.isEmpty() && Character.isLetter(word.charAt(0)))
                .toList();
    }

    private static String literal(int type) {
        Vocabulary vocabulary = TnsLexer.VOCABULARY;
        String quoted = vocabulary.getLiteralName(type);
        return quoted == null ? "" : quoted.substring(1, quoted.length() - 1);
    }
}
