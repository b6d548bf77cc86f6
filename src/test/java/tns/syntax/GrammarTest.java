package tns.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.atn.ATNConfigSet;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.dfa.DFA;
import org.antlr.v4.runtime.tree.ParseTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tns.error.ScriptException;
import tns.error.Source;
import tns.lang.Namespace;
import tns.op.Library;
import tns.syntax.grammar.TnsLexer;
import tns.syntax.grammar.TnsParser;

/** The grammar reads every script of the project in one way only, and the scripts use all of it. */
class GrammarTest {
    private static List<Path> corpus() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String folder : List.of("examples", "src/test/tns")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.filter(f -> f.toString().endsWith(".tns"))
                        .filter(f -> !f.toString().contains("errors"))
                        .forEach(all::add);
            }
        }
        return all;
    }

    /** The statements of a script that parse; a test script holds some that must not. */
    private static List<String> statements(Path file) throws IOException {
        String text = Files.readString(file);
        if (ScriptParser.status(text) == ScriptParser.Status.COMPLETE) {
            return List.of(text);
        }
        return text.lines()
                .filter(line -> ScriptParser.status(line) == ScriptParser.Status.COMPLETE)
                .toList();
    }

    private static TnsParser.ProgramContext parse(String text, List<String> ambiguities) {
        TnsParser parser = new TnsParser(new CommonTokenStream(new TnsLexer(CharStreams.fromString(text))));
        parser.getInterpreter().setPredictionMode(PredictionMode.LL_EXACT_AMBIG_DETECTION);
        parser.removeErrorListeners();
        parser.addErrorListener(new BaseErrorListener() {
            @Override
            public void reportAmbiguity(
                    Parser recognizer, DFA dfa, int start, int stop, boolean exact, BitSet ways, ATNConfigSet configs) {
                String rule = recognizer.getRuleNames()[dfa.atnStartState.ruleIndex];
                CommonTokenStream tokens = (CommonTokenStream) recognizer.getInputStream();
                ambiguities.add(rule + " reads in " + ways.cardinality() + " ways: "
                        + tokens.getText(tokens.get(start), tokens.get(stop)));
            }
        });
        return parser.program();
    }

    @Test
    void noScriptCanBeReadInTwoWays() throws IOException {
        List<String> ambiguities = new ArrayList<>();
        int count = 0;
        for (Path file : corpus()) {
            for (String text : statements(file)) {
                parse(text, ambiguities);
                count++;
            }
        }
        assertTrue(count > 300, "only " + count + " statements");
        assertEquals(List.of(), ambiguities);
    }

    @Test
    void theScriptsUseEveryConstruct() throws IOException {
        Set<String> seen = new TreeSet<>();
        for (Path file : corpus()) {
            for (String text : statements(file)) {
                collect(parse(text, new ArrayList<>()), seen);
            }
        }
        Set<String> missing = new TreeSet<>();
        for (Class<?> c : TnsParser.class.getDeclaredClasses()) {
            boolean concrete = ParserRuleContext.class.isAssignableFrom(c) && !Modifier.isAbstract(c.getModifiers());
            boolean labelled = Stream.of(TnsParser.class.getDeclaredClasses()).anyMatch(d -> d.getSuperclass() == c);
            if (concrete && !labelled) {
                missing.add(c.getSimpleName());
            }
        }
        missing.removeAll(seen);
        assertEquals(Set.of(), missing);
    }

    private static void collect(ParseTree tree, Set<String> seen) {
        seen.add(tree.getClass().getSimpleName());
        for (int i = 0; i < tree.getChildCount(); i++) {
            collect(tree.getChild(i), seen);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[1, ", "-", "x -> ", "if true { ", "f(", "\"{"})
    void endlessNestingIsAnErrorOfTheScript(String opening) {
        String text = opening.repeat(5_000);
        assertTrue(ScriptParser.status(text) != ScriptParser.Status.COMPLETE);
        ScriptException e = assertThrows(
                ScriptException.class,
                () -> ScriptParser.parse(new Source("deep.tns", text), new Namespace(), Library.create(), false));
        assertTrue(e.summary().contains("nested too deep") || e.summary().startsWith("syntax: "), e.summary());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x = 1|COMPLETE",
                "x = (1,|INCOMPLETE",
                "fn f(x) {|INCOMPLETE",
                "'x = 1 +'|INCOMPLETE",
                "if x { 1 } else|INCOMPLETE",
                "\"{x|INCOMPLETE",
                "x = )|WRONG",
                "def f(x):|WRONG",
                "\"abc|INCOMPLETE"
            })
    void completenessIsToldFromTheText(String text, ScriptParser.Status status) {
        assertEquals(status, ScriptParser.status(text));
    }
}
