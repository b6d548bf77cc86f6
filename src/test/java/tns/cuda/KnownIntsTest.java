package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tns.Interpreter;
import tns.TestedDevice;
import tns.tensor.Tensor;

/** What is known of ints is true: it comes with them, is found once, and is forgotten when they change. */
class KnownIntsTest {
    private final Interpreter tns =
            new Interpreter(new PrintStream(System.out), new BufferedReader(new StringReader("")), List.of());

    KnownIntsTest() {
        tns.device(TestedDevice.NAME);
        tns.eval("y = tensor((3, 1, 4, 1, 5))");
    }

    private DeviceBuffer buffer(String code) {
        return (DeviceBuffer) ((Tensor) tns.eval(code)).buffer();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y                                 | 1 | 5",
                "y[1:3]                            | 1 | 5",
                "y[[0, 2]]                         | 1 | 5",
                "y.clone()                         | 1 | 5",
                "y.sort()[0]                       | 1 | 5",
                "y.sort()[1]                       | 0 | 4",
                "randint(2, 7, (3,))               | 2 | 6",
                "rand(3, 8).argmax(dim=1)          | 0 | 7",
                "(rand(3, 8) * 2).argmin(dim=1)    | 0 | 7",
                "arange(6)                         | 0 | 5"
            })
    void comesWithThem(String code, long least, long greatest) {
        assertEquals(new IntBounds(least, greatest, null), buffer(code).bounds());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "y[0] = 9",
                "y += 9",
                "y[1:3] = 9",
                "y[[1, 2]] = 9",
                "y = y * 9",
                "y[y > 4] = 9",
                "y.fill_(9)",
                "y *= 9"
            })
    void isForgottenWhenTheyChange(String change) {
        tns.eval("x = rand(6, 2)\nx[y]\n" + change.replace("y.fill_(9)", "y = y.clone(); y[...] = 9"));
        Tensor y = (Tensor) tns.eval("y");
        IntBounds known = ((DeviceBuffer) y.buffer()).bounds();
        assertTrue(known == null || known.greatest() >= 9, change + ": " + known);
        assertTrue(!y.device().isKnownWithin(y, 6), change);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"y + 2 | 3 | 7", "y * -1 | -5 | -1", "(y - 1)[:2] | 0 | 4", "y.cumsum(dim=0) | 3 | 14"})
    void isFoundOnce(String code, long least, long greatest) {
        Tensor t = (Tensor) tns.eval("t = " + code + "\nt");
        DeviceBuffer buffer = (DeviceBuffer) t.buffer();
        assertNull(buffer.bounds());
        assertEquals(least >= 0, t.device().isKnownWithin(t, (int) greatest + 1));
        assertTrue(!t.device().isKnownWithin(t, (int) greatest));
        assertEquals(new IntBounds(least, greatest, null), buffer.bounds());
    }
}
