package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tns.Interpreter;
import tns.op.Display;
import tns.tensor.Tensor;

/**
 * Memory that variables let go of is given back at once, and never while any value still shows it: small programs of
 * every kind of holder give what they give on the CPU, on a device that faults when memory is used after that.
 */
class GivenBackMemoryTest {
    private static final int PROGRAMS = 120;
    private static final int STATEMENTS = 24;
    private static final int TURNS = 40;
    private static final String[] NAMES = {"a", "b", "c", "d"};

    private static Interpreter on(String device) {
        Interpreter tns = new Interpreter(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        tns.device(device);
        return tns;
    }

    /** A program over vectors of six numbers. */
    private static final class Program {
        private final SplittableRandom random;
        private int depth;

        Program(long seed) {
            random = new SplittableRandom(seed);
        }

        private String pick(String... of) {
            return of[random.nextInt(of.length)];
        }

        private String name() {
            return pick(NAMES);
        }

        private String vector() {
            if (++depth > 3) {
                depth--;
                return name();
            }
            String text = switch (random.nextInt(20)) {
                case 0, 1, 2 -> name();
                case 3 -> "(" + vector() + " + " + random.nextInt(5) + ")";
                case 4 -> "(" + vector() + " - " + vector() + ")";
                case 5 -> vector() + ".reshape(2, 3).T.reshape(6)";
                case 6 -> vector() + ".reshape(2, 3)[" + random.nextInt(2) + "].repeat(2)";
                case 7 -> vector() + ".flip(0)";
                case 8 -> "kept[" + random.nextInt(2) + "]";
                case 9 -> "r.v";
                case 10 -> "twice(" + vector() + ")";
                case 11 -> "local(" + vector() + ", " + vector() + ")";
                case 12 -> "closed()";
                case 13 -> "both(" + vector() + ")[" + random.nextInt(2) + "]";
                case 14 -> "cat((" + name() + "[:3], " + vector() + "[3:]))";
                case 15 -> vector() + "[order]";
                case 17 -> "grad(u -> (u * " + name() + " + u.relu()).sum())(" + vector() + ")";
                case 18 -> "p.grad";
                case 16 -> "(if " + random.nextInt(2) + " == 0 { " + vector() + " } else { " + vector() + " })";
                default -> "where(" + vector() + " > 2, " + vector() + ", " + name() + ")";
            };
            depth--;
            return text;
        }

        private String statement() {
            return switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> name() + " = " + vector();
                case 4 -> name() + "[" + random.nextInt(6) + "] = " + random.nextInt(9);
                case 5 -> name() + "[1:4] = " + vector() + "[2:5]";
                case 6 -> name() + " += " + vector();
                case 7 -> name() + ", " + name() + " = (" + vector() + ", " + vector() + ")";
                case 8 -> "kept = (" + vector() + ", " + name() + ")";
                case 9 -> "r = {v: " + vector() + "}";
                case 10 -> "r.v = " + vector();
                case 11 -> "r.v[2] = " + random.nextInt(9);
                case 12 -> "items.append(" + vector() + ")";
                case 13 -> "x = " + vector() + "; closed = () -> x + 1; x = " + vector();
                case 14 -> "for i in 0..3 { t = " + vector() + "; " + name() + " = t * 2 % 7 }";
                case 16 -> "(p * " + vector() + " + p).sum().backward()";
                case 17 -> "loss = (local(p * 2, " + vector() + ") * p).sum(); loss.backward()";
                case 18 -> "p.grad = p.grad % 5; " + name() + " = p.grad; optimizer.step()";
                case 15 -> "for v in (" + vector() + ", " + name() + ") { " + name() + " = v }";
                default -> name() + " = local(" + name() + ", " + vector() + ") % 11";
            };
        }

        String text() {
            StringBuilder text = new StringBuilder("""
                a = arange(6.); b = a * 2; c = a.flip(0); d = ones(6)
                order = [5, 0, 3, 1, 1, 2]
                kept = (a, b + 1); r = {v: c}; items = list(); x = a
                closed = () -> x
                p = param(ones(6)); optimizer = sgd((p,), lr=0.5); (p * p).sum().backward()
                fn twice(v) { w = v; w[0] = w[0] + 1; w + v }
                fn local(v, w) { s = v + w; t = s.reshape(3, 2); u = t[1]; s = w; t = t.T; if u.sum() > 9 { return t.reshape(6) }; s }
                fn both(v) { p = v * 1; q = p; p = v; (q, p) }
                """);
            for (int i = 0; i < STATEMENTS; i++) {
                text.append(statement()).append('\n');
            }
            return text.append("str((a, b, c, d, kept, r, items, closed(), p, p.grad))")
                    .toString();
        }
    }

