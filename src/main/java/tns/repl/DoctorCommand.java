package tns.repl;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tns.cuda.CudaReport;

/** The command {@code tns doctor}: what tns finds on this machine, and what is missing. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Says what tns finds on this machine, and what to do about what is missing.")
final class DoctorCommand implements Callable<Integer> {
    private static final long MIB = 1L << 20;

    @Override
    public Integer call() {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Runtime runtime = Runtime.getRuntime();
        out.println("tns       " + Main.VERSION.substring("tns ".length()));
        out.println("java      " + Runtime.version() + ", " + System.getProperty("os.name") + " on "
                + System.getProperty("os.arch"));
        out.println("cpu       " + runtime.availableProcessors() + " threads, "
                + (VectorModule.load() ? "with the Vector API" : "without the Vector API, which is slower"));
        out.println("memory    at most " + runtime.maxMemory() / MIB + " MiB; --memory sets it");
        CudaReport.lines().forEach(out::println);
        return 0;
    }
}
