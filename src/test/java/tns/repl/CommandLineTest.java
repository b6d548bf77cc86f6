package tns.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as its users see it: where it reads from, what it prints where, and its exit code. */
final class CommandLineTest {
    @TempDir
    Path folder;

    private record Outcome(int exitCode, String stdout, String stderr) {}

    @Test
    void runsAScriptWithAShebangAndItsArguments() throws Exception {
        Path script = Files.writeString(folder.resolve("a.tns"), "#!/usr/bin/env tns\nprint(args)\n1 + 1\n");
        assertEquals(new Outcome(0, "(\"-x\", \"y\")\n", ""), tns("", script.toString(), "-x", "y"));
    }

    @Test
    void readsAScriptFromStdin() throws Exception {
        assertEquals(new Outcome(0, "2\n", ""), tns("print(1 + 1)"));
        assertEquals(new Outcome(0, "(\"a\",)\n", ""), tns("print(args)", "-", "a"));
        Outcome wrong = tns("x = [1, 2]\nx @ [1, 2, 3]\n");
        assertEquals(1, wrong.exitCode());
        assertTrue(wrong.stderr().contains("--> <stdin>:2:1"), wrong.stderr());
    }

    @Test
    void showsTheValueOfAnExpressionWithoutColoursInAPipe() throws Exception {
        assertEquals(new Outcome(0, "float32[2] cpu\ntensor([0., 1.])\n", ""), tns("", "-e", "[0., 1.]"));
        assertEquals(
                new Outcome(0, "figure: t (1 series, 2 points)\n", ""), tns("", "-e", "plot([0., 1.]).title('t')"));
        assertEquals(new Outcome(0, "", ""), tns("", "-e", "none"));
    }

    @Test
    void progressIsSilentAndLiveFiguresAreLinesInAPipe() throws Exception {
        assertEquals(
                new Outcome(0, "figure (1 series, 1 point)\nfigure (1 series, 2 points)\n", ""),
                tns("", "-e", "for i in progress(1..3) { live(plot(ones(i))) }"));
    }

