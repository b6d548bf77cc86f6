package tns.syntax;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.BailErrorStrategy;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.jspecify.annotations.Nullable;
import tns.error.Diagnostic;
import tns.error.ErrorKind;
import tns.error.Span;
import tns.syntax.grammar.TnsLexer;
import tns.syntax.grammar.TnsParser;

/**
 * Says what is wrong with a text the parser refuses: a bracket or string left open, a habit from another language, or
 * what could have stood there instead.
 */
final class SyntaxErrors {
    private SyntaxErrors() {}

    static Diagnostic of(Words words) {
        Diagnostic found = string(words);
        if (found == null) {
            found = Habits.find(words);
        }
        if (found == null) {
            found = bracket(words);
        }
        return found == null ? unexpected(words) : found;
    }

    static Diagnostic error(String message, Span at, List<Diagnostic.Label> labels, String... help) {
        return new Diagnostic(ErrorKind.SYNTAX, "syntax: " + message, at, labels, List.of(help), List.of(), 0);
    }

    // --- strings and brackets

    private static @Nullable Diagnostic string(Words words) {
        Token wrong = words.wrong();
        Token open = words.open();
        Token quote = open != null && open.getType() == TnsLexer.QUOTE ? open : null;
        boolean lineEnds = wrong.getType() == Token.EOF
                || wrong.getType() == TnsLexer.STRAY && wrong.getText().isBlank();
        if (quote != null && lineEnds) {
            return error(
                    "the string is never closed",
                    words.restOfLine(quote),
                    List.of(),
                    "a string ends with \" on the line where it starts; \\n in it is a new line");
        }
        if (wrong.getType() == TnsLexer.UNKNOWN && wrong.getText().equals("'")) {
            return error(
                    "the string is never closed",
                    words.restOfLine(wrong),
                    List.of(),
                    "a string ends with ' on the line where it starts; \\' in it is a quote");
        }
        if (quote != null && wrong.getText().equals("}")) {
            return error("a } alone in a string", words.span(wrong), List.of(), "}} stands for one }");
        }
        if (open != null && open.getType() == TnsLexer.INTERPOLATION) {
            return interpolation(words, open);
        }
        return null;
    }

    private static @Nullable Diagnostic interpolation(Words words, Token open) {
        Token wrong = words.wrong();
        if (wrong.getType() == TnsLexer.INTERPOLATION_END && words.type(-1) == TnsLexer.INTERPOLATION) {
            return error(
                    "the braces in the string hold no expression",
                    words.span(-1, 0),
                    List.of(),
                    "\"{x}\" puts in the value of x; {{ and }} stand for { and }");
        }
        boolean runsOut = wrong.getType() == Token.EOF
                || wrong.getType() == TnsLexer.QUOTE
                || wrong.getType() == TnsLexer.STRAY
                || wrong.getType() == TnsLexer.UNKNOWN && wrong.getText().equals("\"");
        return runsOut
                ? error("the { in the string is never closed", words.span(open), List.of(), "{{ stands for one {")
                : null;
    }

    private static @Nullable Diagnostic bracket(Words words) {
        Token wrong = words.wrong();
        Token open = words.open();
        if (wrong.getType() == Token.EOF && open != null) {
            return error("'" + open.getText() + "' is never closed", words.span(open), List.of());
        }
        if (!Words.closes(wrong.getType())) {
            return null;
        }
        if (open == null) {
            return error("there is nothing for '" + wrong.getText() + "' to close", words.span(wrong), List.of());
        }
        if (Words.closing(open.getType()) != wrong.getType()) {
            return error(
                    "'" + wrong.getText() + "' cannot close '" + open.getText() + "'",
                    words.span(wrong),
                    List.of(new Diagnostic.Label(words.span(open), "opened here")));
        }
        return null;
    }

    // --- what could have followed

    private record Sign(int type, String text) {}

    private static final List<Sign> SIGNS = List.of(
            new Sign(TnsLexer.RPAREN, ")"),
            new Sign(TnsLexer.RBRACKET, "]"),
            new Sign(TnsLexer.RBRACE, "}"),
            new Sign(TnsLexer.INTERPOLATION_END, "}"),
            new Sign(TnsLexer.COMMA, ","),
            new Sign(TnsLexer.ASSIGN, "="),
            new Sign(TnsLexer.COLON, ":"),
            new Sign(TnsLexer.LBRACE, "{"));

