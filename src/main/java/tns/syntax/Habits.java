package tns.syntax;

import static tns.syntax.grammar.TnsLexer.*;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;
import tns.error.Diagnostic;

/** What people write out of habit from Python, C and other languages, and what tns says instead: one row for each. */
final class Habits {
    /** Words that begin a statement or expression elsewhere and are plain names here. */
    private static final Map<String, String> BEGINNINGS = Map.ofEntries(
            Map.entry("def", "fn f(x) { … } or fn f(x) = … defines a function"),
            Map.entry("function", "fn f(x) { … } or fn f(x) = … defines a function"),
            Map.entry("func", "fn f(x) { … } or fn f(x) = … defines a function"),
            Map.entry("lambda", "x -> x + 1 is a function without a name"),
            Map.entry("class", "model Name(settings) { … } defines a model; {a: 1} is a record"),
            Map.entry("struct", "{a: 1, b: 2} is a record"),
            Map.entry("let", "x = … makes a variable"),
            Map.entry("var", "x = … makes a variable"),
            Map.entry("val", "x = … makes a variable"),
            Map.entry("const", "x = … makes a variable"),
            Map.entry("int", "x = … makes a variable; it needs no type"),
            Map.entry("float", "x = … makes a variable; it needs no type"),
            Map.entry(
                    "global", "a function cannot change a file's variables: pass the value in and return the new one"),
            Map.entry("nonlocal", "assigning a name of the surrounding function changes it; nothing needs declaring"),
            Map.entry("del", "variables are not deleted; x = none lets its value go"),
            Map.entry("print", "it is a function: print(x)"),
            Map.entry("assert", "it is a function: assert(x > 0, \"message\")"),
            Map.entry("raise", "error(\"message\") stops with a message"),
            Map.entry("throw", "error(\"message\") stops with a message"),
            Map.entry("yield", "a list() collects values; return gives it"),
            Map.entry("await", "everything runs in order here"),
            Map.entry("async", "everything runs in order here"),
            Map.entry("match", "if x == 1 { … } else if x == 2 { … } chooses"),
            Map.entry("switch", "if x == 1 { … } else if x == 2 { … } chooses"),
            Map.entry("case", "if x == 1 { … } else if x == 2 { … } chooses"),
            Map.entry("unless", "if not c { … }"),
            Map.entry("until", "while not c { … }"),
            Map.entry("do", "while c { … } loops"),
            Map.entry("loop", "while true { … } loops"));

    /** Words that stand in the middle elsewhere and are plain names here. */
    private static final Map<String, String> MIDDLES = Map.of(
            "elif", "else if c { … }",
            "elsif", "else if c { … }",
            "elseif", "else if c { … }",
            "except", "try { … } catch e { … }",
            "finally", "what follows try { … } catch e { … } runs in both cases",
            "is", "== compares: x == none",
            "then", "if c { … } else { … }",
            "xor", "a != b is true when one of two truths holds",
            "end", "a block ends with }");

    /** Operators of two signs that are none here. */
    private static final Map<String, String> OPERATORS = Map.of(
            "=>", "x -> x + 1 is a function",
            "===", "== compares",
            ":=", "= assigns",
            "&&", "and joins two truths; & works on tensors of bools, elementwise",
            "||", "or joins two truths; | works on tensors of bools, elementwise",
            "<>", "!= compares");

    /** Signs that have no meaning. */
    private static final Map<String, String> SIGNS = Map.ofEntries(
            Map.entry("^", "the power operator is **"),
            Map.entry("!", "not inverts a truth, ~ a tensor of bools; != compares"),
            Map.entry("?", "if c { a } else { b } is an expression"),
            Map.entry("×", "* multiplies"),
            Map.entry("·", "* multiplies"),
            Map.entry("÷", "/ divides"),
            Map.entry("−", "this is a typographic sign; the minus is -"),
            Map.entry("–", "this is a typographic sign; the minus is -"),
            Map.entry("—", "this is a typographic sign; the minus is -"),
            Map.entry("≤", "<= compares"),
            Map.entry("≥", ">= compares"),
            Map.entry("≠", "!= compares"),
            Map.entry("“", "this is a typographic quote; a string stands in \" \""),
            Map.entry("”", "this is a typographic quote; a string stands in \" \""),
            Map.entry("„", "this is a typographic quote; a string stands in \" \""),
            Map.entry("‘", "this is a typographic quote; a string stands in ' '"),
            Map.entry("’", "this is a typographic quote; a string stands in ' '"));

    /** Signs that mean something else at the beginning of a statement. */
    private static final Map<String, String> FIRST_SIGNS = Map.of(
            "?", "?name shows help at the prompt only; help(name) prints it",
            "!", "!command runs a command at the prompt only; not inverts a truth",
            "%", "%time and %bench begin a line at the prompt only",
            "@", "there are no decorators: f = wrap(f)",
            "//", "# begins a comment",
            "/", "# begins a comment");

    private static final String ASSIGNS = "= assigns, and only as a statement; == compares";
    private static final String BRACES = "a block stands in braces: if c { … }, for x in xs { … }, fn f(x) { … }";

