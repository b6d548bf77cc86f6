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
    /**
     * @param from the first word to point at, counted from the wrong one
     * @param to the last word to point at
     */
    private record Habit(Predicate<Words> seen, int from, int to, String message, String help) {}

    /** Words that begin a statement elsewhere and are plain names here, with what stands for them. */
    private static final Map<String, String> STATEMENTS = Map.ofEntries(
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
            Map.entry("print", "print is a function: print(x)"),
            Map.entry("assert", "assert is a function: assert(x > 0, \"message\")"),
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

    private static final String COMPARE = "= assigns, and only as a statement; == compares";
    private static final String BRACES = "a block stands in braces: if c { … }, for x in xs { … }, fn f(x) { … }";

    private static final List<Habit> ALL = List.of(
            at(
                    w -> w.type(0) == ASSIGN && w.touches(0) && w.type(1) == GT,
                    0,
                    1,
                    "'=>' is not an operator",
                    "x -> x + 1 is a function"),
            at(
                    w -> w.type(0) == ASSIGN && w.type(-1) == EQ && w.touches(-1),
                    -1,
                    0,
                    "'===' is not an operator",
                    "== compares"),
            at(
                    w -> w.type(0) == ASSIGN && w.type(w.statement()) == FOR,
                    "'=' cannot stand here",
                    "for i in 0..n { … } counts"),
            at(
                    w -> w.type(0) == ASSIGN && w.isKeyword(-1),
                    -1,
                    -1,
                    "a keyword cannot be a name",
                    "choose another name"),
            at(Habits::lambdaBlock, "a lambda's value is one expression", "fn(x) { … } is a function with a block"),
            at(w -> w.type(0) == ASSIGN && condition(w), "'=' cannot stand in a condition", COMPARE),
            at(
                    w -> w.type(0) == ASSIGN && w.type(-1) == COLON && w.touches(-1),
                    -1,
                    0,
                    "':=' is not an operator",
                    "= assigns"),
            at(
                    w -> w.type(0) == COLON && w.touches(0) && w.type(1) == ASSIGN,
                    0,
                    1,
                    "':=' is not an operator",
                    "= assigns"),
            at(w -> w.type(0) == CARET, "'^' is not an operator", "the power operator is **"),
            at(
                    w -> w.type(0) == AMP && w.type(-1) == AMP && w.touches(-1),
                    -1,
                    0,
                    "'&&' is not an operator",
                    "and joins two truths; & works on tensors of bools, elementwise"),
            at(
                    w -> w.type(0) == BAR && w.type(-1) == BAR && w.touches(-1),
                    -1,
                    0,
                    "'||' is not an operator",
                    "or joins two truths; | works on tensors of bools, elementwise"),
            at(
                    w -> w.type(0) == GT && w.type(-1) == LT && w.touches(-1),
                    -1,
                    0,
                    "'<>' is not an operator",
                    "!= compares"),
            at(w -> w.type(0) == DSLASH && w.statement() == 0, "'//' divides and rounds down", "# begins a comment"),
            at(w -> w.type(0) == SLASH && w.statement() == 0, "'/' divides", "# begins a comment"),
            at(
                    w -> w.type(0) == AT && w.statement() == 0,
                    "'@' is the matrix product",
                    "there are no decorators: f = wrap(f)"),
            at(
                    w -> w.text(0).equals("!")
                            && w.statement() == 0
                            && w.source().column(w.wrong().getStartIndex()) == 1
                            && !w.touches(0),
                    "'!' has no meaning in a file",
                    "!command runs a command at the prompt; not inverts a truth"),
            at(
                    w -> w.text(0).equals("!"),
                    "'!' is not an operator",
                    "not inverts a truth, ~ a tensor of bools; != compares"),
            at(
                    w -> w.text(0).equals("?") && w.statement() == 0,
                    "'?' has no meaning in a file",
                    "?name shows help at the prompt; help(name) prints it"),
            at(w -> w.text(0).equals("?"), "'?' is not an operator", "if c { a } else { b } is an expression"),
            at(
                    w -> w.type(0) == PERCENT && w.statement() == 0,
                    "'%' is the remainder",
                    "%time and %bench begin a line at the prompt only"),
            at(
                    w -> "“”„«»".contains(w.text(0)) && !w.text(0).isEmpty(),
                    "typographic quotes do not make a string",
                    "\"…\" does"),
            at(
                    w -> "‘’‚".contains(w.text(0)) && !w.text(0).isEmpty(),
                    "typographic quotes do not make a string",
                    "'…' does"),
            at(w -> "−–—".contains(w.text(0)) && !w.text(0).isEmpty(), "this dash is not a minus", "- is"),
            at(w -> w.text(0).equals("×") || w.text(0).equals("·"), "this sign has no meaning here", "* multiplies"),
            at(
                    w -> w.type(0) == QUOTE && prefix(w),
                    -1,
                    0,
                    "a string needs no letter before it",
                    "\"…{x}…\" interpolates, '…' is raw"),
            at(
                    w -> w.type(0) == RAW && prefix(w),
                    -1,
                    0,
                    "a string needs no letter before it",
                    "\"…{x}…\" interpolates, '…' is raw"),
            at(
                    w -> w.type(0) == RAW && w.type(-1) == RAW && w.touches(-1),
                    -1,
                    0,
                    "two strings in a row",
                    "\\' is a quote inside '…'"),
            at(
                    w -> w.type(0) == ID
                            && w.type(-1) == INT
                            && w.touches(-1)
                            && w.text(-1).equals("0")
                            && w.text(0).matches("[xXbBoO].*"),
                    -1,
                    0,
                    "ints are written in decimal",
                    "0x1F is 31"),
            at(
                    w -> w.type(0) == ID && (w.type(-1) == INT || w.type(-1) == FLOAT) && w.touches(-1),
                    -1,
                    0,
                    "a number runs into a name",
                    "2 * x multiplies"),
            at(w -> w.type(0) == ID && w.type(-1) == ID && STATEMENTS.containsKey(w.text(-1)), -1, -1, "", ""),
            at(w -> w.type(-1) == ID && w.beginsValue(0) && STATEMENTS.containsKey(w.text(-1)), -1, -1, "", ""),
            at(w -> w.type(-1) == ID && w.type(0) == LBRACE && STATEMENTS.containsKey(w.text(-1)), -1, -1, "", ""),
            at(
                    w -> w.type(-1) == ID
                            && (w.type(0) == COLON || w.isKeyword(0))
                            && STATEMENTS.containsKey(w.text(-1)),
                    -1,
                    -1,
                    "",
                    ""),
            at(w -> w.type(0) == ID && MIDDLES.containsKey(w.text(0)) && w.statement() < 0, 0, 0, "", ""),
            at(w -> w.type(0) == COLON && blockWord(w), "':' does not begin a block", BRACES),
            at(
                    w -> w.type(0) == COLON && w.statement() == -1 && w.type(-1) == ID,
                    "a variable has no annotation",
                    "x = … makes a variable; parameters of fn are annotated with shapes"),
            at(w -> w.type(0) == COLON, "a:b stands only inside [ ]", "a..b is a range"),
            at(
                    w -> w.type(0) == IF && w.statement() < 0 && endsValue(w.type(-1)),
                    "'if' cannot follow a value",
                    "if c { a } else { b } is an expression"),
            at(
                    w -> w.type(0) == FOR && w.statement() < 0 && endsValue(w.type(-1)),
                    "a comprehension stands in brackets",
                    "(e for x in xs) is a tuple, [e for x in xs] a tensor"),
            at(w -> w.type(0) == LPAREN && w.type(-1) == FOR, "'for' takes no bracket", "for i in 0..n { … }"),
            at(w -> w.type(0) == FN && inModel(w), "a method stands without fn", "forward(x) = …, or forward(x) { … }"),
            at(
                    w -> w.type(0) == STAR && w.type(-1) == IMPORT,
                    "names are imported one by one",
                    "from file import a, b; or import file, and then file.a"),
            at(
                    w -> w.type(0) == QUOTE && (w.type(-1) == IMPORT || w.type(-1) == FROM),
                    "a path stands in single quotes",
                    "import 'folder/file.tns'"),
            at(
                    w -> w.type(0) == AS && w.type(w.statement()) == WITH,
                    "'as' cannot stand here",
                    "with holds settings over a block: with seed(1) { … }"),
            at(
                    w -> w.type(0) == LBRACE && w.type(-1) == ARROW,
                    "a shape stands after '->'",
                    "fn f(x: [n]) -> [n] { … }, or no -> at all"),
            at(
                    w -> w.type(-1) == LBRACE && (w.type(0) == INT || w.type(0) == FLOAT) && w.type(1) == COLON,
                    "a record's keys are names or strings",
                    "{\"1\": v}; (a, b) is a tuple, [a, b] a tensor"),
            at(
                    w -> w.type(-2) == LBRACE && w.type(-1) == ID && (w.type(0) == COMMA || w.type(0) == RBRACE),
                    -1,
                    -1,
                    "an entry of a record has a name and a value",
                    "{a: 1, b: 2} is a record, (a, b) a tuple, [a, b] a tensor"),
            at(
                    w -> w.type(0) == POW && (w.type(-1) == LPAREN || w.type(-1) == COMMA),
                    "'**' is the power operator",
                    "* spreads a record into named arguments too: f(*{lr: 0.1})"),
            at(w -> w.isKeyword(0) && w.type(1) == ASSIGN, "a keyword cannot be a name", "choose another name"),
            at(
                    w -> w.isKeyword(0) && (w.type(-1) == FN || w.type(-1) == MODEL || w.type(-1) == FOR),
                    "a keyword cannot be a name",
                    "choose another name"),
            at(w -> w.type(0) == ASSIGN, "'=' cannot stand here", COMPARE));

    private Habits() {}

    private static Habit at(Predicate<Words> seen, String message, String help) {
        return new Habit(seen, 0, 0, message, help);
    }

    private static Habit at(Predicate<Words> seen, int from, int to, String message, String help) {
        return new Habit(seen, from, to, message, help);
    }

    /** The diagnostic of the habit that shows at the wrong word, or null. */
    static @Nullable Diagnostic find(Words words) {
        Diagnostic doubled = increment(words);
        if (doubled != null) {
            return doubled;
        }
        for (Habit habit : ALL) {
            if (habit.seen.test(words)) {
                String word = words.text(habit.from);
                String instead = STATEMENTS.getOrDefault(word, MIDDLES.get(word));
                return habit.message.isEmpty() && instead != null
                        ? SyntaxErrors.error(
                                "'" + word + "' is not a keyword", words.span(habit.from, habit.to), List.of(), instead)
                        : SyntaxErrors.error(habit.message, words.span(habit.from, habit.to), List.of(), habit.help);
            }
        }
        return null;
    }

    /** {@code x++} and {@code x--}, which the parser reads on as {@code x + +…}. */
    private static @Nullable Diagnostic increment(Words w) {
        for (int i = -1; i >= w.statement(); i--) {
            boolean same = w.type(i) == w.type(i - 1) && (w.type(i) == PLUS || w.type(i) == MINUS) && w.touches(i - 1);
            boolean ends = w.type(i + 1) == Token.EOF
                    || w.type(i + 1) == RBRACE
                    || w.type(i + 1) == RPAREN
                    || w.tokens().get(w.at() + i + 1).getLine()
                            > w.tokens().get(w.at() + i).getLine();
            if (same && ends && w.type(i - 2) == ID) {
                String sign = w.text(i);
                return SyntaxErrors.error(
                        "'" + sign + sign + "' is not an operator",
                        w.span(i - 1, i),
                        List.of(),
                        w.text(i - 2) + " " + sign + "= 1");
            }
        }
        return null;
    }

    private static boolean condition(Words w) {
        for (int i = -1; i >= w.statement(); i--) {
            if (w.type(i) == LBRACE) {
                return false;
            }
            if (w.type(i) == IF || w.type(i) == WHILE) {
                return true;
            }
        }
        return false;
    }

    private static boolean prefix(Words w) {
        return w.type(-1) == ID && w.touches(-1) && w.text(-1).matches("[fFrRbBuU]{1,2}");
    }

    private static boolean blockWord(Words w) {
        int first = w.statement();
        return switch (w.type(first)) {
            case IF, ELSE, FOR, WHILE, FN, MODEL, WITH, TRY, NO_GRAD, CATCH -> true;
            default -> STATEMENTS.containsKey(w.text(first));
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
                && w.tokens().get(open - 1).getType() == ARROW
                && !signature(w, open - 1);
    }

    /** Whether the arrow at {@code position} stands after the parameters of a fn. */
    private static boolean signature(Words w, int position) {
        int depth = 0;
        for (int i = position - 1; i >= 0; i--) {
            int type = w.tokens().get(i).getType();
            depth += Words.closes(type) ? 1 : Words.opens(type) ? -1 : 0;
            if (depth == 0) {
                int before = i > 0 ? w.tokens().get(i - 1).getType() : Token.EOF;
                int twoBefore = i > 1 ? w.tokens().get(i - 2).getType() : Token.EOF;
                return before == FN || before == ID && twoBefore == FN;
            }
        }
        return false;
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
