package tns.repl;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tns.Interpreter;
import tns.error.DiagnosticText;
import tns.error.ScriptException;
import tns.op.None;
import tns.op.Reference;

/** The command {@code tns}: runs a script, evaluates an expression, or opens the prompt. */
@Command(
        name = "tns",
        mixinStandardHelpOptions = true,
        version = "tns 0.1.0",
        description = "A small tensor scripting language with autograd.")
public final class Main implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int INTERRUPTED = 130;

    @Option(names = "-e", paramLabel = "CODE", description = "Evaluate CODE and print its value.")
    private @Nullable String code;

    @Option(names = "--trace", description = "Show the Java stack trace of a failure.")
    private boolean trace;

    @Option(names = "--reference", description = "Print the reference of all functions as Markdown.")
    private boolean reference;

    @Option(names = "--threads", paramLabel = "N", description = "Compute on at most N threads of the processor.")
    private int threads;

    @Parameters(arity = "0..*", paramLabel = "FILE [ARGS]", description = "The script and its arguments.")
    private List<String> words = List.of();

    /** Exit codes: 0 fine, 1 the script failed, 2 wrong usage, 130 interrupted. */
    public static void main(String[] args) {
        VectorModule.load();
        CommandLine command = new CommandLine(new Main()).setStopAtPositional(true);
        System.exit(command.execute(args));
    }

    @Override
    public Integer call() {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        List<String> arguments = words.isEmpty() || code != null ? words : words.subList(1, words.size());
        Interpreter tns = new Interpreter(out, in, arguments);
        if (threads > 0) {
            tns.threads(threads);
        }
        if (reference) {
            out.print(new Reference(tns.ops()).markdown());
            out.flush();
            return 0;
        }
        if (code == null && words.isEmpty()) {
            return new Prompt(tns).run();
        }
        try {
            if (code != null) {
                Object value = tns.run(tns.compile(code, "<command line>"));
                if (value != None.NONE) {
                    out.println(Interpreter.display(value));
                }
            } else {
                Path file = Path.of(words.getFirst());
                tns.run(tns.compile(Files.readString(file), words.getFirst()));
            }
            return 0;
        } catch (ScriptException e) {
            out.flush();
            err.println(DiagnosticText.of(e.diagnostic(), false));
            if (trace) {
                (e.getCause() == null ? e : e.getCause()).printStackTrace(err);
            }
            return FAILED;
        } catch (IOException e) {
            err.println("error: cannot read " + words.getFirst());
            return FAILED;
        } catch (RuntimeException e) {
            err.println("internal error, please report: " + e);
            if (trace) {
                e.printStackTrace(err);
            }
            return FAILED;
        } finally {
            out.flush();
        }
    }

    static int interrupted() {
        return INTERRUPTED;
    }
}
