package tns.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tns.Interpreter;
import tns.tensor.Tensor;

/** The check that a GPU rounds factors as it should passes where they are rounded by emulation, and where not at all. */
class PrecisionCheckTest {
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda-emu"})
    void passes(String device) {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(nowhere, new BufferedReader(new StringReader("")), List.of());
        tns.device(device);
        SelfTest.Finding finding = PrecisionCheck.run(tns, ((Tensor) tns.eval("zeros(1)")).device());
        assertEquals(List.of(), finding.failures());
    }
}
