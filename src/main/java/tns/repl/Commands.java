package tns.repl;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.Interpreter;
import tns.error.ErrorKind;
import tns.error.Suggestion;
import tns.error.TnsException;
import tns.lang.Script;
import tns.plot.Screen;
import tns.profile.Amount;
import tns.profile.Profile;

/** What a line can begin with at the prompt besides code: {@code ?name}, {@code %time expr}, {@code !cmd} and others. */
final class Commands {
    /**
     * One of them: registered once, known from then on to the prompt, to completion and to help.
     *
     * @param name what it begins with
     * @param argument what follows, in one word; empty for nothing
     * @param takesCode whether that is code, which may need more lines
     * @param summary one line
     */
    private record Command(String name, String argument, boolean takesCode, String summary, Action action) {
        String usage() {
            return name
                    + (argument.isEmpty() || !Character.isLetter(name.charAt(name.length() - 1)) ? "" : " ")
                    + argument;
        }
    }

    private interface Action {
        void run(String argument);
    }

    /** A measurement runs at least so long, and a first part of it to let the JVM compile. */
    private static final long BENCH_NANOS = 1_000_000_000;

    private static final long WARM_UP_NANOS = 500_000_000;
    private static final int MOST_RUNS = 100_000;

    private final Interpreter tns;
    private final PrintStream out;
    private final Screen screen;
    private final Help help;
    private final Set<String> predefined;
    private final List<Command> commands = new ArrayList<>();

    Commands(Interpreter tns, PrintStream out, Screen screen) {
        this.tns = tns;
        this.out = out;
        this.screen = screen;
        this.help = new Help(tns, screen.colour());
        this.predefined = Set.copyOf(tns.names());
        tns.showLines(); // %profile is then to see those of functions entered before
        add(
                "?",
                "name",
                false,
                "what a function does, or what a variable holds",
                name -> out.println(name.isEmpty() ? overview() : help.of(name)));
        add("??", "name", false, "how a function is written", name -> out.println(help.source(name)));
        add("%time", "code", true, "run it once and say how long it took", this::time);
        add("%bench", "code", true, "run it often: the median time, its spread, the memory it takes", this::bench);
        add("%profile", "code", true, "run it once and say where the time went, by line and by op", this::profile);
        add("%vars", "", false, "the variables you have set", _ -> variables());
        add("%reset", "", false, "forget them all", _ -> ownNames().forEach(tns::remove));
        add("%help", "", false, "this list", _ -> out.println(overview()));
        add("!", "command", false, "run a command of the system", this::system);
    }

    private void add(String name, String argument, boolean takesCode, String summary, Action action) {
        commands.add(new Command(name, argument, takesCode, summary, action));
    }

    /** How much of a line is the name of a command, with the white space after it: 0 where it begins with code. */
    static int prefixLength(String line) {
        if (line.startsWith("??")) {
            return 2;
        }
        if (line.startsWith("?") || line.startsWith("!")) {
            return 1;
        }
        if (!line.startsWith("%")) {
            return 0;
        }
        int end = 1;
        while (end < line.length() && Character.isLetter(line.charAt(end))) {
            end++;
        }
        while (end < line.length() && line.charAt(end) == ' ') {
            end++;
        }
        return end;
    }

    /** The names with their summaries. */
    Map<String, String> summaries() {
        Map<String, String> all = new LinkedHashMap<>();
        commands.forEach(command -> all.put(command.name(), command.summary()));
        return all;
    }

    /** The part of a line that is code, or null. */
    @Nullable
    String code(String line) {
        int prefix = prefixLength(line);
        Command command = prefix == 0 ? null : find(line.substring(0, prefix).strip());
        return prefix == 0 || command != null && command.takesCode() ? line.substring(prefix) : null;
    }

