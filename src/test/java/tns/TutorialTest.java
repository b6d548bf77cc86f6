package tns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tutorial gives PyTorch's numbers: gradients, 420 parameters, and the loss of every tenth epoch. */
class TutorialTest {
    /** PyTorch 2.6 and 1.13 after torch.manual_seed(0), which differ from each other by up to 4e-5. */
    private static final double[] LOSSES = {
        0.22592399,
        0.013581596,
        0.0032089665,
        0.0020982088,
        0.00048352298,
        0.00015363788,
        0.000102392936,
        1.6923845e-05,
        1.1655161e-05,
        3.2209034e-06
    };

    @Test
    void givesPyTorchsNumbers() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Interpreter tns = new Interpreter(out, new BufferedReader(new StringReader("")), List.of());
        tns.run(tns.compile("losses = list()", "<test>"));
        String text = Files.readString(Path.of("examples/tutorial.tns"));
        String marked = text.replace("if epoch % 10 == 0 {", "if epoch % 10 == 0 { losses.append(loss.item())");
        assertTrue(!marked.equals(text), "the tutorial reports every tenth epoch");
        tns.run(tns.compile(marked, "tutorial.tns"));
        double[] losses = tns.doubles(tns.eval("tensor(losses, dtype=float64)"));
        assertEquals(LOSSES.length, losses.length);
        for (int i = 0; i < losses.length; i++) {
            assertEquals(LOSSES[i], losses[i], 1e-4 * LOSSES[i], "loss at epoch " + 10 * i);
        }
        String printed = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(printed.contains("Total Trainable Parameters: 420"), printed);
        assertTrue(
                printed.contains("Value of x.grad now: tensor([ 2.,  4.,  6.,  8., 10., 12., 14., 16., 18., 20.])"),
                printed);
        assertTrue(printed.contains("Result of gradient: tensor([1., 1., 1., 1., 1., 1., 1., 1., 1., 1.]"), printed);
    }
}
