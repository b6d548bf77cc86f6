package tns.repl;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tns.Interpreter;
import tns.error.DiagnosticText;
import tns.error.ScriptException;
import tns.selftest.SelfTest;

/** The command {@code tns selftest}: checks that a device computes what it should. */
@Command(
        name = "selftest",
        mixinStandardHelpOptions = true,
        description = "Checks that a device gives PyTorch's answers and the CPU's bits.")
final class SelfTestCommand implements Callable<Integer> {
    @Option(names = "--device", paramLabel = "NAME", description = "cpu, cuda, cuda:1.", defaultValue = "cpu")
    private String device = "cpu";

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "How long to try random programs and inputs; ${DEFAULT-VALUE} unless given.",
            defaultValue = "30")
    private double seconds;

    @Override
    public Integer call() {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(nowhere, new BufferedReader(new StringReader("")), List.of());
        try {
            tns.device(device);
        } catch (ScriptException e) {
            out.println(DiagnosticText.of(e.diagnostic(), false));
            return 1;
        }
        return new SelfTest(tns, out, seconds).run() ? 0 : 1;
    }
}