    /** Runs the line if it begins with a command; false if it is code. */
    boolean run(String line) {
        int prefix = prefixLength(line);
        if (prefix == 0) {
            return false;
        }
        String name = line.substring(0, prefix).strip();
        Command command = find(name);
        if (command == null) {
            String near = Suggestion.nearest(name, summaries().keySet());
            throw new TnsException(
                            ErrorKind.NAME,
                            "there is no command " + name + (near == null ? "" : "; did you mean " + near + "?"))
                    .help("%help lists the commands");
        }
        String argument = line.substring(prefix).strip();
        if (command.takesCode() && argument.isEmpty()) {
            throw new TnsException(ErrorKind.VALUE, name + ": there is nothing to run")
                    .help(name + " randn(100, 100).sum()");
        }
        command.action().run(argument);
        return true;
    }

    private @Nullable Command find(String name) {
        return commands.stream()
                .filter(command -> command.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private String overview() {
        int widest = commands.stream().mapToInt(c -> c.usage().length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Command command : commands) {
            text.append(String.format(Locale.ROOT, "%-" + (widest + 2) + "s%s%n", command.usage(), command.summary()));
        }
        return text.append("\nTab completes, Up and Ctrl-R find earlier input, Right takes the grey suggestion,\n")
                .append("Ctrl-C stops a computation, Ctrl-D leaves. _ is the last value shown.")
                .toString();
    }

    private void time(String code) {
        Script script = tns.compile(code, "<prompt>");
        long allocated = allocated();
        long start = System.nanoTime();
        Object value = tns.run(script);
        long nanos = System.nanoTime() - start;
        long bytes = allocated() - allocated;
        Result.print(value, out, screen);
        out.println(Amount.duration((double) nanos) + ", " + Amount.memory((double) bytes));
    }

    private void profile(String code) {
        Script script = tns.compile(code, "<prompt>");
        Profile profile = tns.profile();
        try {
            Result.print(tns.run(script), out, screen);
        } finally {
            profile.close();
            out.print(profile.report(tns.peaks()));
        }
    }

    private void bench(String code) {
        Script script = tns.compile(code, "<prompt>");
        long end = System.nanoTime() + WARM_UP_NANOS;
        do {
            tns.run(script);
        } while (System.nanoTime() < end);
        double[] nanos = new double[MOST_RUNS];
        int runs = 0;
        long allocated = allocated();
        end = System.nanoTime() + BENCH_NANOS;
        do {
            long start = System.nanoTime();
            tns.run(script);
            nanos[runs++] = System.nanoTime() - start;
        } while (System.nanoTime() < end && runs < MOST_RUNS);
        long bytes = (allocated() - allocated) / runs;
        double[] sorted = Arrays.copyOf(nanos, runs);
        Arrays.sort(sorted);
        out.println(Amount.duration(sorted[runs / 2]) + "  (p10 " + Amount.duration(sorted[runs / 10]) + ", p90 "
                + Amount.duration(sorted[runs - 1 - runs / 10]) + ", " + runs + " runs, "
                + Amount.memory((double) bytes) + " each)");
    }

    /** Bytes this thread has allocated so far. */
    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private void variables() {
        List<String> names =
                ownNames().stream().filter(name -> !name.equals(Prompt.LAST)).toList();
        if (names.isEmpty()) {
            out.println("you have set no variables yet");
            return;
        }
        int widest = names.stream().mapToInt(String::length).max().orElse(0);
        List<String> types =
                names.stream().map(name -> Summary.type(value(name))).toList();
        int widestType = types.stream().mapToInt(String::length).max().orElse(0);
        String row = "%-" + (widest + 2) + "s%-" + (widestType + 2) + "s%s%n";
        for (int i = 0; i < names.size(); i++) {
            out.printf(Locale.ROOT, row, names.get(i), types.get(i), Summary.content(value(names.get(i))));
        }
    }

    private List<String> ownNames() {
        return tns.names().stream().filter(name -> !predefined.contains(name)).toList();
    }

    private Object value(String name) {
        return Objects.requireNonNull(tns.get(name));
    }

    private void system(String command) {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        List<String> shell = windows ? List.of("cmd", "/c", command) : List.of("sh", "-c", command);
        try {
            int code = new ProcessBuilder(shell).inheritIO().start().waitFor();
            if (code != 0) {
                out.println("exit code " + code);
            }
        } catch (IOException e) {
            throw new TnsException(ErrorKind.IO, "!: " + e.getMessage(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
