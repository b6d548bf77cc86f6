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
import tns.Interpreter;
import tns.error.DiagnosticText;
import tns.error.ScriptException;
import tns.lang.Script;
import tns.op.Reference;
import tns.profile.Profile;
import tns.repl.Options.Option;
import tns.repl.Options.WrongUsage;

/** The command {@code tns}: runs a script, evaluates an expression, or opens the prompt. */
public final class Main {
    static final String VERSION = "tns 0.1.0";

    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private static final Option CODE = Option.of("-e", "CODE", "Evaluate CODE and print its value.");
    private static final Option TRACE =
            Option.of("--trace", null, "Show the Java stack trace of a failure, and why a step is not replayed.");
    private static final Option REFERENCE =
            Option.of("--reference", null, "Print the reference of all functions as Markdown.");
    private static final Option PROFILE = Option.of(
            "--profile", null, "Say on stderr where the time went, by line and by op, when FILE or CODE is over.");
    private static final Option THREADS = Option.of("--threads", "N", "Compute on at most N threads of the processor.");
    private static final Option DEVICE =
            Option.of("--device", "NAME", "Make tensors and models on this device: cpu, cuda, cuda:1.");
    static final Option HELP = new Option(List.of("-h", "--help"), null, "Show this help and leave.");
    private static final Option SHOW_VERSION =
            new Option(List.of("-V", "--version"), null, "Show the version and leave.");

    private static final List<Option> OPTIONS =
            List.of(CODE, TRACE, REFERENCE, PROFILE, THREADS, DEVICE, HELP, SHOW_VERSION);

    private final Options options;
    private final List<String> words;
    private final int threads;
    private final Streams streams = Streams.ofProcess();
    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    private final Interruption interruption = new Interruption();
    private final PrintStream err = errors();

    private Main(Options options) throws WrongUsage {
        this.options = options;
        this.words = options.rest();
        this.threads = options.count(THREADS, 0);
    }

    /** Exit codes: 0 fine, 1 the script failed, 2 wrong usage, 130 interrupted. */
    public static void main(String[] args) {
        System.exit(run(List.of(args)));
    }

    static int run(List<String> args) {
        try {
            Options options = new Options(OPTIONS, args);
            List<String> rest = options.rest();
            if (!rest.isEmpty() && !options.has(CODE)) {
                List<String> others = rest.subList(1, rest.size());
                switch (rest.getFirst()) {
                    case SelfTestCommand.NAME -> {
                        return SelfTestCommand.run(others);
                    }
                    case DoctorCommand.NAME -> {
                        return DoctorCommand.run(others);
                    }
                    case TrainingRun.NAME -> {
                        return TrainingRun.run(others);
                    }
                    default -> {}
                }
            }
            return new Main(options).run();
        } catch (WrongUsage e) {
            errors().println("tns: " + e.getMessage() + "\ntns --help shows what there is");
            return WRONG_USAGE;
        }
    }

    private static PrintStream errors() {
        return new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    }

    private int run() {
        try {
            if (options.has(HELP)) {
                help();
                return 0;
            }
            if (options.has(SHOW_VERSION)) {
                out.println(VERSION);
                return 0;
            }
            if (options.has(REFERENCE)) {
                out.print(reference().markdown());
                return 0;
            }
            String code = options.value(CODE);
            if (code == null && words.isEmpty() && streams.input()) {
                if (options.has(PROFILE)) {
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

    private void help() {
        out.printf("""
            Usage: tns [options] [FILE [ARGS]]
            Runs FILE, a script of the tensor language tns; - is stdin. It finds ARGS in args.
            Without a FILE: opens the prompt, or runs what is piped in.

            %s  --memory SIZE  Use at most SIZE of memory, such as 4g.

            tns selftest  %s
            tns doctor    %s

            Exit codes: 0 fine, 1 the script failed, 2 wrong usage, 130 interrupted.
            """, Options.help(OPTIONS), SelfTestCommand.SUMMARY, DoctorCommand.SUMMARY);
    }

    private void trace(Throwable failure) {
        if (options.has(TRACE)) {
            failure.printStackTrace(err);
        }
    }

    private void prepare(Interpreter tns) {
        if (threads > 0) {
            tns.threads(threads);
        }
        String device = options.value(DEVICE);
        if (device != null) {
            tns.device(device);
        }
        if (options.has(TRACE)) {
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
        HeadStart.onReading(text);
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
        HeadStart.onReading(text);
        Interpreter tns = interpreter(
                TerminalScreen.ofScript(out, streams), words.isEmpty() ? List.of() : words.subList(1, words.size()));
        run(tns, text, name.equals("-") ? "<stdin>" : name);
        return 0;
    }

    private Object run(Interpreter tns, String text, String name) {
        if (!options.has(PROFILE)) {
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
