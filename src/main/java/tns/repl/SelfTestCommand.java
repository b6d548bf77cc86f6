package tns.repl;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tns.Interpreter;
import tns.error.DiagnosticText;
import tns.error.ScriptException;
import tns.repl.Options.Option;
import tns.repl.Options.WrongUsage;
import tns.selftest.SelfTest;

/** The command {@code tns selftest}: checks that a device computes what it should. */
final class SelfTestCommand {
    static final String NAME = "selftest";
    static final String SUMMARY = "Checks that a device gives PyTorch's answers and the CPU's bits.";

    private static final int USUAL_SECONDS = 30;
    private static final Option DEVICE = Option.of("--device", "NAME", "cpu, cuda, cuda:1.");
    private static final Option SECONDS = Option.of(
            "--seconds", "S", "How long to try random programs and inputs; " + USUAL_SECONDS + " unless given.");
    private static final Option ONLY =
            Option.of("--only", "CHECK", "One check alone: " + String.join(", ", SelfTest.checks()) + ".");
    private static final List<Option> OPTIONS = List.of(DEVICE, SECONDS, ONLY, Main.HELP);

    private SelfTestCommand() {}

    /** The exit code, once it has said how it went. */
    static int run(List<String> words) throws WrongUsage {
        Options options = new Options(OPTIONS, words);
        double seconds = options.number(SECONDS, USUAL_SECONDS);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        if (options.has(Main.HELP)) {
            out.print("Usage: tns selftest [options]\n" + SUMMARY + "\n\n" + Options.help(OPTIONS));
            return 0;
        }
        options.noneElse();
        String only = options.value(ONLY);
        if (only != null && !SelfTest.checks().contains(only)) {
            throw new WrongUsage("selftest has no check " + only);
        }
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(nowhere, new BufferedReader(new StringReader("")), List.of());
        try {
            String device = options.value(DEVICE);
            tns.device(device == null ? "cpu" : device);
        } catch (ScriptException e) {
            out.println(DiagnosticText.of(e.diagnostic(), false));
            return 1;
        }
        SelfTest test = new SelfTest(tns, out, seconds);
        return (only == null ? test.run() : test.run(only)) ? 0 : 1;
    }
}
