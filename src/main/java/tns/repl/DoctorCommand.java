package tns.repl;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tns.cpu.VectorModule;
import tns.cpu.x86.Processor;
import tns.cuda.CudaReport;
import tns.repl.Options.WrongUsage;

/** The command {@code tns doctor}: what tns finds on this machine, and what is missing. */
final class DoctorCommand {
    static final String NAME = "doctor";
    static final String SUMMARY = "Says what tns finds on this machine, and what to do about what is missing.";

    private static final long MIB = 1L << 20;

    private DoctorCommand() {}

    /** The exit code, once it has said it. */
    static int run(List<String> words) throws WrongUsage {
        Options options = new Options(List.of(Main.HELP), words);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        if (options.has(Main.HELP)) {
            out.print("Usage: tns doctor\n" + SUMMARY + "\n");
            return 0;
        }
        options.noneElse();
        Runtime runtime = Runtime.getRuntime();
        out.println("tns       " + Main.VERSION.substring("tns ".length()));
        out.println("java      " + Runtime.version() + ", " + System.getProperty("os.name") + " on "
                + System.getProperty("os.arch"));
        out.println("cpu       " + runtime.availableProcessors() + " threads, "
                + (VectorModule.load() ? "with the Vector API" : "without the Vector API, which is slower")
                + (Processor.isSuitable() ? ", machine code for AVX2" : ""));
        out.println("memory    at most " + runtime.maxMemory() / MIB + " MiB; --memory sets it");
        CudaReport.lines().forEach(out::println);
        return 0;
    }
}
