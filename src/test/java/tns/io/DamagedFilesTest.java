package tns.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tns.Interpreter;
import tns.error.ErrorKind;
import tns.error.ScriptException;

/**
 * Sound files with random damage: bits turned, parts cut out, doubled or overwritten. Each is read or refused with an error
 * of kind io, and takes little memory.
 */
class DamagedFilesTest {
    /** {@code -Dtns.rounds} tries more. */
    private static final int ROUNDS = Integer.getInteger("tns.rounds", 400);

    private static final long MOST_BYTES = 64 << 20;
    private static final Path SOUND = Path.of("src/test/resources/io");

    private final long seed = Long.getLong("tns.seed", new Random().nextInt(1 << 30));
    private final Random random = new Random(seed);

    @ParameterizedTest
    @CsvSource({
        "reference.safetensors, load",
        "f4_fortran.npy, load",
        "stored.npz, load",
        "deflated.npz, load",
        "shorts.idx, read_idx",
        "images.idx.gz, read_idx",
        "rgb.png, read_image",
        "palette.png, read_image",
        "photo.jpg, read_image"
    })
    void isReadOrRefused(String name, String function, @TempDir Path folder) throws IOException {
        byte[] sound = Files.readAllBytes(SOUND.resolve(name));
        Path file = folder.resolve(name);
        Interpreter tns = new Interpreter(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        tns.set("path", file.toString());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = damaged(sound);
            Files.write(file, damaged);
            String what = name + ", round " + round + ", -Dtns.seed=" + seed;
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                tns.eval(function + "(path)");
            } catch (ScriptException e) {
                assertEquals(ErrorKind.IO, e.kind(), () -> what + ": " + e.getMessage());
                refused++;
            } catch (RuntimeException | Error e) {
                fail(what, e);
            }
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(taken < MOST_BYTES, () -> what + " took " + taken + " bytes");
        }
        assertTrue(refused > ROUNDS / 20, "only " + refused + " of " + ROUNDS + " damaged files were noticed");
    }

    private byte[] damaged(byte[] sound) {
        byte[] bytes = sound.clone();
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(bytes.length);
            int length = 1 + random.nextInt(Math.min(16, bytes.length - at));
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes = random.nextBoolean() ? Arrays.copyOf(bytes, Math.max(1, at)) : bytes;
                case 2 -> {
                    for (int i = 0; i < length; i++) {
                        bytes[at + i] = (byte) random.nextInt(256);
                    }
                }
                case 3 -> Arrays.fill(bytes, at, at + length, (byte) (random.nextBoolean() ? -1 : '9'));
                default -> {
                    byte[] part = Arrays.copyOfRange(bytes, at, at + length);
                    int to = random.nextInt(bytes.length - length + 1);
                    System.arraycopy(part, 0, bytes, to, length);
                }
            }
        }
        return bytes;
    }
}
