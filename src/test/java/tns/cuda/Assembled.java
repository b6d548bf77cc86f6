package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import tns.cuda.ptx.KernelText;

/**
 * Kernels as NVIDIA's assembler sees them.
 *
 * <p>What it says of a text is always the same, and to ask it about every variant for every machine takes minutes: the
 * texts that it has taken without a spill are known by their digests, in a file that {@code -Dtns.golden=update} adds to.
 * A text that is not known is assembled, and so are some of the known ones. Repeat a failure with {@code -Dtns.seed}.
 */
final class Assembled {
    private static final Path FILE = Path.of("src/test/resources/ptx/assembled.txt");

    /** So many of the known texts of a call are assembled again. */
    private static final int TRIED_AGAIN = 4;

    private static final int DIGEST_CHARACTERS = 16;

    private Assembled() {}

    /** Requires that each kernel assembles for every machine without spilling registers. */
    static void everywhere(Collection<? extends KernelText> kernels) {
        Set<String> known = known();
        Map<String, KernelText> unknown = new LinkedHashMap<>();
        List<KernelText> proven = new ArrayList<>();
        for (KernelText kernel : kernels) {
            String digest = digest(kernel.render().text());
            if (known.contains(digest)) {
                proven.add(kernel);
            } else {
                unknown.putIfAbsent(digest, kernel);
            }
        }
        for (KernelText kernel : unknown.values()) {
            for (String machine : PtxAssembler.MACHINES) {
                check(kernel, machine);
            }
        }
        Random random = new Random(Long.getLong("tns.seed", System.nanoTime()));
        Collections.shuffle(proven, random);
        for (KernelText kernel : proven.subList(0, Math.min(proven.size(), TRIED_AGAIN))) {
            check(kernel, PtxAssembler.MACHINES[random.nextInt(PtxAssembler.MACHINES.length)]);
        }
        if ("update".equals(System.getProperty("tns.golden"))) {
            known.addAll(unknown.keySet());
            write(known);
        }
    }

    private static void check(KernelText kernel, String machine) {
        String text = kernel.render().text();
        assertEquals(
                0, PtxAssembler.assemble(text, machine).spilledBytes(), () -> machine + " " + kernel + "\n" + text);
    }

    private static String digest(String text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update((PtxAssembler.VERSION + "\n").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of()
                    .formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)))
                    .substring(0, DIGEST_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<String> known() {
        try {
            return Files.exists(FILE) ? new TreeSet<>(Files.readAllLines(FILE)) : new TreeSet<>();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Set<String> digests) {
        try {
            Files.createDirectories(FILE.getParent());
            Files.write(FILE, digests);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
