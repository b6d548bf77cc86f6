package tns.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tns.Interpreter;

/** What {@code tns selftest --device cuda-emu} does passes, and a check that finds something says so. */
class SelfTestTest {
    private static final double SECONDS = 1;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    private final Interpreter tns = new Interpreter(out, new BufferedReader(new StringReader("")), List.of());

    @Test
    void passesOnTheEmulatedDevice() {
        tns.device("cuda-emu");
        boolean passed = new SelfTest(tns, out, SECONDS).run();
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(passed, text);
        assertTrue(text.startsWith("selftest of cuda-emu\n"), text);
        assertEquals(6, text.lines().filter(line -> line.contains(" passed ")).count(), text);
    }
}
