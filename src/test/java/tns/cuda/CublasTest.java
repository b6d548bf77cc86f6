package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tns.cuda.driver.Cublas;
import tns.cuda.driver.CublasStream;
import tns.cuda.driver.DriverException;
import tns.cuda.ptx.CopyKernel;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.RoundKernel;
import tns.tensor.DType;
import tns.tensor.ProductPrecision;
import tns.tensor.Shape;
import tns.tensor.View;

/**
 * Products arrive at cuBLAS as they are meant: here at a library of the same functions that computes on the host, so that
 * addresses are those of host memory.
 */
@SuppressWarnings("restricted") // the library was compiled here
class CublasTest {
    private static final long STREAM = 7;
    private static final long FAILING_STREAM = 666;

    @TempDir
    static Path folder;

    private static Cublas cublas;
    private static SymbolLookup library;

    private final Arena arena = Arena.ofConfined();
    private final Random random = new Random(3);

    /** Counts what the kernels of this project would have computed, and rounds and copies factors as they would. */
    private final class CountingStream implements Stream {
        int launches;
        int roundings;
        int copies;
        int reserved;

        @Override
        public void launch(KernelText kernel, int blocks, long... arguments) {
            switch (kernel) {
                case RoundKernel round -> {
                    roundings++;
                    round(round, arguments);
                }
                case CopyKernel copy -> {
                    copies++;
                    copy(copy, arguments);
                }
                default -> launches++;
            }
        }

        @Override
        public long reserve(long bytes) {
            reserved++;
            return arena.allocate(bytes, 512).address();
        }

        @Override
        public void release(long address) {
            reserved--;
        }

        @Override
        public int multiprocessors() {
            return 1;
        }
    }

    /** The bits of small whole numbers have nothing to round. */
    private static void round(RoundKernel kernel, long... arguments) {
        assertTrue(kernel.packed());
        long count = arguments[0] * kernel.width() + (kernel.width() == 1 ? 0 : arguments[3]);
        for (long i = 0; i < count; i++) {
            int bits = memory(arguments[1] + 4 * i).get(ValueLayout.JAVA_INT, 0);
            memory(arguments[2] + 2 * i).set(ValueLayout.JAVA_SHORT, 0, (short) (bits >>> 16));
        }
    }

    private static void copy(CopyKernel kernel, long... arguments) {
        int rank = kernel.rank();
        for (long i = 0; i < arguments[0]; i++) {
            long rest = i;
            long from = rank == 0 ? i : 0;
            long to = from;
            for (int d = rank - 1; d >= 0; d--) {
                from += rest % arguments[3 + d] * arguments[3 + rank + d];
                to += rest % arguments[3 + d] * arguments[3 + 2 * rank + d];
                rest /= arguments[3 + d];
            }
            MemorySegment.copy(
                    memory(arguments[1] + from * kernel.unit()),
                    0,
                    memory(arguments[2] + to * kernel.unit()),
                    0,
                    kernel.unit());
        }
        for (long i = 0; rank == 0 && i < arguments[3]; i++) {
            long at = arguments[0] * kernel.unit() + 4 * i;
            MemorySegment.copy(memory(arguments[1] + at), 0, memory(arguments[2] + at), 0, 4);
        }
    }

    private static MemorySegment memory(long address) {
        return MemorySegment.ofAddress(address).reinterpret(16);
    }

