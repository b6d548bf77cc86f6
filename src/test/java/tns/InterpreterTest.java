package tns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.lang.Script;
import tns.tensor.ProductPrecision;
import tns.tensor.Tensor;

/** The facade as an embedding program uses it. */
class InterpreterTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Interpreter tns = session(printed, "");

    private static Interpreter session(ByteArrayOutputStream printed, String input) {
        return new Interpreter(
                new PrintStream(printed, false, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader(input)),
                List.of("first", "second"));
    }

    @Test
    void compilesOnceAndRunsOften() {
        tns.set("n", 0);
        Script script = tns.compile("n += 1\nn * 10", "count.tns");
        assertEquals(10L, tns.run(script));
        assertEquals(20L, tns.run(script));
        assertEquals(2L, tns.get("n"));
        assertNull(tns.get("m"));
        tns.remove("n");
        assertThrows(ScriptException.class, () -> tns.run(script));
    }

    @Test
    void arraysGoInAndOut() {
        tns.set("f", tns.tensor(new float[] {1, 2, 3, 4}, 2, 2));
        tns.set("d", tns.tensor(new double[] {0.5}, 1));
        tns.set("l", tns.tensor(new long[] {7, 8}, 2));
        assertArrayEquals(new float[] {1, 3, 2, 4}, tns.floats(tns.eval("f.T")));
        assertArrayEquals(new double[] {1.5, 2.5, 3.5, 4.5}, tns.doubles(tns.eval("f + d")));
        assertArrayEquals(new long[] {8, 7}, tns.longs(tns.eval("l.flip(0)")));
        assertArrayEquals(new double[] {1, 2}, tns.doubles(tns.eval("param([1., 2.])")));
        assertThrows(IllegalArgumentException.class, () -> tns.floats("no tensor"));
    }

    /** How products round is kept from run to run, and no other session sees it. */
    @Test
    void precisionIsOfTheSession() {
        String product = "([[1.001953125]].to('cuda') @ [[1.]].to('cuda')).item()".replace("cuda", TestedDevice.NAME);
        Interpreter sibling = tns.sibling();
        tns.eval("set_float32_matmul_precision(\"medium\")");
        assertEquals(1.001953125, sibling.eval(product));
        assertEquals(1.0, tns.eval(product));
        assertEquals(1.001953125, session(printed, "").eval(product));
        assertThrows(ScriptException.class, () -> tns.eval("with autocast(bfloat16) { error(\"out\") }"));
        tns.eval("set_float32_matmul_precision(\"highest\")");
        assertEquals(1.001953125, tns.eval(product));
        assertEquals(ProductPrecision.FULL, ProductPrecision.inForce());
    }

    /** What a program gives away or gets is its own: neither side sees the other change it. */
    @Test
    void arraysAreCopies() {
        float[] data = {1, 2};
        tns.set("x", tns.tensor(data, 2));
        data[0] = 100;
        assertArrayEquals(new float[] {1, 2}, tns.floats(tns.get("x")));
        Tensor before = (Tensor) tns.get("x");
        tns.floats(before)[1] = 100;
        tns.eval("x[0] = 50");
        assertArrayEquals(new float[] {1, 2}, tns.floats(before));
        assertArrayEquals(new float[] {50, 2}, tns.floats(tns.get("x")));
    }

    @Test
    void functionsAreCalled() {
        tns.eval("fn area(w, h=2) = w * h\nmodel Net() { a = linear(3, 2); forward(x) = a(x) }\nnet = Net()");
        assertEquals(6L, tns.call("area", 3));
        assertEquals(2.0, tns.call("sqrt", 4.0));
        assertEquals(8L, tns.invoke(tns.get("net"), "numel"));
        assertEquals(6.0, ((Tensor) tns.invoke(tns.tensor(new float[] {1, 2, 3}, 3), "sum")).item());
        ScriptException e = assertThrows(ScriptException.class, () -> tns.call("volume", 3));
        assertEquals(ErrorKind.NAME, e.kind());
        assertThrows(ScriptException.class, () -> tns.invoke("text", "sqrt"));
        assertFalse(tns.isCallable(null, "volume"));
    }

    @Test
    void streamsAreItsOwn() {
        Interpreter other = session(printed, "Ada\n");
        other.eval("print(input(\"\"), args)");
        other.flush();
        assertEquals("Ada (\"first\", \"second\")\n", printed.toString(StandardCharsets.UTF_8));
    }

    @Test
    void failuresHaveAPlaceAndLoseNothing() {
        ScriptException e = assertThrows(
                ScriptException.class, () -> tns.run(tns.compile("x = 1\ny = ones(2) + ones(3)\nx = 2", "a.tns")));
        assertEquals(ErrorKind.SHAPE, e.kind());
        assertTrue(e.getMessage().contains("--> a.tns:2:5"), e.getMessage());
        assertEquals(1L, tns.get("x"));
        assertEquals(3L, tns.eval("x + 2"));
    }

    /** From another thread, in a loop of the script as in one long computation, and whatever the script catches. */
    @Test
    @Timeout(60)
    void isCancelled() throws Exception {
        String[] endless = {
            "while true { }",
            "while true { try { i = 1 } catch e { } }",
            "x = ones(2000, 2000)\nwhile true { x = exp(x - x) }",
            "fn f(n) = f(n + 1)\nwhile true { try { f(0) } catch e { } }"
        };
        for (String text : endless) {
            Script script = tns.compile("kept = 1\n" + text, "endless.tns");
            CountDownLatch started = new CountDownLatch(1);
            Thread killer = Thread.ofPlatform().start(() -> {
                try {
                    started.await();
                    Thread.sleep(200);
                } catch (InterruptedException e) {
                    return;
                }
                tns.cancel();
            });
            started.countDown();
            ScriptException e = assertThrows(ScriptException.class, () -> tns.run(script), text);
            assertEquals(ErrorKind.LIMIT, e.kind(), text);
            killer.join();
            assertEquals(1L, tns.eval("kept"), text);
        }
    }

    /** Two sessions at the same time: other variables, other random streams. */
    @Test
    void sessionsAreApart() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<double[]>> draws = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int seed = i % 4;
                Callable<double[]> work = () -> {
                    Interpreter own = session(new ByteArrayOutputStream(), "");
                    own.set("s", seed);
                    return own.doubles(own.eval("""
                        seed(s)
                        net = linear(8, 4)
                        total = zeros(4)
                        for i in 0..200 { total = total + net(randn(8)) }
                        assert(s == %d, "another session changed s")
                        no_grad { total }
                        """.formatted(seed)));
                };
                draws.add(threads.submit(work));
            }
            for (int i = 0; i < 4; i++) {
                assertArrayEquals(draws.get(i).get(), draws.get(i + 4).get());
            }
            assertTrue(draws.get(0).get()[0] != draws.get(1).get()[0]);
        }
    }

    /** A Java program that knows nothing of incubator modules: everything works, and one line says what would help. */
    @Test
    @Timeout(120)
    void worksWithoutTheVectorModule(@TempDir Path folder) throws IOException, InterruptedException {
        Path program = folder.resolve("Host.java");
        Files.writeString(program, """
            import java.io.*;
            import java.util.List;
            import tns.Interpreter;

            public class Host {
                public static void main(String[] args) {
                    var in = new BufferedReader(new StringReader(""));
                    var tns = new Interpreter(System.out, in, List.of());
                    var other = new Interpreter(System.out, in, List.of());
                    tns.eval("print((ones(300, 300) @ ones(300, 300)).exp().sum(), sigmoid([0., 1.]))");
                    tns.flush();
                }
            }
            """);
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.toString())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertTrue(process.waitFor(100, TimeUnit.SECONDS));
        String log = Files.readString(errors);
        assertEquals("tensor(inf) tensor([0.5000, 0.7311])\n", Files.readString(output), log);
        assertEquals(
                1,
                log.lines()
                        .filter(line -> line.contains("--add-modules jdk.incubator.vector"))
                        .count(),
                log);
    }

    @Test
    void memoryThatIsNotThereIsAnError() {
        ScriptException e = assertThrows(
                ScriptException.class,
                () -> tns.eval("kept = 5\nl = list()\nwhile true { l.append(zeros(50_000_000)) }"));
        assertEquals(ErrorKind.LIMIT, e.kind());
        assertTrue(e.getMessage().contains("float32[50000000] (191 MiB)"), e.getMessage());
        tns.remove("l");
        assertEquals(5L, tns.get("kept"));
        assertEquals(6L, tns.eval("kept + 1"));
    }
}
