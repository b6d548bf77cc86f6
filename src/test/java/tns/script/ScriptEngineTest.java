package tns.script;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import javax.script.Bindings;
import javax.script.Compilable;
import javax.script.CompiledScript;
import javax.script.Invocable;
import javax.script.ScriptContext;
import javax.script.ScriptEngine;
import javax.script.ScriptEngineManager;
import javax.script.ScriptException;
import javax.script.SimpleScriptContext;
import org.junit.jupiter.api.Test;

/** The engine as any JSR-223 program meets it: through {@link ScriptEngineManager} alone. */
class ScriptEngineTest {
    private final ScriptEngineManager manager = new ScriptEngineManager();
    private final ScriptEngine tns = manager.getEngineByName("tns");

    @Test
    void isFoundByNameAndExtension() {
        assertNotSame(tns, manager.getEngineByExtension("tns"));
        assertEquals("tns", tns.getFactory().getLanguageName());
    }

    @Test
    void evaluates() throws ScriptException {
        assertEquals(7L, tns.eval("3 + 4"));
        assertEquals(3.5, tns.eval("7 / 2"));
        assertEquals("a1", tns.eval("\"a{1}\""));
        assertEquals(List.of(1L, "two"), tns.eval("(1, \"two\")"));
        assertEquals(Map.of("lr", 0.1), tns.eval("{lr: 0.1}"));
        assertNull(tns.eval("none"));
        assertEquals(12L, tns.eval(new StringReader("x = 12\nx")));
    }

    @Test
    void bindingsAreVariables() throws ScriptException {
        tns.put("n", 3);
        tns.put("xs", new float[] {1, 2, 3});
        tns.put("table", new double[][] {{1, 2}, {3, 4}});
        tns.put("names", List.of("a", "b"));
        tns.put("options", Map.of("lr", 0.5f));
        assertEquals(3L, tns.eval("n"));
        assertEquals("float32 float64 (2, 2)", tns.eval("\"{xs.dtype} {table.dtype} {table.shape}\""));
        assertEquals(14.0, tns.eval("(xs ** 2).sum().item()"));
        assertEquals("b", tns.eval("names[1]"));
        assertEquals(0.5, tns.eval("options.lr"));
        tns.eval("n += 1; m = (n, 2)");
        assertEquals(4L, tns.get("n"));
        assertEquals(List.of(4L, 2L), tns.get("m"));
        tns.put("n", 10);
        assertEquals(11L, tns.eval("n + 1"));
    }

    @Test
    void variablesLiveOn() throws ScriptException {
        tns.eval("fn twice(x) = 2 * x\nk = 21");
        assertEquals(42L, tns.eval("twice(k)"));
        tns.getBindings(ScriptContext.ENGINE_SCOPE).remove("k");
        assertThrows(ScriptException.class, () -> tns.eval("k"));
    }

    @Test
    void globalBindingsAreSeenAndNotWritten() throws ScriptException {
        manager.put("shared", 5);
        assertEquals(6L, tns.eval("shared + 1"));
        tns.eval("shared = 7");
        assertEquals(5, manager.get("shared"));
        assertEquals(7L, tns.get("shared"));
        assertEquals(7L, tns.eval("shared"));
    }

    @Test
    void otherBindingsAreAnotherSession() throws ScriptException {
        tns.eval("x = 1");
        Bindings other = tns.createBindings();
        other.put("y", 2);
        assertEquals(2L, tns.eval("y", other));
        assertThrows(ScriptException.class, () -> tns.eval("x", other));
        assertThrows(ScriptException.class, () -> tns.eval("y"));
    }

    @Test
    void compiledScriptsRunAgain() throws ScriptException {
        CompiledScript script = ((Compilable) tns).compile("total = total + step");
        tns.put("total", 0);
        tns.put("step", 5);
        script.eval();
        script.eval();
        assertEquals(10L, tns.get("total"));
        Bindings other = tns.createBindings();
        other.put("total", 100);
        other.put("step", 1);
        script.eval(other);
        assertEquals(101L, other.get("total"));
        assertEquals(10L, tns.get("total"));
    }

