package tns.cpu;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tns.expr.ScalarRunner;

/** The system property {@code tns.cpu} chooses the runner. */
class PointwiseRunnersTest {
    @AfterEach
    void clear() {
        System.clearProperty("tns.cpu");
    }

    @Test
    void theDefaultIsFused() {
        assertInstanceOf(FusedRunner.class, PointwiseRunners.choose(new Parallel(1), true, MachineCode.IN_TIME));
    }

    @Test
    void byProperty() {
        System.setProperty("tns.cpu", "scalar");
        assertInstanceOf(ScalarRunner.class, PointwiseRunners.choose(new Parallel(1), true, MachineCode.IN_TIME));
        System.setProperty("tns.cpu", "fast");
        assertThrows(
                IllegalArgumentException.class,
                () -> PointwiseRunners.choose(new Parallel(1), true, MachineCode.IN_TIME));
    }
}
