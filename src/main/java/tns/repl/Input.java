package tns.repl;

import static tns.syntax.grammar.TnsLexer.LBRACE;
import static tns.syntax.grammar.TnsLexer.LBRACKET;
import static tns.syntax.grammar.TnsLexer.LPAREN;
import static tns.syntax.grammar.TnsLexer.RBRACE;
import static tns.syntax.grammar.TnsLexer.RBRACKET;
import static tns.syntax.grammar.TnsLexer.RPAREN;

import java.util.List;
import java.util.function.Function;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.Parser;
import org.jspecify.annotations.Nullable;
import tns.syntax.ScriptParser;

/** Tells JLine when the lines typed so far are a whole input, and which word the cursor is in. */
final class Input implements Parser {
    /** The part of a line that is tns code, such as what follows {@code %time}; null when none of it is. */
    private final Function<String, @Nullable String> code;

    Input(Function<String, @Nullable String> code) {
        this.code = code;
    }

    @Override
    public CompletingParsedLine parse(String line, int cursor, ParseContext context) {
        if (context == ParseContext.ACCEPT_LINE) {
            String script = code.apply(line);
            if (script != null && ScriptParser.status(script) == ScriptParser.Status.INCOMPLETE) {
                throw new EOFError(-1, cursor, "incomplete", "", open(line.substring(0, cursor)), null);
            }
        }
        int start = context == ParseContext.COMPLETE ? Completion.wordStart(line, cursor) : cursor;
        return new Word(line, cursor, start);
    }

    /** How many brackets are open at the end of {@code text}: how far the next line is indented. */
    private static int open(String text) {
        int depth = 0;
        for (var token : Words.of(text)) {
            depth += switch (token.getType()) {
                case LBRACE, LPAREN, LBRACKET -> 1;
                case RBRACE, RPAREN, RBRACKET -> -1;
                default -> 0;
            };
        }
        return Math.max(0, depth);
    }

    /** The line as one word: the part that completion replaces. */
    private record Word(String line, int cursor, int start) implements CompletingParsedLine {
        @Override
        public String word() {
            return line.substring(start, cursor);
        }

        @Override
        public int wordCursor() {
            return cursor - start;
        }

        @Override
        public int wordIndex() {
            return 0;
        }

        @Override
        public List<String> words() {
            return List.of(word());
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return wordCursor();
        }

        @Override
        public int rawWordLength() {
            return wordCursor();
        }
    }
}
