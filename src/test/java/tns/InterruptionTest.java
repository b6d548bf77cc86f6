package tns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tns.error.ErrorKind;
import tns.error.ScriptException;

/** Stopping a script from outside, and failures in the middle of it: what was bound before stays as it was. */
class InterruptionTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** Stops the script as soon as it prints. */
    private static final class StopAtPrint extends OutputStream {
        private Interpreter tns;

        @Override
        public void write(int b) {
            tns.cancel();
        }
    }

    private static Interpreter stoppedAtPrint() {
        StopAtPrint stop = new StopAtPrint();
        Interpreter tns = new Interpreter(
                new PrintStream(stop, true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        stop.tns = tns;
        return tns;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "print(1); while true { }",
                "print(1); for i in 0..2000000000 { }",
                "print(1); while true { try { while true { } } catch e { } }",
                "print(1); (i for i in 0..2000000000)",
                "fn f() { f2() }; fn f2() { 1 }; print(1); while true { f() }",
                "print(1); map(0..100000000, x -> x)",
                "print(1); sleep(1000)",
                "print(1); x = rand(1000); while true { x = sin(x) }",
                "print(1); try { while true { } } catch e { } ; kept = 2"
            })
    void cancelEndsWhateverRunsAndCannotBeCaught(String script) {
        Interpreter tns = stoppedAtPrint();
        tns.eval("kept = 1; t = [1., 2.]");
        ScriptException e =
                assertTimeoutPreemptively(SOON, () -> assertThrows(ScriptException.class, () -> tns.eval(script)));
        assertEquals(ErrorKind.LIMIT, e.kind(), e.getMessage());
        assertEquals("interrupted", e.summary());
        assertEquals(1L, tns.get("kept"));
        assertEquals("tensor([1., 2.])", tns.eval("\"{t}\""));
        assertEquals(3L, tns.eval("kept + 2"));
    }

    @Test
    void workDoneBeforeTheStopIsKept() {
        Interpreter tns = stoppedAtPrint();
        tns.eval("x = zeros(10); n = 0");
        assertThrows(
                ScriptException.class, () -> tns.eval("while true { x[n % 10] = n; n += 1; if n == 25 { print(n) } }"));
        assertEquals(25L, tns.get("n"));
        assertEquals("tensor([20., 21., 22., 23., 24., 15., 16., 17., 18., 19.])", tns.eval("\"{x}\""));
    }

    @Test
    void anAssignmentHappensAsAWholeOrNotAtAll() throws InterruptedException {
        Interpreter tns = new Interpreter(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        tns.eval("x = zeros(3000000); y = ones(3000000)");
        for (int round = 0; round < 10; round++) {
            int wait = round;
            AtomicBoolean ended = new AtomicBoolean();
            // A cancel before the script has begun does not count: again until it has ended.
            Thread stopper = new Thread(() -> {
                try {
                    while (!ended.get()) {
                        Thread.sleep(5 + wait);
                        tns.cancel();
                    }
                } catch (InterruptedException done) {
                    Thread.currentThread().interrupt();
                }
            });
            stopper.start();
            assertThrows(ScriptException.class, () -> tns.eval("while true { x[:] = y; y = y + 1; x[:] = y }"));
            ended.set(true);
            stopper.join();
            assertEquals(true, tns.eval("(x == x[0]).all().item()"), "half of an assignment shows");
        }
    }

    @Test
    void aFailingStatementBindsNothing() {
        Interpreter tns = stoppedAtPrint();
        tns.eval("a = 1; b = 2; x = [1., 2., 3.]; r = {k: 1}");
        for (String failing : List.of(
                "a = 1 / 0",
                "a, b = (5, 6, 7)",
                "a = b = undefined",
                "a, b = (5, 1 / 0)",
                "x[0:2] = [1., 2., 3.]",
                "x[[0, 7]] = 5",
                "x += ones(2)",
                "r.k = 1 / 0")) {
            assertThrows(ScriptException.class, () -> tns.eval(failing), failing);
            assertEquals("1 2 tensor([1., 2., 3.]) {k: 1}", tns.eval("\"{a} {b} {x} {r}\""), failing);
        }
    }

    @Test
    void endlessRecursionIsALimitThatCannotBeCaught() {
        Interpreter tns = stoppedAtPrint();
        ScriptException e = assertThrows(
                ScriptException.class,
                () -> tns.eval("kept = 1; fn f(n) = f(n + 1) + 1; try { f(0) } catch e { kept = 2 }"));
        assertEquals(ErrorKind.LIMIT, e.kind());
        assertEquals(1L, tns.get("kept"));
        assertTrue(e.getMessage().contains("recursion of f is too deep"), e.getMessage());
    }

    @Test
    void outOfMemoryIsALimitThatCannotBeCaught() {
        Interpreter tns = stoppedAtPrint();
        ScriptException e = assertThrows(
                ScriptException.class,
                () -> tns.eval("kept = 1; try { l = list(); while true { l.append(zeros(200000000, dtype=float64)) } }"
                        + " catch e { kept = 2 }"));
        assertEquals(ErrorKind.LIMIT, e.kind(), e.getMessage());
        assertEquals(1L, tns.get("kept"));
        assertInstanceOf(Long.class, tns.eval("kept + 1"));
    }
}