    @Test
    void saysInOneSentenceWhatCannotBeRead() throws Exception {
        assertEquals(new Outcome(2, "", "tns: cannot read none.tns: there is no such file\n"), tns("", "none.tns"));
        Path sub = Files.createDirectory(folder.resolve("sub.tns"));
        assertEquals(new Outcome(2, "", "tns: cannot read " + sub + ": it is a folder\n"), tns("", sub.toString()));
        Path binary = Files.write(folder.resolve("b.tns"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertEquals(
                new Outcome(2, "", "tns: cannot read " + binary + ": it is not UTF-8 text\n"),
                tns("", binary.toString()));
    }

    @Test
    void wrongUsageIsTwoAndSaysWhatIsWrong() throws Exception {
        assertEquals(wrong("there is no option --nonsense"), tns("", "--nonsense"));
        assertEquals(wrong("-e CODE: the CODE is missing"), tns("", "-e"));
        assertEquals(wrong("--threads N: many is not a whole number above 0"), tns("", "--threads=many", "-e", "1"));
        assertEquals(wrong("--trace takes no value"), tns("", "--trace=yes", "-e", "1"));
        assertEquals(wrong("what is now?"), tns("", "doctor", "now"));
    }

    private static Outcome wrong(String message) {
        return new Outcome(2, "", "tns: " + message + "\ntns --help shows what there is\n");
    }

    @Test
    void optionsEndAtTheFirstWordThatIsNone() throws Exception {
        assertEquals(
                new Outcome(0, "(\"--threads\", \"-e\")\n", ""),
                tns("", "--threads", "1", "-e", "args", "--", "--threads", "-e"));
        assertEquals(new Outcome(0, "-1\n", ""), tns("", "-e", "-1"));
    }

    @Test
    void showsItsUsageAndVersion() throws Exception {
        Outcome help = tns("", "--help");
        assertEquals(0, help.exitCode());
        assertTrue(help.stdout().contains("130 interrupted"), help.stdout());
        assertTrue(help.stdout().contains("--device NAME  Make tensors"), help.stdout());
        assertTrue(tns("", "selftest", "-h").stdout().contains("--seconds S    How long"));
        assertEquals(new Outcome(0, Main.VERSION + "\n", ""), tns("", "--version"));
    }

    /** No start-up cache holds the code of a switch over types, so that each costs every start 0.5 to 1 ms. */
    @Test
    void anEverydayScriptMeetsNoSwitchOverTypes() throws Exception {
        Path log = folder.resolve("classes.log");
        String tutorial = Path.of("examples", "tutorial.tns").toAbsolutePath().toString();
        Process process = start("", List.of("env", "JDK_JAVA_OPTIONS=-Xlog:class+load:file=" + log), tutorial);
        assertEquals(0, process.waitFor());
        List<String> loaded = Files.readAllLines(log);
        assertTrue(loaded.stream().anyMatch(line -> line.contains(" tns.optim.Adam ")), "the log names classes");
        assertEquals(
                List.of(),
                loaded.stream()
                        .filter(line -> line.contains(" tns.") && line.contains("$TypeSwitch"))
                        .toList());
    }

    /** The command adds the Vector API's module while it runs, when there is work for it; other tests have it from the start. */
    @Test
    void whatBecomesHotFindsTheVectorApi() throws Exception {
        Path script = Files.writeString(folder.resolve("hot.tns"), """
            x = randn(64, 128)
            print(softmax(x, dim=1).sum() > 63)
            for i in 0..4000 { y = sigmoid(x[0]) }
            for i in 0..20 { y = randn(700, 700).T.contiguous() }
            for i in 0..2000 { y = softmax(x, dim=1) + x.sum(dim=0) }
            print(y.shape)
            """);
        assertEquals(new Outcome(0, "tensor(true)\n(64, 128)\n", ""), tns("", script.toString()));
    }

    /** As does what has nothing but small products to do. */
    @Test
    void manySmallProductsFindTheVectorApi() throws Exception {
        Path script = Files.writeString(folder.resolve("products.tns"), """
            x = ones(5, 20)
            w = ones(20, 5)
            for i in 0..110000 { if true { y = w @ x } }
            print(y.sum())
            """);
        assertEquals(new Outcome(0, "tensor(2000.)\n", ""), tns("", script.toString()));
    }

    @Test
    void fullMemoryIsAnErrorWithSizesAndAPlace() throws Exception {
        Path strings = Files.writeString(
                folder.resolve("strings.tns"), "fn f(s) {\n  for i in 0..40 { s = s + s }\n}\nf('abc')\n");
        Outcome outcome = tns("", "--memory", "64m", strings.toString());
        assertEquals(1, outcome.exitCode());
        assertTrue(
                outcome.stderr()
                        .matches("(?s)error: out of memory: the program fills its [0-9]+ MiB\n --> " + strings
                                + ":2:.*start tns with more memory, for example --memory 8g.*"),
                outcome.stderr());
        Path tensors = Files.writeString(
                folder.resolve("tensors.tns"),
                "a = randn(1000, 1000, requires_grad=true)\ny = a * 2\nfor i in 0..40 { y = y.sin() * a + y }\n");
        // A few megabytes more or less leave the collector with next to nothing to find, again and again.
        for (String memory : List.of("64m", "66m")) {
            outcome = tns("", "--memory", memory, tensors.toString());
            assertEquals(1, outcome.exitCode());
            assertTrue(
                    outcome.stderr()
                            .matches("(?s)error: (cpu: cannot allocate float32\\[1000000] \\(4 MiB\\)"
                                    + "|out of memory: the program fills its [0-9]+ MiB)\n --> " + tensors + ":3:.*"),
                    outcome.stderr());
        }
    }

    @Test
    void aStackTraceOfJavaIsShownOnRequestOnly() throws Exception {
        assertFalse(tns("", "-e", "error('x')").stderr().contains("\tat "));
        assertTrue(tns("", "--trace", "-e", "error('x')").stderr().contains("ScriptException"));
    }

    @Test
    void aProfileGoesToStderrAlsoOfAScriptThatFails() throws Exception {
        Path script = Files.writeString(
                folder.resolve("p.tns"),
                "a = ones(2, 3)\nfor i in 0..5 {\n  b = a @ ones(3, 4)\n}\nprint('over')\na @ a\n");
        Outcome outcome = tns("", "--profile", script.toString());
        assertEquals(1, outcome.exitCode());
        assertEquals("over\n", outcome.stdout());
        String error = outcome.stderr();
        assertTrue(
                Pattern.compile("^3 +5 .* b = a @ ones\\(3, 4\\)$", Pattern.MULTILINE)
                        .matcher(error)
                        .find(),
                error);
        assertTrue(
                Pattern.compile("^matmul +6 ", Pattern.MULTILINE).matcher(error).find(), error);
        assertTrue(error.contains("\nof "), error);
        assertTrue(error.indexOf("error: matmul") > error.indexOf("\nof "), error);
        assertEquals(0, tns("", "--profile", "-e", "none").exitCode());
    }

    @Test
    void anInterruptStopsTheScriptTellsWhereAndGives130() throws Exception {
        Path script = folder.resolve("loop.tns");
        String error = interrupted(script);
        assertTrue(error.startsWith("error: interrupted\n --> " + script + ":"), error);
    }

    @Test
    void anInterruptedScriptHasAProfile() throws Exception {
        Path script = folder.resolve("loop.tns");
        String error = interrupted(script, "--profile");
        assertTrue(
                Pattern.compile("^3 .* sleep\\(0.01\\)$", Pattern.MULTILINE)
                        .matcher(error)
                        .find(),
                error);
        assertTrue(error.contains("\nerror: interrupted\n --> " + script + ":"), error);
    }

    /** What a script that never ends says on stderr when it is interrupted. */
    private String interrupted(Path script, String... options) throws Exception {
        Files.writeString(script, "print('started')\nwhile true {\n  sleep(0.01)\n}\n");
        List<String> args = new ArrayList<>(List.of(options));
        args.add(script.toString());
        // a build in the background has SIGINT ignored, which children inherit
        Process process = start("", List.of("env", "--default-signal=INT"), args.toArray(new String[0]));
        for (int i = 0; Files.size(folder.resolve("stdout")) == 0 && i < 600; i++) {
            Thread.sleep(50);
        }
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "still running");
        Outcome outcome = outcome(process);
        assertEquals(130, outcome.exitCode(), outcome.stderr());
        assertEquals("started\n", outcome.stdout());
        return outcome.stderr();
    }

    private Outcome tns(String input, String... args) throws IOException, InterruptedException {
        Process process = start(input, List.of(), args);
        process.waitFor();
        return outcome(process);
    }

    private Outcome outcome(Process process) throws IOException {
        return new Outcome(
                process.exitValue(),
                Files.readString(folder.resolve("stdout")),
                Files.readString(folder.resolve("stderr")));
    }

    private Process start(String input, List<String> before, String... args) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of("bin", "tns").toAbsolutePath().toString());
        command.addAll(List.of(args));
        Path stdin = Files.write(folder.resolve("stdin"), input.getBytes(StandardCharsets.UTF_8));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(stdin.toFile())
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile());
        builder.environment().put("TNS_JAVA", System.getProperty("java.home"));
        builder.environment().put("TNS_CLASSPATH", System.getProperty("java.class.path"));
        return builder.start();
    }
}
