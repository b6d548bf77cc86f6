package tns.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether this machine has a CUDA driver at all, found out before any class of jcuda is touched. */
public final class Availability {
    private Availability() {}

    /** What is missing and what to do about it, in a sentence or two; null when nothing is. */
    @SuppressWarnings("restricted") // loading a library by its name is what this is for
    public static @Nullable String reason() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "");
        boolean windows = os.startsWith("windows");
        if (!windows && !os.startsWith("linux") || !machine.equals("amd64") && !machine.equals("x86_64")) {
            return "tns computes on cuda under Linux and Windows on x86-64, this is " + os + " on " + machine;
        }
        String library = windows ? "nvcuda.dll" : "libcuda.so.1";
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(library, arena);
            return null;
        } catch (IllegalArgumentException absent) {
            return "no NVIDIA driver is installed (" + library + " was not found)";
        }
    }
}
