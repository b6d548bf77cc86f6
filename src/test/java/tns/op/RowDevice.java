package tns.op;

import java.util.ArrayList;
import java.util.List;
import tns.cpu.CpuDevice;
import tns.expr.Operand;
import tns.expr.Program;
import tns.expr.RowLayout;
import tns.expr.RowProgram;
import tns.expr.RowRunner;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** A device that is not the CPU and runs row programs by their definition; all else is the CPU's work. */
final class RowDevice implements Device {
    private final CpuDevice cpu = new CpuDevice(1);
    /** How many passes over rows there have been. */
    int passes;
    /** How many elements have been read from it. */
    int read;

    private static final class Held extends Buffer {
        private final Buffer inner;

        Held(Device device, Buffer inner) {
            super(device, inner.dtype(), inner.size());
            this.inner = inner;
        }
    }

    private Buffer held(Buffer inner) {
        return new Held(this, inner);
    }

    private static Tensor inner(Tensor t) {
        Buffer buffer = ((Held) t.buffer()).inner;
        return Tensor.of(buffer, Shape.of(buffer.size())).window(t.view());
    }

    private static Tensor[] inner(Tensor[] tensors) {
        Tensor[] all = new Tensor[tensors.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = inner(tensors[i]);
        }
        return all;
    }

    @Override
    public String name() {
        return "rows";
    }

    @Override
    public boolean runsRows(int rows, int n) {
        return true;
    }

    @Override
    public void rows(RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        passes++;
        int n = shape.size(1);
        RowRunner runner = new RowRunner(program, new RowLayout(4, 2, 1), n);
        runner.run(operands(inputs), operands(outputs), shape.size(0));
    }

    private Operand[] operands(Tensor[] tensors) {
        List<Operand> operands = new ArrayList<>();
        for (Tensor t : tensors) {
            if (!t.isContiguous()) {
                throw new AssertionError("operands of rows are contiguous");
            }
            Tensor own = inner(t);
            operands.add(new Operand(cpu.download(own.buffer()), own.view().offset(), new int[0]));
        }
        return operands.toArray(new Operand[0]);
    }

    @Override
    public Buffer allocate(DType dtype, int size) {
        return held(cpu.allocate(dtype, size));
    }

    @Override
    public Buffer upload(DType dtype, Object array) {
        return held(cpu.upload(dtype, array));
    }

    @Override
    public Object download(Buffer buffer) {
        read += buffer.size();
        return cpu.download(((Held) buffer).inner);
    }

    @Override
    public Buffer element(Buffer buffer, int position) {
        return held(cpu.element(((Held) buffer).inner, position));
    }

    @Override
    public void store(Buffer buffer, int position, Number value) {
        cpu.store(((Held) buffer).inner, position, value);
    }

    @Override
    public void map(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        cpu.map(program, inner(inputs), shape, inner(outputs));
    }

    @Override
    public void reduce(Reduction reduction, Tensor input, int keptDims, Tensor output) {
        cpu.reduce(reduction, inner(input), keptDims, inner(output));
    }

    @Override
    public void scan(Reduction reduction, Tensor input, Tensor output) {
        cpu.scan(reduction, inner(input), inner(output));
    }

    @Override
    public void take(Tensor source, Tensor rows, Tensor output) {
        cpu.take(inner(source), inner(rows), inner(output));
    }

    @Override
    public void put(Tensor target, Tensor rows, Tensor source, boolean add) {
        cpu.put(inner(target), inner(rows), inner(source), add);
    }

    @Override
    public void gemm(Tensor left, Tensor right, Tensor output) {
        cpu.gemm(inner(left), inner(right), inner(output));
    }

    @Override
    public void sort(Tensor input, boolean descending, Tensor values, Tensor positions) {
        cpu.sort(inner(input), descending, inner(values), inner(positions));
    }
}
