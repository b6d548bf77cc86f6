package tns.syntax;

import java.util.List;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;
import tns.error.Diagnostic;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Source;
import tns.error.Span;
import tns.lang.Namespace;
import tns.lang.Script;
import tns.op.OpTable;
import tns.syntax.grammar.TnsLexer;
import tns.syntax.grammar.TnsParser;

/** Reads a source into a script, or says what is wrong with it and whether more input would make it right. */
public final class ScriptParser {
    private ScriptParser() {}

    /** Whether a text is a whole script, the beginning of one, or neither. */
    public enum Status {
        COMPLETE,
        INCOMPLETE,
        WRONG
    }

    /**
     * The script of {@code source}, whose file-level names are those of {@code names}.
     *
     * @throws ScriptException of kind SYNTAX, pointing at the first wrong word
     */
    public static Script parse(Source source, Namespace names, OpTable ops) {
        FirstError errors = new FirstError(source);
        TnsParser.ProgramContext tree = tree(source, errors);
        if (errors.found != null) {
            throw errors.found;
        }
        Scope file = Scope.file(names, ops);
        AstBuilder builder = new AstBuilder(source, ops, file);
        return new Script(builder.program(tree), file.slotCount());
    }

    /** Tells complete input from the beginning of some, for a prompt that reads line by line. */
    public static Status status(String text) {
        Source source = new Source("<prompt>", text);
        FirstError errors = new FirstError(source);
        tree(source, errors);
        if (errors.found == null) {
            return Status.COMPLETE;
        }
        return errors.atEnd ? Status.INCOMPLETE : Status.WRONG;
    }

    private static TnsParser.ProgramContext tree(Source source, FirstError errors) {
        TnsLexer lexer = new TnsLexer(CharStreams.fromString(source.text(), source.name()));
        lexer.removeErrorListeners();
        lexer.addErrorListener(errors);
        TnsParser parser = new TnsParser(new CommonTokenStream(lexer));
        parser.removeErrorListeners();
        parser.addErrorListener(errors);
        return parser.program();
    }

    /** Keeps the first error, in words for people. */
    private static final class FirstError extends BaseErrorListener {
        private final Source source;
        private @Nullable ScriptException found;
        private boolean atEnd;

        FirstError(Source source) {
            this.source = source;
        }

        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                Object offending,
                int line,
                int column,
                String message,
                RecognitionException e) {
            if (found != null) {
                return;
            }
            if (offending instanceof Token token) {
                atEnd = token.getType() == Token.EOF;
                int start = Math.min(token.getStartIndex(), source.text().length());
                int end = Math.min(
                        Math.max(token.getStopIndex() + 1, start + 1),
                        source.text().length() + 1);
                found = error(new Span(source, start, end), describe(token), help(token));
            } else {
                int start = offset(line, column);
                char c = start < source.text().length() ? source.text().charAt(start) : ' ';
                found = error(new Span(source, start, start + 1), "syntax: '" + c + "' has no meaning here", List.of());
            }
        }

        private int offset(int line, int column) {
            int at = 0;
            for (int i = 1; i < line; i++) {
                at = source.text().indexOf('\n', at) + 1;
            }
            return at + column;
        }

        private static String describe(Token token) {
            return switch (token.getType()) {
                case Token.EOF -> "syntax: the text ends too early";
                case TnsLexer.NEWLINE -> "syntax: the line ends too early";
                default -> "syntax: unexpected '" + token.getText() + "'";
            };
        }

        private static List<String> help(Token token) {
            return switch (token.getType()) {
                case Token.EOF -> List.of("a bracket, a string or a block is still open");
                case TnsLexer.ASSIGN -> List.of("= assigns, and only as a statement; == compares");
                case TnsLexer.CARET -> List.of("the power operator is **");
                default -> List.of();
            };
        }

        private static ScriptException error(Span span, String message, List<String> help) {
            return new ScriptException(new Diagnostic(ErrorKind.SYNTAX, message, span, help), null);
        }
    }
}
