package tns.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tns.Interpreter;
import tns.TestedDevice;
import tns.cpu.ObservedCpu;
import tns.cuda.CudaDevice;
import tns.cuda.ObservedCuda;
import tns.error.ScriptException;
import tns.tensor.Device;
import tns.tensor.Tensor;

/** What a profile says of small scripts: which lines and ops ran how often, and what exactly the device did for them. */
class ProfileTest {
    private final Interpreter tns = new Interpreter(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new BufferedReader(new StringReader("")),
            List.of());

    ProfileTest() {
        tns.showLines();
    }

    private Profile profiled(String... lines) {
        Profile profile = tns.profile();
        try {
            tns.run(tns.compile(String.join("\n", lines), "script.tns"));
        } finally {
            profile.close();
        }
        return profile;
    }

    private static Map<Integer, Long> runs(Profile profile) {
        Map<Integer, Long> runs = new TreeMap<>();
        profile.lines().forEach((place, line) -> runs.put(place.line(), line.runs));
        return runs;
    }

    private static Entry op(Profile profile, String name) {
        return profile.ops().stream()
                .filter(op -> op.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no op " + name));
    }

    private static Entry verb(Profile profile, String op, String name) {
        Entry verb = op(profile, op).verbs.get(name);
        assertNotNull(verb, name);
        return verb;
    }

    @Test
    void aLineRunsAsOftenAsTheBusiestStatementOnIt() {
        Profile profile = profiled(
                "fn fact(n) = if n < 2 { 1 } else { n * fact(n - 1) }",
                "fn twice(x) {",
                "  y = x + x",
                "  return y",
                "}",
                "for i in 0..3 { a = i; b = twice(i) }",
                "double = x ->",
                "  2 * x",
                "if false {",
                "  never = 1",
                "} else { c = fact(5) }",
                "double(1)",
                "with seed(1) {",
                "  try { fact(2) } catch e { none }",
                "}");
        assertEquals(
                Map.ofEntries(
                        Map.entry(1, 7L),
                        Map.entry(2, 1L),
                        Map.entry(3, 3L),
                        Map.entry(4, 3L),
                        Map.entry(6, 3L),
                        Map.entry(7, 1L),
                        Map.entry(8, 1L),
                        Map.entry(9, 1L),
                        Map.entry(11, 1L),
                        Map.entry(12, 1L),
                        Map.entry(13, 1L),
                        Map.entry(14, 1L)),
                runs(profile));
    }

    @Test
    void timeIsThatOfOneLineAndOneOpAndRecursionCountsOnce() {
        Profile profile = profiled("fn deep(n) {", "  if n > 0 { deep(n - 1) }", "  ones(3).sum()", "}", "deep(50)");
        long whole = profile.nanos();
        assertEquals(whole, profile.ops().stream().mapToLong(op -> op.self).sum());
        assertTrue(
                profile.lines().values().stream().mapToLong(line -> line.self).sum() <= whole);
        profile.lines().values().forEach(line -> {
            assertTrue(line.self <= line.total, "self within total");
            assertTrue(line.total <= whole, "not once for each call");
        });
        assertEquals(51, op(profile, "sum").runs);
    }

    @Test
    void aProductIsCountedExactly() {
        Profile profile = profiled("a = ones(2, 3)", "b = ones(3, 4)", "a @ b");
        Entry matmul = op(profile, "matmul");
        assertEquals(1, matmul.runs);
        assertEquals(48, matmul.flops);
        assertEquals(4 * (6 + 12 + 8), matmul.bytes);
        assertEquals(
                48,
                profile.lines().entrySet().stream()
                        .filter(line -> line.getKey().line() == 3)
                        .mapToLong(line -> line.getValue().flops)
                        .sum());
        assertEquals(0, op(profiled("matmul(ones(2, 3).to(int64), ones(3, 4).to(int64))"), "matmul").flops);
    }

    @Test
    void elementsAreCountedOnceHoweverOftenTheyAreRead() {
        Profile profile =
                profiled("x = ones(100, 8)", "w = ones(8)", "y = x * w", "z = x * x", "s = x.sum(0)", "x.sort()");
        assertEquals(2, op(profile, "mul").runs);
        assertEquals(4 * (800 + 8 + 800) + 4 * (800 + 800), op(profile, "mul").bytes);
        assertEquals(1600, op(profile, "mul").flops);
        assertEquals(4 * (800 + 8), op(profile, "sum").bytes);
        assertEquals(800, op(profile, "sum").flops);
        assertEquals(800 * (4 + 4 + 8), verb(profile, "sort", "sort").bytes);
    }

    @Test
    void rowsAreCountedWithTheirNumbers() {
        Profile profile = profiled("x = ones(10, 4)", "i = tensor([1, 2, 2])", "y = x[i]", "x[0] = 7.");
        Entry take = verb(profile, "index", "take");
        assertEquals(1, take.runs);
        assertEquals(3 * 8 + 2 * 4 * 3 * 4, take.bytes);
        assertEquals(1, op(profile, "assignment").runs);
    }

    @Test
    void whatWaitedIsComputedForTheLineThatNeedsIt() {
        Profile profile = profiled("x = ones(1000, 1000)", "y = x * x + x", "z = (x * x).sum()");
        Entry pending = op(profile, Profile.BETWEEN);
        assertEquals(1, pending.runs);
        assertEquals(2_000_000, pending.flops);
        assertEquals(8_000_000, pending.bytes);
        assertEquals(0, op(profile, "add").flops);
        assertEquals(2_000_000, op(profile, "sum").flops);
        assertTrue(profile.report(null).contains("\n(between ops): "));
    }

    @Test
    void backwardAndModulesShowTheirParts() {
        Profile profile = profiled(
                "net = sequential(linear(3, 4), sigmoid, linear(4, 1))",
                "opt = adam(net, lr=0.1)",
                "net(ones(5, 3)).sum().backward()",
                "opt.step()");
        assertEquals(2, op(profile, "sequential").runs, "made and called");
        assertEquals(4, op(profile, "linear").runs, "two made, two called");
        assertEquals(1, op(profile, "step").runs);
        assertTrue(op(profile, "backward").verbs.keySet().containsAll(Set.of("map", "product")));
        // dy @ w' and x' @ dy of the second layer, x' @ dy of the first; the bias is a sum of rows.
        assertEquals(2 * (5 * 4) + 2 * (5 * 4) + 2 * (5 * 3 * 4), verb(profile, "backward", "product").flops);
    }

    @Test
    void functionsOfEarlierInputAndOfOtherFilesHaveTheirLines(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("layers.tns"), "fn half(x) =\n  x / 2\n");
        tns.eval("fn before() {\n  1 + 1\n}");
        Profile profile = tns.profile();
        tns.run(tns.compile(
                "import layers\nlayers.half(before())",
                folder.resolve("main.tns").toString()));
        profile.close();
        String report = profile.report(null);
        for (String row : List.of("<eval>:2 ", "layers.tns:2 ", "main.tns:2 ")) {
            assertTrue(report.contains(row), report);
        }
    }