    /** Its libcublasLt lies beside it, where the system does not look. */
    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        Path source = folder.resolve("stub.c");
        try (InputStream in = CublasTest.class.getResourceAsStream("/tns/cuda/driver/cublas_stub.c")) {
            Files.copy(Objects.requireNonNull(in), source);
        }
        Path beside = folder.resolve("libcublasLt.so.13");
        Path path = folder.resolve("libcublas.so.13");
        Path answer = Files.writeString(folder.resolve("lt.c"), "int lt_answer(void) { return 42; }\n");
        gcc("-Wl,-soname,libcublasLt.so.13", "-o", beside.toString(), answer.toString());
        gcc("-o", path.toString(), source.toString(), beside.toString());
        cublas =
                Cublas.find(List.of("no-such-library.so", folder.resolve("none").toString(), path.toString()));
        assertEquals(path.toString(), cublas.name());
        library = SymbolLookup.libraryLookup(path, Arena.global());
    }

    private static void gcc(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("gcc", "-O1", "-shared", "-fPIC"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            abort("no gcc here: " + e.getMessage());
            return;
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    @AfterEach
    void free() throws Throwable {
        arena.close();
        assertEquals(0, ask("stub_open_handles"));
    }

    private static long ask(String function) throws Throwable {
        return (long) Linker.nativeLinker()
                .downcallHandle(library.find(function).orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_LONG))
                .invokeExact();
    }

    private Region region(DType dtype, View view, int elements) {
        MemorySegment memory = arena.allocate((long) Math.max(1, elements) * dtype.bytes(), 16);
        for (int i = 0; i < elements; i++) {
            // Small whole numbers: their sums are exact in any order.
            int value = random.nextInt(17) - 8;
            if (dtype == DType.FLOAT32) {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
            } else {
                memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
            }
        }
        return new Region(dtype, memory.address(), view);
    }

    private static double element(Region region, int b, int i, int j) {
        int[] s = region.view().strides();
        long at = region.first()
                + (long) (b * s[0] + i * s[1] + j * s[2]) * region.dtype().bytes();
        MemorySegment memory = MemorySegment.ofAddress(at).reinterpret(8);
        return region.dtype() == DType.FLOAT32
                ? memory.get(ValueLayout.JAVA_FLOAT, 0)
                : memory.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0);
    }

    /** A view that skips {@code gap} elements after each row, or after each column of a transposed one. */
    private static View view(int batches, int rows, int columns, boolean transposed, int gap, boolean repeated) {
        int leading = (transposed ? rows : columns) + gap;
        int matrix = repeated ? 0 : leading * (transposed ? columns : rows) + 5;
        int[] strides = transposed ? new int[] {matrix, 1, leading} : new int[] {matrix, leading, 1};
        return new View(Shape.of(batches, rows, columns), strides, 3);
    }

    @Test
    void everyOrientation() {
        CountingStream stream = new CountingStream();
        int[][] sizes = {{5, 7, 3}, {1, 4, 6}, {4, 1, 6}, {4, 6, 1}, {1, 1, 1}, {1, 1, 9}};
        int products = 0;
        try (CublasStream blas = cublas.open(STREAM)) {
            assertEquals(130100, blas.version());
            for (int[] size : sizes) {
                for (int kind = 0; kind < 64; kind++) {
                    DType dtype = (kind & 1) == 0 ? DType.FLOAT32 : DType.FLOAT64;
                    int batches = (kind & 2) == 0 ? 1 : 3;
                    int gap = (kind & 4) == 0 ? 0 : 2;
                    boolean repeated = (kind & 8) != 0;
                    View left = view(batches, size[0], size[2], (kind & 16) != 0, gap, false);
                    View right = view(batches, size[2], size[1], (kind & 32) != 0, gap, repeated);
                    Region a = region(dtype, left, 400);
                    Region b = region(dtype, right, 400);
                    Shape shape = Shape.of(batches, size[0], size[1]);
                    Region c = region(dtype, View.contiguous(shape), shape.elements());
                    Products.run(stream, blas, ProductPrecision.FULL, a, b, c);
                    assertProduct(a, b, c, size[2], left + " " + right);
                    products++;
                    if (dtype == DType.FLOAT32) {
                        Region narrow = region(dtype, View.contiguous(shape), shape.elements());
                        Products.run(stream, blas, ProductPrecision.BFLOAT16, a, b, narrow);
                        assertProduct(a, b, narrow, size[2], "bfloat16 " + left + " " + right);
                    }
                }
            }
        }
        assertEquals(384, products);
        assertEquals(384, stream.roundings);
        assertTrue(stream.copies > 10, "copies: " + stream.copies);
        assertEquals(0, stream.launches);
        assertEquals(0, stream.reserved);
    }

    private static void assertProduct(Region a, Region b, Region c, int k, String what) {
        Shape shape = c.view().shape();
        for (int batch = 0; batch < shape.size(0); batch++) {
            for (int i = 0; i < shape.size(1); i++) {
                for (int j = 0; j < shape.size(2); j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += element(a, batch, i, p) * element(b, batch, p, j);
                    }
                    assertEquals(sum, element(c, batch, i, j), what);
                }
            }
        }
    }

    /** What cuBLAS does not take is left to kernels. */
    @Test
    void otherStridesAndTypes() {
        int[][] strides = {{0, 8, 2}, {0, -4, 1}, {0, 0, 1}, {0, 1, 0}, {0, 2, 1}, {-16, 4, 1}, {0, 3, 3}};
        try (CublasStream blas = cublas.open(STREAM)) {
            for (int[] own : strides) {
                for (boolean leftSide : new boolean[] {true, false}) {
                    Region odd = region(DType.FLOAT32, new View(Shape.of(2, 4, 4), own, 32), 100);
                    Region plain = region(DType.FLOAT32, View.contiguous(Shape.of(2, 4, 4)), 32);
                    CountingStream stream = new CountingStream();
                    Region left = leftSide ? odd : plain;
                    Products.run(stream, blas, ProductPrecision.FULL, left, leftSide ? plain : odd, plain);
                    String what = own[0] + " " + own[1] + " " + own[2];
                    assertEquals(1, stream.launches, what);
                    // Rounded to bfloat16 it is in rows, which suit.
                    Region output = region(DType.FLOAT32, View.contiguous(Shape.of(2, 4, 4)), 32);
                    Region right = leftSide ? plain : odd;
                    Products.run(stream, blas, ProductPrecision.BFLOAT16, left, right, output);
                    assertProduct(left, right, output, 4, what);
                    assertEquals(1, stream.launches, what);
                }
            }
            CountingStream stream = new CountingStream();
            Region longs = new Region(DType.INT64, 0, View.contiguous(Shape.of(1, 4, 4)));
            Products.run(stream, blas, ProductPrecision.FULL, longs, longs, longs);
            Region left = new Region(DType.FLOAT32, 0, View.contiguous(Shape.of(1, 4, 0)));
            Region right = new Region(DType.FLOAT32, 0, View.contiguous(Shape.of(1, 0, 4)));
            Products.run(stream, blas, ProductPrecision.FULL, left, right, new Region(DType.FLOAT32, 0, longs.view()));
            assertEquals(2, stream.launches);
        }
    }

    /** The library cuts factors where TF32 is asked for, and reads bfloat16. */
    @Test
    void narrowFactors() {
        MemorySegment a = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1 + 0x1p-11f);
        MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1);
        MemorySegment c = arena.allocate(ValueLayout.JAVA_FLOAT);
        MemorySegment half = arena.allocateFrom(ValueLayout.JAVA_SHORT, (short) 0x3F00, (short) 0x4040);
        View view = View.contiguous(Shape.of(1, 1, 1));
        Region left = new Region(DType.FLOAT32, a.address(), view);
        Region right = new Region(DType.FLOAT32, one.address(), view);
        Region output = new Region(DType.FLOAT32, c.address(), view);
        try (CublasStream blas = cublas.open(STREAM)) {
            Products.run(new CountingStream(), blas, ProductPrecision.FULL, left, right, output);
            float exact = c.get(ValueLayout.JAVA_FLOAT, 0);
            Products.run(new CountingStream(), blas, ProductPrecision.TF32, left, right, output);
            float cut = c.get(ValueLayout.JAVA_FLOAT, 0);
            CublasStream.Factor x = new CublasStream.Factor(half.address(), 2, false, 0);
            CublasStream.Factor y = new CublasStream.Factor(half.address(), 2, true, 0);
            blas.product(CublasStream.Arithmetic.BFLOAT16, 1, 1, 1, 2, x, y, c.address());
            float[] results = {exact, cut, c.get(ValueLayout.JAVA_FLOAT, 0)};
            assertArrayEquals(new float[] {1 + 0x1p-11f, 1, 9.25f}, results);
        }
    }

    @Test
    void failures() {
        DriverException refused = assertThrows(DriverException.class, () -> cublas.open(FAILING_STREAM));
        assertEquals(14, refused.code());
        assertTrue(refused.getMessage().contains("internal error (cublasSetStream, 14)"), refused.getMessage());
        try (CublasStream blas = cublas.open(STREAM)) {
            blas.workspace(4096, 1024);
            CublasStream.Factor narrow = new CublasStream.Factor(0, 1, false, 0);
            DriverException invalid = assertThrows(
                    DriverException.class,
                    () -> blas.product(CublasStream.Arithmetic.FLOAT32, 1, 2, 2, 2, narrow, narrow, 0));
            assertEquals(7, invalid.code());
        }
    }

    @Test
    void switchedOff() {
        String before = System.getProperty("tns.cublas");
        System.setProperty("tns.cublas", "off");
        try {
            assertTrue(Cublas.isOff());
            assertNull(Cublas.find());
            System.setProperty("tns.cublas", folder.resolve("libcublas.so.13").toString());
            assertNotNull(Cublas.find());
        } finally {
            if (before == null) {
                System.clearProperty("tns.cublas");
            } else {
                System.setProperty("tns.cublas", before);
            }
        }
    }

    @Test
    void notTheLibrary() {
        assertNull(Cublas.find(List.of(folder.resolve("libcublasLt.so.13").toString())));
    }
}