    /** A mistake seen in the words around the wrong one. */
    private record Habit(String message, String help, Predicate<Words> seen) {}

    private static final List<Habit> MISTAKES = List.of(
            new Habit(
                    "a comprehension stands in brackets",
                    "(e for x in xs) is a tuple, [e for x in xs] a tensor",
                    w -> w.type(0) == FOR && endsValue(w.type(-1))),
            new Habit(
                    "'=' cannot stand here",
                    "for i in 0..n { … } counts",
                    w -> w.type(0) == ASSIGN && w.type(w.statement()) == FOR),
            new Habit(
                    "a function needs its parameters",
                    "fn f() = … takes none",
                    w -> w.type(0) == ASSIGN && w.type(-2) == FN),
            new Habit(
                    "a lambda's value is one expression",
                    "fn(x) { … } is a function with a block",
                    Habits::lambdaBlock),
            new Habit("'=' cannot stand in a condition", ASSIGNS, w -> w.type(0) == ASSIGN && inCondition(w)),
            new Habit("a keyword cannot be a name", "choose another name", Habits::keywordAsName),
            new Habit("'=' cannot stand here", ASSIGNS, w -> w.type(0) == ASSIGN),
            new Habit(
                    "a string needs no letter before it",
                    "\"…{x}…\" interpolates, '…' is raw",
                    w -> (w.type(0) == QUOTE || w.type(0) == RAW) && prefix(w)),
            new Habit(
                    "two strings in a row",
                    "\\' is a quote inside '…'; + joins strings",
                    w -> w.type(0) == RAW && w.type(-1) == RAW),
            new Habit(
                    "ints are written in decimal",
                    "0x1F is 31",
                    w -> w.text(-1).equals("0") && w.touches(-1) && w.text(0).matches("[xXbBoO]\\w*")),
            new Habit(
                    "a number runs into a name",
                    "2 * x multiplies",
                    w -> w.type(0) == ID && (w.type(-1) == INT || w.type(-1) == FLOAT) && w.touches(-1)),
            new Habit("':' does not begin a block", BRACES, w -> w.type(0) == COLON && blockBegins(w)),
            new Habit(
                    "a variable has no annotation",
                    "x = … makes a variable; parameters of fn have annotations",
                    w -> w.type(0) == COLON && w.statement() == -1 && w.type(-1) == ID),
            new Habit("a:b stands only inside [ ]", "a..b is a range", w -> w.type(0) == COLON),
            new Habit(
                    "'if' cannot follow a value",
                    "if c { a } else { b } is an expression",
                    w -> w.type(0) == IF && endsValue(w.type(-1))),
            new Habit("'for' takes no bracket", "for i in 0..n { … }", w -> w.type(0) == LPAREN && w.type(-1) == FOR),
            new Habit(
                    "no_grad takes only a block",
                    "no_grad { … } records no gradients",
                    w -> w.type(0) == LPAREN && w.type(-1) == NO_GRAD || withNoGrad(w)),
            new Habit(
                    "a method stands without fn",
                    "forward(x) = …, or forward(x) { … }",
                    w -> w.type(0) == FN && inModel(w)),
            new Habit(
                    "names are imported one by one",
                    "from file import a, b; or import file, and then file.a",
                    w -> w.type(0) == STAR && w.type(-1) == IMPORT),
            new Habit(
                    "a path stands in single quotes",
                    "import 'folder/file.tns'",
                    w -> w.type(0) == QUOTE && (w.type(-1) == IMPORT || w.type(-1) == FROM)),
            new Habit(
                    "'as' cannot stand here",
                    "with holds settings over a block: with seed(1) { … }",
                    w -> w.type(0) == AS && w.type(w.statement()) == WITH),
            new Habit(
                    "a shape stands after '->'",
                    "fn f(x: [n]) -> [n] { … }, or no -> at all",
                    w -> w.type(0) == LBRACE && w.type(-1) == ARROW),
            new Habit(
                    "a record's keys are names or strings",
                    "{\"1\": v}; (a, b) is a tuple, [a, b] a tensor",
                    w -> w.type(-1) == LBRACE && (w.type(0) == INT || w.type(0) == FLOAT) && w.type(1) == COLON),
            new Habit(
                    "an entry of a record has a name and a value",
                    "{a: 1, b: 2}; (a, b) is a tuple",
                    w -> w.type(-2) == LBRACE && w.type(-1) == ID && (w.type(0) == COMMA || w.type(0) == RBRACE)),
            new Habit(
                    "'**' is the power operator",
                    "* spreads a record into named arguments too: f(*{lr: 0.1})",
                    w -> w.type(0) == POW && (w.type(-1) == LPAREN || w.type(-1) == COMMA)));

    private Habits() {}