    @Test
    void aFailedScriptHasAProfileAndAClosedOneIsOver() {
        Profile profile = tns.profile();
        assertThrows(IllegalStateException.class, tns::profile);
        assertThrows(ScriptException.class, () -> tns.eval("x = ones(3)\nfn f() = x @ ones(4)\nf()"));
        profile.close();
        assertEquals(Map.of(1, 1L, 2, 1L, 3, 1L), runs(profile));
        assertEquals(1, op(profile, "matmul").runs);
        long nanos = profile.nanos();
        tns.eval("x = ones(3, 3) @ ones(3, 3)");
        profile.close();
        assertEquals(nanos, profile.nanos());
        assertEquals(1, op(profile, "matmul").runs);
        tns.profile().close();
    }

    @Test
    void theReportHasTheLongestRowsAndTheSumOfTheOthers() {
        String script = "x = ones(1000)\n" + "y = x + 1\n".repeat(30);
        Profile profile = profiled(script);
        String report = profile.report(new Peaks(2, 20, 200));
        assertTrue(report.startsWith("line   "), report);
        assertTrue(report.contains("  of 20.0  "), report);
        assertTrue(report.contains("  of 200  "), report);
        assertTrue(report.contains("\n… 11 more  "), report);
        assertEquals(2, report.lines().filter(line -> line.startsWith("total ")).count());
        assertTrue(
                report.endsWith("of 20.0 and of 200: on 2 threads, copying and products of float32 reach that here\n"),
                report);
        assertFalse(profile.report(null).contains("of "), "no peaks, no share of them");
    }

