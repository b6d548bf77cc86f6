package tns.syntax;

import java.util.List;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;
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
     * @param lines whether a profile is to see its lines, for which every statement then asks
     * @throws ScriptException of kind SYNTAX, pointing at the first wrong word
     */
    public static Script parse(Source source, Namespace names, OpTable ops, boolean lines) {
        try {
            Reading reading = new Reading(source);
            TnsParser.ProgramContext tree = reading.parser.program();
            Token wrong = reading.wrong;
            if (wrong != null) {
                throw new ScriptException(SyntaxErrors.of(reading.around(wrong)), null);
            }
            Scope file = Scope.file(names, ops);
            return new Script(new AstBuilder(source, ops, file, lines).program(tree), file.slotCount());
        } catch (StackOverflowError deep) {
            throw AstBuilder.wrong(
                    new Span(source, 0, 0),
                    "the expression is nested too deep",
                    "give its parts names on lines of their own");
        }
    }

    /** Tells complete input from the beginning of some, for a prompt that reads line by line. */
    public static Status status(String text) {
        Reading reading = new Reading(new Source("<prompt>", text));
        try {
            reading.parser.program();
        } catch (StackOverflowError deep) {
            return Status.WRONG;
        }
        Token wrong = reading.wrong;
        return wrong == null ? Status.COMPLETE : wrong.getType() == Token.EOF ? Status.INCOMPLETE : Status.WRONG;
    }

    /** One pass of the parser over a source, which keeps the first word that cannot stand where it is. */
    private static final class Reading extends BaseErrorListener {
        private final Source source;
        private final CommonTokenStream tokens;
        private final TnsParser parser;
        private @Nullable Token wrong;

        Reading(Source source) {
            this.source = source;
            tokens = new CommonTokenStream(new TnsLexer(CharStreams.fromString(source.text(), source.name())));
            parser = new TnsParser(tokens);
            parser.removeErrorListeners();
            parser.addErrorListener(this);
        }

        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                Object offending,
                int line,
                int column,
                String message,
                RecognitionException e) {
            if (wrong == null) {
                wrong = (Token) offending;
            }
        }

        Words around(Token word) {
            tokens.fill();
            List<Token> visible = tokens.getTokens().stream()
                    .filter(t -> t.getChannel() == Token.DEFAULT_CHANNEL)
                    .toList();
            return new Words(source, visible, visible.indexOf(word));
        }
    }
}
