package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tns.Interpreter;
import tns.cuda.driver.Driver;
import tns.cuda.driver.DriverException;
import tns.cuda.driver.EmulatedDriver;
import tns.cuda.emulator.Emulator;
import tns.error.ScriptException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** A device that fails ends the statement, whose error names the operation and the line; the CPU goes on working. */
class DriverFailureTest {
    private static final int ILLEGAL_ADDRESS = 700;

    private final Interpreter tns =
            new Interpreter(new PrintStream(System.out), new BufferedReader(new StringReader("")), List.of());
    private String failing = "";

    DriverFailureTest() {
        Driver emulated = new EmulatedDriver(Emulator.Order.FORWARD, 0);
        Driver driver = (Driver) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Driver.class}, (p, m, a) -> {
                    if (m.getName().equals(failing)) {
                        throw new DriverException(failing, ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS");
                    }
                    try {
                        return m.invoke(emulated, a);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        CudaDevice device = new CudaDevice("cuda:7", driver);
        tns.set("x", Tensor.upload(device, DType.FLOAT32, Shape.of(2, 2), new float[] {1, 2, 3, 4}));
        tns.eval("w = param(x)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "launch | y = x.softmax(0)                         | softmax",
                "launch | y = sigmoid(x + 1)                       | sigmoid",
                "launch | y = x @ x                                | matmul",
                "launch | (w * x).sum().backward()                 | sum",
                "launch | o = sgd(w, lr=0.1); w.grad = x; o.step() | step",
                "read   | print(x)                                 | print"
            })
    void theErrorNamesTheOperationAndTheLine(String call, String code, String operation) {
        failing = call;
        ScriptException e = assertThrows(ScriptException.class, () -> tns.run(tns.compile("a = 1\n" + code, "f.tns")));
        assertTrue(
                e.summary()
                        .startsWith(
                                "cuda: the device failed: CUDA_ERROR_ILLEGAL_ADDRESS, noticed in " + operation + " ("),
                e.getMessage());
        assertTrue(e.getMessage().contains("f.tns:2:"), e.getMessage());
        assertTrue(e.getMessage().contains("CUDA_LAUNCH_BLOCKING=1"), e.getMessage());
        assertEquals(3.0, tns.eval("with device(cpu) { (ones(2) + 0.5).sum().item() }"));
    }

    @Test
    void theGradientIsNamed() {
        tns.eval("y = (w @ x).exp().sum()");
        failing = "launch";
        ScriptException e = assertThrows(ScriptException.class, () -> tns.eval("y.backward()"));
        assertTrue(e.summary().contains("noticed in the gradient of exp ("), e.getMessage());
    }

    /** Where every launch waits, what fails is what was launched. */
    @Test
    void theErrorIsThatOfTheOperationWhereLaunchesWait() {
        DriverException e = new DriverException("cuLaunchKernel", ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", true);
        e.ended("softmax");
        e.ended("step");
        assertEquals(
                "cuda: the device failed: CUDA_ERROR_ILLEGAL_ADDRESS in softmax (cuLaunchKernel, 700)", e.getMessage());
        assertEquals("what is on the device is lost: start tns again; cpu goes on working", e.help());
    }
}
