package tns.repl;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
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
import tns.lang.Script;
import tns.op.Reference;
import tns.profile.Profile;

/** The command {@code tns}: runs a script, evaluates an expression, or opens the prompt. */
@Command(
        name = "tns",
        mixinStandardHelpOptions = true,
        version = Main.VERSION,
        sortOptions = false,
        subcommands = {SelfTestCommand.class, DoctorCommand.class},
        description =
                "Runs FILE, a script of the tensor language tns. Without a FILE: opens the prompt, or runs what is"
                        + " piped in.",
        footer = {
            "",
            "--memory SIZE, before all others, sets the most memory tns may use, such as 4g.",
            "Exit codes: 0 fine, 1 the script failed, 2 wrong usage, 130 interrupted."
        })
public final class Main implements Callable<Integer> {
    static final String VERSION = "tns 0.1.0";

    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    @Option(names = "-e", paramLabel = "CODE", description = "Evaluate CODE and print its value.")
    private @Nullable String code;

    @Option(names = "--trace", description = "Show the Java stack trace of a failure, and why a step is not replayed.")
    private boolean trace;

    @Option(names = "--reference", description = "Print the reference of all functions as Markdown.")
    private boolean reference;

    @Option(
            names = "--profile",
            description = "Say on stderr where the time went, by line and by op, when FILE or CODE is over.")
    private boolean profiled;

    @Option(names = "--threads", paramLabel = "N", description = "Compute on at most N threads of the processor.")
    private int threads;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "Make tensors and models on this device: cpu, cuda, cuda:1.")
    private @Nullable String device;

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE [ARGS]",
            description = "The script, - for stdin, and what it finds in args.")
    private List<String> words = List.of();

    private final Streams streams = Streams.ofProcess();
    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    private final Interruption interruption = new Interruption();
    private final PrintStream err =
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);

    /** Exit codes: 0 fine, 1 the script failed, 2 wrong usage, 130 interrupted. */
    public static void main(String[] args) {
        VectorModule.load();
        CommandLine command = new CommandLine(new Main()).setStopAtPositional(true);
        System.exit(command.execute(args));
    }

    @Override
    public Integer call() {
        try {
            if (reference) {
                out.print(reference().markdown());
                return 0;
            }
            if (code == null && words.isEmpty() && streams.input()) {
                if (profiled) {
                    err.println("tns: --profile needs a FILE or -e CODE; at the prompt there is %profile");
                    return WRONG_USAGE;
                }
                return Prompt.open(streams, this::prepare);
            }
            return code != null ? evaluate(code) : script();
        } catch (ScriptException e) {
            out.flush();
            err.println(DiagnosticText.of(e.diagnostic(), streams.error() && streams.colour()));
            trace(e.getCause() == null ? e : e.getCause());
            return FAILED;
        } catch (RuntimeException | Error e) {
            err.println("internal error, please report: " + e);
            trace(e);
            return FAILED;
        } finally {
            out.flush();
            interruption.over();
        }
    }

    private void trace(Throwable failure) {
        if (trace) {
            failure.printStackTrace(err);
        }
    }

    private void prepare(Interpreter tns) {
        if (threads > 0) {
            tns.threads(threads);
        }
        if (device != null) {
            tns.device(device);
        }
        if (trace) {
            tns.notes(remark -> err.println("note: " + remark));
        }
    }

    private Interpreter interpreter(TerminalScreen screen, List<String> arguments) {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Interpreter tns = new Interpreter(out, in, arguments, screen);
        prepare(tns);
        interruption.cancels(tns);
        return tns;
    }

    private Reference reference() {
        return new Reference(
                interpreter(TerminalScreen.ofScript(out, streams), List.of()).ops());
    }

    private int evaluate(String text) {
        TerminalScreen screen = TerminalScreen.ofScript(out, streams);
        Interpreter tns = interpreter(screen, words);
        Result.print(run(tns, text, "<command line>"), out, screen);
        return 0;
    }

    private int script() {
        String name = words.isEmpty() ? "-" : words.getFirst();
        String text;
        try {
            text = name.equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : read(Path.of(name));
        } catch (IOException e) {
            err.println("tns: cannot read " + name + ": " + reason(e));
            return WRONG_USAGE;
        }
        Interpreter tns = interpreter(
                TerminalScreen.ofScript(out, streams), words.isEmpty() ? List.of() : words.subList(1, words.size()));
        run(tns, text, name.equals("-") ? "<stdin>" : name);
        return 0;
    }

    private Object run(Interpreter tns, String text, String name) {
        if (!profiled) {
            return tns.run(tns.compile(text, name));
        }
        tns.showLines();
        Script script = tns.compile(text, name);
        Profile profile = tns.profile();
        try {
            return tns.run(script);
        } finally {
            profile.close();
            out.flush();
            err.print(profile.report(tns.peaks()));
        }
    }

    private static String read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("it is a folder");
        }
        if (Files.notExists(file)) {
            throw new IOException("there is no such file");
        }
        return Files.readString(file);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case CharacterCodingException _ -> "it is not UTF-8 text";
            case java.nio.file.AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }
}
