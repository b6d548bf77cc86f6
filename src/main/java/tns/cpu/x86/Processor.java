package tns.cpu.x86;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Whether machine code can be made here, and what the processor has. */
public final class Processor {
    private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

    private Processor() {}

    /**
     * Whether code may be made and called: on Linux, by a processor with AVX2, in a program that has access to native code.
     * Finding out prepares it, which takes some 50 ms the first time; see {@link #isReady}. Any thread may ask.
     */
    public static boolean isSuitable() {
        return Preparation.RESULT.join();
    }

    /** The same, but false while that is being found out elsewhere, which the first call begins. */
    public static boolean isReady() {
        return Preparation.RESULT.getNow(false);
    }

    /** Whether it has vectors of more than 32 bytes, which code for the JVM's compiler uses. */
    public static boolean hasWiderVectors() {
        return Features.ALL.contains("avx512f");
    }

    /** Made when somebody asks. */
    private static final class Preparation {
        static final CompletableFuture<Boolean> RESULT = begin();

        private static CompletableFuture<Boolean> begin() {
            CompletableFuture<Boolean> result = new CompletableFuture<>();
            Thread thread = new Thread(() -> result.complete(prepare()), "tns-x86");
            thread.setDaemon(true);
            thread.start();
            return result;
        }

        private static boolean prepare() {
            if (!System.getProperty("os.name", "").equals("Linux")
                    || !System.getProperty("os.arch", "").equals("amd64")
                    || !Processor.class.getModule().isNativeAccessEnabled()
                    || !Features.ALL.containsAll(List.of("avx2", "fma"))) {
                return false;
            }
            try {
                // A function that does nothing: whether the system lets it be called.
                Assembler code = new Assembler();
                code.ret();
                new NativeCode(code.finish()).run(new long[1], null, null, null, null, null);
                return true;
            } catch (IllegalStateException | LinkageError e) {
                return false;
            }
        }
    }

    /** The processor's features by Linux's names; none on another system. */
    private static final class Features {
        static final List<String> ALL = read();

        private static List<String> read() {
            try (Stream<String> lines = Files.lines(DESCRIPTION)) {
                Optional<String> flags =
                        lines.filter(line -> line.startsWith("flags")).findFirst();
                return flags.map(line -> Arrays.asList(line.split(" "))).orElse(List.of());
            } catch (IOException e) {
                return List.of();
            }
        }
    }
}