    @Test
    void onAnotherDeviceLinesWaitForIt() {
        tns.device(TestedDevice.NAME);
        Profile profile =
                profiled("w = param(ones(3, 3))", "step = compile(() -> (w @ w).sum())", "for i in 0..5 { step() }");
        assertEquals(5, op(profile, "compiled lambda").runs);
        assertTrue(profile.report(null).contains("waited for its device"));
    }

    @Test
    void onCudaVerbsAreCountedToo() {
        tns.device(TestedDevice.NAME);
        Profile profile = profiled(
                "a = ones(2, 3)",
                "b = ones(3, 4)",
                "c = a @ b",
                "d = a * 2 + a",
                "e = b.sum()",
                "r = rand(5)",
                "net = sequential(linear(3, 4), linear(4, 2)); opt = sgd(net, lr=0.1)",
                "net(a).sum().backward()",
                "opt.step()");
        Entry matmul = verb(profile, "matmul", "product");
        assertEquals(1, matmul.runs);
        assertEquals(48, matmul.flops);
        assertEquals(4 * (6 + 12 + 8), matmul.bytes);
        Entry fused = verb(profile, "(between ops)", "map");
        assertEquals(1, fused.runs, "a * 2 waits for + a");
        assertEquals(12, fused.flops);
        Entry sum = verb(profile, "sum", "reduce");
        assertEquals(12 + 4, sum.flops, "of e and of the loss");
        assertEquals(4 * 5, verb(profile, "rand", "random").bytes);
        // Each parameter, of 12 + 4 + 8 + 2 elements, and its gradient are read, and its next value is written.
        Entry step = verb(profile, "step", "map");
        assertEquals(1, step.runs);
        assertEquals(4 * 3 * 26, step.bytes - 4 * 4, "and the rate, for each parameter");
        assertTrue(profile.report(null).contains("product"));
        assertNull(tns.peaks(), "the processor's peaks are no measure of another device");
    }

    @Test
    void aReplayIsAllTheWorkThatWasRecorded() {
        tns.device(TestedDevice.NAME);
        Profile profile = profiled(
                "a = ones(2, 3); b = ones(3, 4)", "step = compile(x -> x @ b)", "for i in 0..6 { c = step(a) }");
        Entry replay = verb(profile, "compiled lambda", "replay");
        assertEquals(3, replay.runs);
        assertEquals(3 * 48, replay.flops);
        assertEquals(3 * 4 * (6 + 12 + 8), replay.bytes);
    }

    @Test
    void everyVerbOfACudaDeviceIsSeen() {
        Set<String> seen = Arrays.stream(ObservedCuda.class.getDeclaredMethods())
                .map(ProfileTest::signature)
                .collect(Collectors.toSet());
        Set<String> own = Arrays.stream(CudaDevice.class.getDeclaredMethods())
                .map(ProfileTest::signature)
                .collect(Collectors.toSet());
        for (Method verb : Device.class.getMethods()) {
            boolean computes = Arrays.stream(verb.getParameterTypes())
                    .anyMatch(type -> type == Tensor.class || type == Tensor[].class || type == Tensor[][].class);
            // What a device leaves to the interface is done by other verbs.
            if (computes && !isQuestion(verb) && own.contains(signature(verb))) {
                assertTrue(seen.contains(signature(verb)), signature(verb));
            }
        }
    }

    /** A verb that is added to devices and not to this one would be missed in silence. */
    @Test
    void everyVerbOfTheProcessorIsSeen() {
        Set<String> seen = Arrays.stream(ObservedCpu.class.getDeclaredMethods())
                .map(ProfileTest::signature)
                .collect(Collectors.toSet());
        for (Method verb : Device.class.getMethods()) {
            boolean computes = Arrays.stream(verb.getParameterTypes())
                    .anyMatch(type -> type == Tensor.class || type == Tensor[].class);
            if (computes && !isQuestion(verb)) {
                assertTrue(seen.contains(signature(verb)), signature(verb));
            }
        }
    }

    /** What is known of elements computes none. */
    private static boolean isQuestion(Method verb) {
        return verb.getName().startsWith("is");
    }

    private static String signature(Method method) {
        return method.getName() + Arrays.toString(method.getParameterTypes());
    }
}
