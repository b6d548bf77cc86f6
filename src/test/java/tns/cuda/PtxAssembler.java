package tns.cuda;

import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerCompile;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerCreate;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerDestroy;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetErrorLog;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetErrorLogSize;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetInfoLog;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetInfoLogSize;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetVersion;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's assembler, as a library: needs no GPU and no toolkit. */
final class PtxAssembler {
    /** The machines that kernels are assembled for: Volta, Turing, Ampere, Hopper. */
    static final String[] MACHINES = {"sm_70", "sm_75", "sm_80", "sm_90"};

    private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores");

    /** What the assembler says of a kernel. */
    record Result(int registers, int spilledBytes) {}

    /** The assembler's own. */
    static final String VERSION;

    static {
        load();
        int[] major = new int[1];
        int[] minor = new int[1];
        require(nvPTXCompilerGetVersion(major, minor), "version");
        VERSION = major[0] + "." + minor[0];
    }

    private PtxAssembler() {}

    /**
     * jcuda unpacks its natives under fixed names in java.io.tmpdir, and uses whatever lies there: give it a folder of
     * its own.
     */
    private static void load() {
        String before = System.getProperty("java.io.tmpdir");
        try {
            Path own = Files.createTempDirectory("tns-natives");
            System.setProperty("java.io.tmpdir", own.toString());
            JNvPTXCompiler.setExceptionsEnabled(false);
            try (var files = Files.list(own)) {
                files.forEach(file -> file.toFile().delete());
            }
            Files.delete(own);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    /** Assembles a module of one kernel. Throws an AssertionError with the assembler's message when it refuses. */
    static synchronized Result assemble(String text, String machine) {
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        nvPTXCompilerHandle handle = new nvPTXCompilerHandle();
        require(nvPTXCompilerCreate(handle, source.length, Arrays.copyOf(source, source.length + 1)), "create");
        try {
            String[] options = {"--gpu-name=" + machine, "--verbose"};
            if (nvPTXCompilerCompile(handle, options.length, options) != 0) {
                long[] size = new long[1];
                nvPTXCompilerGetErrorLogSize(handle, size);
                byte[] log = new byte[(int) size[0] + 1];
                nvPTXCompilerGetErrorLog(handle, log);
                throw new AssertionError(machine + ": " + string(log) + "\n" + text);
            }
            long[] size = new long[1];
            nvPTXCompilerGetInfoLogSize(handle, size);
            byte[] log = new byte[(int) size[0] + 1];
            nvPTXCompilerGetInfoLog(handle, log);
            return new Result(number(REGISTERS, string(log)), number(SPILLS, string(log)));
        } finally {
            nvPTXCompilerDestroy(handle);
        }
    }

    private static String string(byte[] log) {
        return new String(log, StandardCharsets.UTF_8).replace("\0", "");
    }

    private static int number(Pattern pattern, String log) {
        Matcher matcher = pattern.matcher(log);
        if (!matcher.find()) {
            throw new AssertionError("the assembler does not say \"" + pattern + "\": " + log);
        }
        return Integer.parseInt(matcher.group(1));
    }

    private static void require(int code, String call) {
        if (code != 0) {
            throw new AssertionError("nvPTXCompiler " + call + ": error " + code);
        }
    }
}