    /** For {@link #functionsImplementInterfaces}. */
    public interface Model {
        double loss(double[] prediction, double[] target);

        int count();

        float[] scaled(float[] x, float by);

        default int twice() {
            return 2 * count();
        }
    }

    @Test
    void functionsAndMethodsAreInvoked() throws Exception {
        tns.eval("fn area(w, h) = w * h\nmodel Net(n) { a = linear(n, 1); forward(x) = a(x) }\nnet = Net(3)");
        Invocable invocable = (Invocable) tns;
        assertEquals(12L, invocable.invokeFunction("area", 3, 4));
        assertEquals(5.0, invocable.invokeFunction("sqrt", 25.0));
        assertEquals(4L, invocable.invokeMethod(tns.get("net"), "numel"));
        assertEquals(6L, invocable.invokeMethod(List.of(1, 2, 3), "sum"));
        assertThrows(NoSuchMethodException.class, () -> invocable.invokeFunction("volume", 1));
        assertThrows(ScriptException.class, () -> invocable.invokeFunction("area", 3));
    }

    @Test
    void functionsImplementInterfaces() throws Exception {
        tns.eval("""
            fn loss(prediction, target) = mse_loss(prediction, target)
            fn count() = 21
            fn scaled(x, by) = x * by
            """);
        Model model = ((Invocable) tns).getInterface(Model.class);
        assertEquals(2.5, model.loss(new double[] {1, 2}, new double[] {2, 4}));
        assertEquals(42, model.twice());
        assertArrayEquals(new float[] {2, 4}, model.scaled(new float[] {1, 2}, 2));
        assertNull(((Invocable) tns).getInterface(Runnable.class));
    }

    @Test
    void printsToTheWriterOfTheContext() throws ScriptException {
        StringWriter first = new StringWriter();
        tns.getContext().setWriter(first);
        tns.eval("print(\"∇ {1 + 1}\")");
        ScriptContext other = new SimpleScriptContext();
        StringWriter second = new StringWriter();
        other.setWriter(second);
        tns.eval("print('there')", other);
        assertEquals("∇ 2\n", first.toString());
        assertEquals("there\n", second.toString());
    }

    @Test
    void readsFromTheReaderOfTheContext() throws ScriptException {
        tns.getContext().setReader(new StringReader("Ada\r\nGrace\n"));
        assertEquals("Ada", tns.eval("input(\"\")"));
        assertEquals("Grace", tns.eval("input(\"\")"));
    }

    @Test
    void failuresHaveAPlace() {
        tns.put(ScriptEngine.FILENAME, "train.tns");
        ScriptException e = assertThrows(ScriptException.class, () -> tns.eval("x = ones(2, 3)\ny = x @ ones(2)"));
        assertEquals("train.tns", e.getFileName());
        assertEquals(2, e.getLineNumber());
        assertEquals(5, e.getColumnNumber());
        assertTrue(e.getMessage().contains("2 | y = x @ ones(2)"), e.getMessage());
        assertEquals("float32[2, 3]", tns.get("x").toString());
        assertThrows(ScriptException.class, () -> ((Compilable) tns).compile("fn ("));
    }

    @Test
    void writesProgramsAndCalls() throws ScriptException {
        var factory = tns.getFactory();
        StringWriter written = new StringWriter();
        tns.getContext().setWriter(written);
        tns.eval(factory.getProgram("t = 1", factory.getOutputStatement("say \"{hi}\" \\ ok")));
        assertEquals("say \"{hi}\" \\ ok\n", written.toString());
        assertEquals("net.fit(x, y)", factory.getMethodCallSyntax("net", "fit", "x", "y"));
    }
}