    /** Words that can stand in many places, and are worth naming only where nothing else can. */
    private static final List<Sign> LAST_SIGNS = List.of(
            new Sign(TnsLexer.LPAREN, "("),
            new Sign(TnsLexer.IN, "in"),
            new Sign(TnsLexer.CATCH, "catch"),
            new Sign(TnsLexer.IMPORT, "import"));

    private static Diagnostic unexpected(Words words) {
        Token wrong = words.wrong();
        String found = wrong.getType() == Token.EOF
                ? "the end"
                : wrong.getType() == TnsLexer.NEWLINE ? "the end of the line" : "'" + wrong.getText() + "'";
        Set<String> expected = expected(words);
        Token open = words.open();
        List<Diagnostic.Label> labels = new ArrayList<>();
        if (open != null
                && open.getType() != TnsLexer.QUOTE
                && words.source().line(open.getStartIndex()) < wrong.getLine()
                && open.getType() != TnsLexer.LBRACE) {
            labels.add(new Diagnostic.Label(words.span(open), "still open"));
        }
        if (expected.contains("a new line") && Habits.endsValue(words.type(-1))) {
            return error(
                    "unexpected " + found + (words.text(-1).isBlank() ? "" : " after '" + words.text(-1) + "'"),
                    words.span(wrong),
                    labels,
                    "an operator or a comma is missing, or the statements need a line each or ; between them");
        }
        expected.remove("a new line");
        if (words.isKeyword(0) && expected.contains("a name")) {
            return error(
                    "a keyword cannot be a name",
                    words.span(wrong),
                    labels,
                    "choose another name than " + wrong.getText());
        }
        return error(
                expected.isEmpty() ? "unexpected " + found : "expected " + either(expected) + ", found " + found,
                words.span(wrong),
                labels);
    }

    private static String either(Set<String> words) {
        List<String> all = List.copyOf(words);
        return all.size() == 1
                ? all.getFirst()
                : String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.getLast();
    }

    /** The words, named for people, that the parser would have taken at the place of the wrong one. */
    private static Set<String> expected(Words words) {
        Set<String> expected = new LinkedHashSet<>();
        boolean expression = takes(words, TnsLexer.INT, "1");
        if (expression) {
            expected.add("an expression");
        } else if (takes(words, TnsLexer.ID, "x")) {
            expected.add("a name");
        }
        expect(expected, words, TnsLexer.NEWLINE, "\n", "a new line");
        for (Sign sign : SIGNS) {
            if (!expression || sign.type != TnsLexer.LBRACE) {
                expect(expected, words, sign.type, sign.text, "'" + sign.text + "'");
            }
        }
        for (Sign sign : LAST_SIGNS) {
            if (expected.isEmpty() || expected.equals(Set.of("','"))) {
                expect(expected, words, sign.type, sign.text, "'" + sign.text + "'");
            }
        }
        return expected;
    }

    private static void expect(Set<String> expected, Words words, int type, String text, String name) {
        if (takes(words, type, text)) {
            expected.add(name);
        }
    }

    /** Whether the parser takes a word of {@code type} in the place of the wrong one. */
    private static boolean takes(Words words, int type, String text) {
        List<Token> tokens = new ArrayList<>(words.tokens().subList(outermostStatement(words), words.at()));
        int place = tokens.size();
        tokens.add(new CommonToken(type, text));
        List<Token> numbered = new ArrayList<>();
        for (Token token : tokens) {
            numbered.add(new CommonToken(token));
        }
        TnsParser parser = new TnsParser(new CommonTokenStream(new ListTokenSource(numbered)));
        parser.removeErrorListeners();
        parser.setErrorHandler(new BailErrorStrategy());
        try {
            parser.program();
            return true;
        } catch (ParseCancellationException e) {
            return e.getCause() instanceof RecognitionException r
                    && r.getOffendingToken().getTokenIndex() > place;
        }
    }

    /** Where the outermost statement with the wrong word begins. */
    private static int outermostStatement(Words words) {
        int depth = 0;
        int start = 0;
        for (int i = 0; i < words.at(); i++) {
            int type = words.tokens().get(i).getType();
            depth += Words.opens(type) || type == TnsLexer.QUOTE ? 1 : 0;
            depth -= Words.closes(type) || type == TnsLexer.END_QUOTE ? 1 : 0;
            if (depth == 0 && type == TnsLexer.NEWLINE) {
                start = i + 1;
            }
        }
        return start;
    }
}
