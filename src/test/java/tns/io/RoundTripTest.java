package tns.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tns.Interpreter;
import tns.cpu.CpuDevice;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** What is saved comes back bit for bit, and the bytes written are those the formats prescribe. */
class RoundTripTest {
    private final Device cpu = new CpuDevice(1, () -> {});
    private final long seed = Long.getLong("tns.seed", new Random().nextInt(1 << 30));
    private final Random random = new Random(seed);

    @TempDir
    private Path folder;

    private Tensor randomTensor() {
        int[] sizes = new int[random.nextInt(4)];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 7);
        }
        Shape shape = Shape.of(sizes);
        int n = shape.elements();
        DType dtype = DType.values()[random.nextInt(DType.values().length)];
        Object array = switch (dtype) {
            // All bit patterns, NaNs with payloads among them.
            case FLOAT64 ->
                random.longs(n).mapToDouble(Double::longBitsToDouble).toArray();
            case INT64 -> random.longs(n).toArray();
            case FLOAT32 -> {
                float[] all = new float[n];
                for (int i = 0; i < n; i++) {
                    all[i] = Float.intBitsToFloat(random.nextInt());
                }
                yield all;
            }
            case BOOL -> {
                byte[] all = new byte[n];
                for (int i = 0; i < n; i++) {
                    all[i] = (byte) random.nextInt(2);
                }
                yield all;
            }
        };
        return Tensor.upload(cpu, dtype, shape, array);
    }

    private static byte[] bits(Tensor t) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Elements.write(t, bytes);
        return bytes.toByteArray();
    }

    private void same(Map<String, Tensor> wanted, Map<String, ?> found) throws IOException {
        String what = "-Dtns.seed=" + seed;
        assertEquals(List.copyOf(wanted.keySet()), List.copyOf(found.keySet()), what);
        for (String name : wanted.keySet()) {
            Tensor a = wanted.get(name);
            Tensor b = (Tensor) found.get(name);
            assertEquals(a.dtype(), b.dtype(), what);
            assertEquals(a.shape(), b.shape(), what);
            assertArrayEquals(bits(a), bits(b), what);
        }
    }

    @Test
    void tensorsOfAnyShapeAndBitsComeBack() throws IOException {
        for (int round = 0; round < 100; round++) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                tensors.put("layer." + i + ".é\"\\", randomTensor());
            }
            Path file = folder.resolve("x");
            AtomicFile.write(file, new SafeTensors(Map.of("a", "b"), tensors)::write);
            same(tensors, SafeTensors.read(file, cpu).tensors());
            AtomicFile.write(file, out -> Npz.write(tensors, out));
            same(tensors, Npz.read(file, cpu));
        }
    }

    @Test
    void theHeaderIsPaddedSoThatDataIsAligned() throws IOException {
        for (int length = 1; length < 20; length++) {
            Path file = folder.resolve("x");
            Map<String, Tensor> tensors = Map.of("n".repeat(length), Tensor.scalar(cpu, DType.FLOAT64, 2.5));
            AtomicFile.write(file, new SafeTensors(Map.of(), tensors)::write);
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int header = (int) bytes.getLong(0);
            assertEquals(0, header % 8);
            assertEquals(2.5, bytes.getDouble(8 + header));
            assertEquals(8 + header + 8, bytes.limit());
            String json = new String(bytes.array(), 8, header, StandardCharsets.UTF_8);
            assertEquals(
                    "{\"" + "n".repeat(length) + "\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]}}",
                    json.stripTrailing());
        }
    }

    /** NumPy's own bytes, for arrays of the dtypes that tns has. */
    @ParameterizedTest
    @ValueSource(strings = {"bool.npy", "empty.npy", "rgb.npy", "photo_gray.npy"})
    void npyIsWrittenAsNumPyWritesIt(String name) throws IOException {
        Path theirs = Path.of("src/test/resources/io").resolve(name);
        Path ours = folder.resolve("x.npy");
        Interpreter tns = new Interpreter(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        tns.set("theirs", theirs.toString());
        tns.set("ours", ours.toString());
        tns.eval("save(load(theirs), ours)");
        assertArrayEquals(Files.readAllBytes(theirs), Files.readAllBytes(ours));
    }
}
