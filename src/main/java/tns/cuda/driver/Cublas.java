package tns.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's library of matrix products, where one is installed; versions 11 to 13, whose functions used here are the same.
 *
 * <p>A library once loaded stays so. Handles and device addresses are plain longs.
 */
public final class Cublas {
    private static final List<String> LINUX =
            List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so.11", "libcublas.so");
    private static final List<String> WINDOWS = List.of("cublas64_13.dll", "cublas64_12.dll", "cublas64_11.dll");

    private static final String OFF = "off";

    private static final Linker LINKER = Linker.nativeLinker();

    private final String name;
    final MethodHandle create;
    final MethodHandle destroy;
    final MethodHandle version;
    final MethodHandle setStream;
    final MethodHandle setWorkspace;
    final MethodHandle product;
    final MethodHandle batchedProduct;

    private Cublas(String name, SymbolLookup library) {
        this.name = name;
        create = function(library, "cublasCreate_v2", ADDRESS);
        destroy = function(library, "cublasDestroy_v2", JAVA_LONG);
        version = function(library, "cublasGetVersion_v2", JAVA_LONG, ADDRESS);
        setStream = function(library, "cublasSetStream_v2", JAVA_LONG, JAVA_LONG);
        setWorkspace = function(library, "cublasSetWorkspace_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG);
        // handle; two transpositions; m, n, k; alpha; A, its type and leading dim; B likewise; beta; C likewise; the
        // type of computation; the algorithm.
        product = function(
                library,
                "cublasGemmEx",
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT);
        // The same with a batch stride after each leading dim, and the number of products after the last.
        batchedProduct = function(
                library,
                "cublasGemmStridedBatchedEx",
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT);
    }

    @SuppressWarnings("restricted") // the library is the one the user installed or named
    private static MethodHandle function(SymbolLookup library, String function, MemoryLayout... parameters) {
        MemorySegment symbol =
                library.find(function).orElseThrow(() -> new NoSuchElementException(function + " is missing"));
        return LINKER.downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /**
     * The library at {@code -Dtns.cublas}, else at {@code TNS_CUBLAS} of the environment, else the newest that the system
     * finds by its name; null when there is none, or when one of the two says {@code off}.
     */
    public static @Nullable Cublas find() {
        return isOff() ? null : find(places());
    }

    /** Whether it is not to be used, whatever is there. */
    public static boolean isOff() {
        return named().contains(OFF);
    }

    /** What the user has named. */
    private static List<String> named() {
        return Stream.of(System.getProperty("tns.cublas"), System.getenv("TNS_CUBLAS"))
                .filter(Objects::nonNull)
                .toList();
    }

    private static List<String> places() {
        List<String> places = new ArrayList<>(named());
        places.addAll(System.getProperty("os.name", "").startsWith("Windows") ? WINDOWS : LINUX);
        return places;
    }

    /** The first of these paths or names that is a usable library; null when none is. */
    public static @Nullable Cublas find(List<String> places) {
        for (String place : places) {
            Cublas usable = at(place);
            if (usable != null) {
                return usable;
            }
        }
        return null;
    }

    private static @Nullable Cublas at(String place) {
        try {
            return new Cublas(place, load(place));
        } catch (IllegalArgumentException | NoSuchElementException | IllegalCallerException absent) {
            // Not there, something else of that name, or not allowed: products are computed without it.
            return null;
        }
    }

    @SuppressWarnings("restricted") // as above
    private static SymbolLookup load(String place) {
        Path path = Path.of(place);
        Path file = path.getFileName();
        if (file == null || path.getNameCount() == 1 && !path.isAbsolute()) {
            return SymbolLookup.libraryLookup(place, Arena.global());
        }
        // It needs libcublasLt, which lies beside it but perhaps where the system does not look: then it must be there
        // already.
        Path beside = path.resolveSibling(file.toString().replaceFirst("cublas", "cublasLt"));
        if (Files.exists(beside)) {
            SymbolLookup.libraryLookup(beside.toAbsolutePath(), Arena.global());
        }
        return SymbolLookup.libraryLookup(path.toAbsolutePath(), Arena.global());
    }

    /** Where it was found: a path, or a name that the system knows. */
    public String name() {
        return name;
    }

    /**
     * Products on a stream of the current context.
     *
     * @param stream the driver's handle of the stream
     * @throws DriverException when the library cannot be used
     */
    public CublasStream open(long stream) {
        return new CublasStream(this, stream);
    }
}
