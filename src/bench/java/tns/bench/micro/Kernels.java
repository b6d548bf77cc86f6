package tns.bench.micro;

import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import tns.cpu.CpuDevice;
import tns.op.Context;
import tns.op.Library;
import tns.op.Op;
import tns.op.OpTable;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Kernels of the CPU through the ops that use them, without the language. */
@State(Scope.Thread)
public class Kernels {
    /** What handing on to a second thread costs is the difference for {@link #expOf64K}. */
    @Param({"1", "2"})
    public int threads;

    private static final Map<String, Object> NONE = Map.of();

    private Context context;
    private CpuDevice cpu;
    private Op add;
    private Op exp;
    private Op sum;
    private Op softmax;
    private Op matmul;
    private Tensor vector;
    private Tensor small;
    private Tensor medium;
    private Tensor rows;
    private Tensor long64K;

    @Setup
    public void start() {
        cpu = new CpuDevice(threads);
        context = new Context(cpu);
        OpTable ops = Library.create();
        add = ops.get("add");
        exp = ops.get("exp");
        sum = ops.get("sum");
        softmax = ops.get("softmax");
        matmul = ops.get("matmul");
        vector = ramp(20);
        small = ramp(16, 16);
        medium = ramp(64, 64);
        rows = ramp(64, 1024);
        long64K = ramp(1 << 16);
    }

    private Tensor ramp(int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / (float) values.length;
        }
        return Tensor.upload(cpu, DType.FLOAT32, shape, values);
    }

    /** Calls an op, and computes what it may have put off. */
    private Buffer call(Op op, Object... operands) {
        return ((Tensor) op.call(context, operands, NONE)).buffer();
    }

    @Benchmark
    public Buffer additionOf20() {
        return call(add, vector, vector);
    }

    @Benchmark
    public Buffer expOf64K() {
        return call(exp, long64K);
    }

    @Benchmark
    public Buffer sumOf64K() {
        return call(sum, long64K);
    }

    @Benchmark
    public Buffer softmaxOf64Rows() {
        return call(softmax, rows, -1L);
    }

    @Benchmark
    public Buffer productOf16() {
        return call(matmul, small, small);
    }

    @Benchmark
    public Buffer productOf64() {
        return call(matmul, medium, medium);
    }
}