    /** The diagnostic of the habit that shows at the wrong word, or null. */
    static @Nullable Diagnostic find(Words w) {
        Diagnostic found = increment(w);
        if (found == null) {
            found = sign(w);
        }
        if (found == null) {
            found = word(w);
        }
        if (found != null) {
            return found;
        }
        for (Habit habit : MISTAKES) {
            if (habit.seen.test(w)) {
                return error(w, 0, 0, habit.message, habit.help);
            }
        }
        return null;
    }

    private static Diagnostic error(Words w, int from, int to, String message, String help) {
        return SyntaxErrors.error(message, w.span(from, to), List.of(), help);
    }

    private static @Nullable Diagnostic sign(Words w) {
        for (int from = -1; from <= 0; from++) {
            String help = w.touches(from) ? OPERATORS.get(w.text(from) + w.text(from + 1)) : null;
            if (help != null) {
                return error(w, from, from + 1, "'" + w.text(from) + w.text(from + 1) + "' is not an operator", help);
            }
        }
        String first = w.statement() == 0 ? FIRST_SIGNS.get(w.text(0)) : null;
        if (first != null) {
            return error(w, 0, 0, "'" + w.text(0) + "' cannot begin a statement", first);
        }
        String help = SIGNS.get(w.text(0));
        return help == null ? null : error(w, 0, 0, "'" + w.text(0) + "' has no meaning here", help);
    }

    private static @Nullable Diagnostic word(Words w) {
        boolean ends = w.beginsValue(0) || w.type(0) == LBRACE || w.type(0) == COLON || w.isKeyword(0);
        boolean prefixed = (w.type(0) == QUOTE || w.type(0) == RAW) && w.touches(-1);
        String instead = w.type(-1) == ID && ends && !prefixed ? BEGINNINGS.get(w.text(-1)) : null;
        if (instead != null) {
            return error(w, -1, -1, "'" + w.text(-1) + "' is not a keyword", instead);
        }
        String middle = w.type(0) == ID && w.statement() < 0 ? MIDDLES.get(w.text(0)) : null;
        return middle == null ? null : error(w, 0, 0, "'" + w.text(0) + "' is not a keyword", middle);
    }

    /** {@code x++} and {@code x--}, which the parser reads on as {@code x + +…}. */
    private static @Nullable Diagnostic increment(Words w) {
        for (int i = -1; i > w.statement(); i--) {
            boolean twice = w.type(i) == w.type(i - 1) && (w.type(i) == PLUS || w.type(i) == MINUS) && w.touches(i - 1);
            boolean ends = w.type(i + 1) == Token.EOF
                    || w.type(i + 1) == RBRACE
                    || w.type(i + 1) == RPAREN
                    || w.tokens().get(w.at() + i + 1).getLine()
                            > w.tokens().get(w.at() + i).getLine();
            if (twice && ends && w.type(i - 2) == ID) {
                String sign = w.text(i);
                return error(
                        w, i - 1, i, "'" + sign + sign + "' is not an operator", w.text(i - 2) + " " + sign + "= 1");
            }
        }
        return null;
    }

    private static boolean keywordAsName(Words w) {
        boolean named =
                w.isKeyword(0) && (w.type(1) == ASSIGN || w.type(-1) == FN || w.type(-1) == MODEL || w.type(-1) == FOR);
        return named || w.type(0) == ASSIGN && w.isKeyword(-1);
    }

    private static boolean withNoGrad(Words w) {
        return w.statement() < 0 && w.type(w.statement()) == WITH && w.type(w.statement() + 1) == NO_GRAD;
    }

    private static boolean inCondition(Words w) {
        for (int i = -1; i >= w.statement() && w.type(i) != LBRACE; i--) {
            if (w.type(i) == IF || w.type(i) == WHILE) {
                return true;
            }
        }
        return false;
    }

    private static boolean prefix(Words w) {
        return w.type(-1) == ID && w.touches(-1) && w.text(-1).matches("[fFrRbBuU]{1,2}");
    }

    private static boolean blockBegins(Words w) {
        int first = w.statement();
        return switch (w.type(first)) {
            case IF, ELSE, FOR, WHILE, FN, MODEL, WITH, TRY, NO_GRAD, CATCH -> true;
            default -> BEGINNINGS.containsKey(w.text(first));
        };
    }

    /** Whether a word of that type can end a value. */
    static boolean endsValue(int type) {
        return switch (type) {
            case ID, INT, FLOAT, RAW, END_QUOTE, RPAREN, RBRACKET, RBRACE, TRUE, FALSE, NONE -> true;
            default -> false;
        };
    }

    /** A wrong word inside the braces of {@code x -> { … }}. */
    private static boolean lambdaBlock(Words w) {
        int open = w.openPosition();
        return open > 0
                && w.tokens().get(open).getType() == LBRACE
                && w.tokens().get(open - 1).getType() == ARROW;
    }

    private static boolean inModel(Words w) {
        int open = w.openPosition();
        for (int i = open - 1; i >= 0 && open >= 0; i--) {
            int type = w.tokens().get(i).getType();
            if (type == MODEL) {
                return true;
            }
            if (type == NEWLINE || type == SEMI || type == LBRACE) {
                return false;
            }
        }
        return false;
    }
}
