package tns.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tns.Interpreter;

/** What Tab offers; {@code |} marks the cursor. */
class CompletionTest {
    @TempDir
    Path folder;

    private Interpreter tns;
    private Completion completion;

    @BeforeEach
    void start() {
        PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        tns = new Interpreter(out, new BufferedReader(new StringReader("")), List.of());
        Commands commands =
                new Commands(tns, out, new TerminalScreen(out, Streams.of("", null, null, null), () -> null));
        completion = new Completion(tns, commands, folder);
    }

    private Map<String, String> offers(String marked) {
        int cursor = marked.indexOf('|');
        return completion.at(marked.substring(0, cursor) + marked.substring(cursor + 1), cursor);
    }

    private List<String> words(String marked) {
        return List.copyOf(offers(marked).keySet());
    }

    @Test
    void completesBuiltInsVariablesAndKeywords() {
        tns.eval("linear_speed = 3");
        assertEquals(List.of("linear", "linear_lr", "linear_speed"), words("y = linear|"));
        assertEquals("int  3", offers("linear_s|").get("linear_speed"));
        assertEquals(List.of("while"), words("whi|"));
        assertEquals(List.of("no_grad"), words("y = no_g|"));
        assertTrue(words("|").size() > 200);
        assertEquals(List.of(), words("nothing_like_this|"));
    }

    @Test
    void completesInTheMiddleOfALine() {
        assertEquals(List.of("linspace"), words("plot(linsp|, x)"));
        assertEquals("linsp", "plot(linsp".substring(Completion.wordStart("plot(linsp, x)", 10)));
    }

    @Test
    void offersWhatTheValueBeforeThePointHas() {
        tns.eval("x = ones(3); net = linear(2, 3); opts = {rate: 1, momentum: 2}; fig = plot(x); s = 'a'");
        assertTrue(words("x.|").containsAll(List.of("sum", "mean", "shape", "T", "reshape", "plot")));
        assertFalse(words("x.|").contains("while"));
        assertFalse(words("x.|").contains("title"));
        assertFalse(words("x.|").contains("zeros"));
        assertEquals(List.of("shape"), words("x.shap|"));
        assertTrue(words("net.|").containsAll(List.of("weight", "bias", "parameters", "named_parameters")));
        assertEquals(List.of("named_parameters"), words("net.named_p|"));
        assertTrue(words("net.weight.|").containsAll(List.of("grad", "sum")));
        assertTrue(words("opts.|").containsAll(List.of("momentum", "rate")));
        assertTrue(words("fig.|").containsAll(List.of("title", "legend", "plot", "scatter", "save")));
        assertFalse(words("fig.|").contains("softmax"));
        assertFalse(words("s.|").contains("softmax"));
    }

    @Test
    void offersFunctionsOfTheScriptAsMethods() {
        tns.eval("fn my_loss(x) = x; my_number = 1; x = ones(2)");
        assertEquals(List.of("my_loss"), words("x.my_|"));
    }

    @Test
    void offersAnyMethodWhereTheValueIsNotKnown() {
        assertTrue(words("f(x).|").contains("sum"));
        assertTrue(words("(a + b).su|").contains("sum"));
    }

    @Test
    void offersTheArgumentsOfTheCall() {
        tns.eval("fn fit(net, epochs=10, rate=0.1) = net");
        assertEquals(List.of("keepdim="), words("sum(x, keep|"));
        assertEquals(List.of("epochs="), words("fit(n, epo|)"));
        assertTrue(words("fit(|").containsAll(List.of("epochs=", "rate=", "net=", "sum")));
        assertFalse(words("fit(n, epochs=3, |").contains("epochs="));
        assertTrue(words("fit(n, epochs=3, |").contains("rate="));
        assertFalse(words("fit(n, epochs=3 + |").contains("rate="));
        assertFalse(words("(n, |").contains("rate="));
        assertTrue(words("x.sum(|").contains("keepdim="));
        assertTrue(words("fit(g(1, 2), |").contains("rate="));
    }

    @Test
    void completesFilesInsideStrings() throws Exception {
        Files.createFile(folder.resolve("data.csv"));
        Files.createFile(folder.resolve("layers.tns"));
        Files.createDirectories(folder.resolve("models/old"));
        assertEquals(List.of("data.csv"), words("read_text(\"da|"));
        assertEquals(List.of("data.csv"), words("read_text('da|"));
        assertEquals(List.of("models/"), words("load(\"mod|\")"));
        assertEquals(List.of("models/old/"), words("load(\"models/|"));
        assertEquals(List.of(), words("load(\"nowhere/|"));
        assertEquals(List.of("layers"), words("import l|"));
        assertEquals(List.of("layers"), words("from |"));
    }

    @Test
    void completesNamesInsideAnInterpolation() {
        tns.eval("total = 3");
        assertEquals(List.of("total"), words("\"sum {tot|"));
        assertEquals(List.of(), words("\"sum {total} tot|"));
    }

    @Test
    void completesCommandsAndTheirCode() {
        assertEquals(List.of("%bench"), words("%b|"));
        assertTrue(words("%|").containsAll(List.of("%time", "%vars", "%help")));
        assertEquals(List.of("linspace"), words("?linsp|"));
        assertEquals(List.of("linspace"), words("??linsp|"));
        assertEquals(List.of("linspace"), words("%time linsp|"));
        assertEquals(List.of(), words("!linsp|"));
    }

    @Test
    void offersNothingWhereANumberIsTyped() {
        assertEquals(List.of(), words("12|"));
        assertEquals(List.of(), words("x = 1.|"));
    }
}
