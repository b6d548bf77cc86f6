package tns.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import tns.cpu.CpuDevice;
import tns.selftest.Golden;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The comparison itself: what matches PyTorch's answer and what does not. */
class GoldenTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private final Device cpu = new CpuDevice();

    private static Golden golden(String json) {
        return Golden.read(JsonParser.parseString(json).getAsJsonObject());
    }

    private Tensor float64(double... values) {
        return Tensor.upload(cpu, DType.FLOAT64, Shape.of(values.length), values);
    }

    @Test
    void valuesMayDifferByTheTolerancesAlone() {
        Golden golden = golden("{\"dtype\": \"float64\", \"shape\": [2], \"data\": [100, -0.0]}");
        assertNull(golden.difference(float64(101, 0.5), 0.005, 0.5));
        assertNotNull(golden.difference(float64(101.1, 0), 0.005, 0.5));
        assertNotNull(golden.difference(float64(100, -0.6), 0.005, 0.5));
        assertNull(golden.difference(float64(100, 0), 0, 0));
    }

    @Test
    void nonFiniteValuesMatchThemselvesAlone() {
        Golden golden = golden("{\"dtype\": \"float64\", \"shape\": [3], \"data\": [\"nan\", \"inf\", \"-inf\"]}");
        assertNull(golden.difference(float64(NAN, INF, -INF), 1, 1));
        assertNotNull(golden.difference(float64(0, INF, -INF), 1, 1));
        assertNotNull(golden.difference(float64(NAN, 1e308, -INF), 1, 1));
        assertNotNull(golden.difference(float64(NAN, INF, INF), 1, 1));
        Golden finite = golden("{\"dtype\": \"float64\", \"shape\": [1], \"data\": [1]}");
        assertNotNull(finite.difference(float64(NAN), 1, 1));
        assertNotNull(finite.difference(float64(INF), 1, 1));
    }

    @Test
    void dtypeAndShapeAreExact() {
        Golden golden = golden("{\"dtype\": \"float64\", \"shape\": [1, 2], \"data\": [1, 2]}");
        assertEquals("expected float64[1, 2], found float64[2]", golden.difference(float64(1, 2), 1, 1));
        Tensor narrow = Tensor.upload(cpu, DType.FLOAT32, Shape.of(1, 2), new float[] {1, 2});
        assertEquals("expected float64[1, 2], found float32[1, 2]", golden.difference(narrow, 1, 1));
    }

    @Test
    void integersAndBoolsAreExact() {
        Golden integer = golden("{\"dtype\": \"int64\", \"shape\": [], \"data\": [9007199254740993]}");
        assertNull(integer.difference(Tensor.scalar(cpu, DType.INT64, 9007199254740993L), 1, 1));
        assertNotNull(integer.difference(Tensor.scalar(cpu, DType.INT64, 9007199254740992L), 1, 1));
        Golden truth = golden("{\"dtype\": \"bool\", \"shape\": [], \"data\": [true]}");
        assertNull(truth.difference(Tensor.scalar(cpu, DType.BOOL, 1), 1, 1));
        assertNotNull(truth.difference(Tensor.scalar(cpu, DType.BOOL, 0), 1, 1));
    }
}