    @Test
    void nothingThatLivesIsGivenBack() {
        Interpreter host = on("cpu");
        Interpreter device = on("cuda-emu");
        for (int seed = 0; seed < PROGRAMS; seed++) {
            String program = new Program(seed).text();
            String expected = Display.text(host.sibling().eval(program));
            String found;
            try {
                found = Display.text(device.sibling().eval(program))
                        .replaceAll("\\s+", " ")
                        .replace(", device='cuda-emu'", "");
            } catch (RuntimeException e) {
                throw new AssertionError("program " + seed + ":\n" + program, e);
            }
            assertEquals(expected.replaceAll("\\s+", " "), found, "program " + seed + ":\n" + program);
        }
    }

    /** Nothing piles up until the collector looks. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x = zeros(1000)",
                "x += 1",
                "x[3] = 1",
                "f(1000)",
                "(w * x).sum().backward()",
                "(w * x).sum().backward(); w.grad = none",
            })
    void whatAVariableHeldIsGivenBackAtOnce(String statement) {
        long more = growth(statement);
        assertTrue(more <= 4000, more + " bytes more");
    }

    /** What stays is what the parameter held before each step: a graph may use it. */
    @Test
    void aGradientThatAnOptimizerHasUsedIsGivenBackByTheNextPass() {
        long more = growth("(w * x).sum().backward(); optimizer.step()");
        assertTrue(more <= TURNS * 4000 + 4000, more + " bytes more");
    }

    /**
     * What stays of a pass back through products and pointwise ops is what the graph is made of, of each layer the product
     * and the result: whatever the collector finds meanwhile, it cannot find the same in all passes.
     */
    @Test
    void gradientsAreGivenBackOnceTheyHaveBeenSentOn() {
        Interpreter tns = on("cuda-emu");
        CudaDevice device = (CudaDevice) ((Tensor) tns.eval("zeros(1)")).device();
        tns.eval("m = ones(32, 32); n = param(ones(32, 32))\n"
                + "fn pass() { y = m; for k in 0..6 { y = (y @ n).relu() * 0.5 }; y.sum().backward() }\npass()");
        long most = 0;
        for (int i = 0; i < 10; i++) {
            long before = device.bytesInTensors();
            tns.eval("pass()");
            most = Math.max(most, device.bytesInTensors() - before);
        }
        assertTrue(most <= 6 * 2 * 4096 + 64, most + " bytes more");
    }

    /** By how many bytes the tensors of the device grow as a loop does {@code statement}. */
    private static long growth(String statement) {
        Interpreter tns = on("cuda-emu");
        CudaDevice device = (CudaDevice) ((Tensor) tns.eval("zeros(1)")).device();
        tns.eval("w = param(zeros(1000)); optimizer = sgd((w,), lr=0.0); x = zeros(1000); m = ones(32, 32); n ="
                + " param(ones(32, 32))\n"
                + "fn f(n) { y = zeros(n); y[3] = 1; z = ones(n); y.sum() }");
        tns.eval("for i in 0..4 { " + statement + " }");
        long before = device.bytesInTensors();
        tns.eval("for i in 0.." + TURNS + " { " + statement + " }");
        return device.bytesInTensors() - before;
    }
}
