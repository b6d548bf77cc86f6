package tns.cpu;

import org.jspecify.annotations.Nullable;
import tns.expr.Program;
import tns.expr.RowProgram;
import tns.tensor.Buffer;
import tns.tensor.Cells;
import tns.tensor.DType;
import tns.tensor.Generator;
import tns.tensor.Observer;
import tns.tensor.Randomness;
import tns.tensor.Recording;
import tns.tensor.Reduction;
import tns.tensor.Repetition;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.Windowing;
import tns.tensor.Work;

/** A host processor whose work can be seen. While nobody looks, every verb costs one question. */
public final class ObservedCpu extends CpuDevice {
    private @Nullable Observer observer;
    /** What is being watched to be done again; it observes then. */
    private @Nullable HostRepetition repetition;
    /** Buffers made, roughly: threads may overwrite each other's additions. */
    private long made;

    /** Whether turns of loops are computed again: unless {@code -Dtns.replay} or {@code TNS_REPLAY} is {@code off}. */
    private final boolean repeats = !"off".equals(System.getProperty("tns.replay", System.getenv("TNS_REPLAY")));

    /** As {@link CpuDevice#CpuDevice(int, Runnable)}. */
    public ObservedCpu(int threads, Runnable checkpoint) {
        super(threads, checkpoint);
    }

    @Override
    public void observer(@Nullable Observer seer) {
        this.observer = seer;
    }

    @Override
    public @Nullable Repetition repetition() {
        if (!repeats || observer != null || repetition != null) {
            return null;
        }
        HostRepetition begun = new HostRepetition(this);
        repetition = begun;
        observer = begun;
        return begun;
    }

    /** The watched work is over. */
    void watched() {
        repetition = null;
        observer = null;
    }

    @Override
    public @Nullable Recording recording() {
        return repetition;
    }

    @Override
    public long worked() {
        return made;
    }

    private Buffer mine(Buffer buffer) {
        made++;
        HostRepetition now = repetition;
        if (now != null) {
            now.owns((HostBuffer) buffer);
        }
        return buffer;
    }

    @Override
    public Buffer allocate(DType dtype, int size) {
        HostRepetition now = repetition;
        if (now != null) {
            Buffer zeros = super.allocate(dtype, size);
            now.ownsZeros((HostBuffer) zeros);
            return zeros;
        }
        Observer seer = observer;
        if (seer == null) {
            return super.allocate(dtype, size);
        }
        Buffer[] made = new Buffer[1];
        seer.sees(() -> made[0] = super.allocate(dtype, size), Work::allocate);
        return made[0];
    }

    @Override
    public Buffer room(DType dtype, int size) {
        return mine(super.room(dtype, size));
    }

    @Override
    public Buffer upload(DType dtype, Object array) {
        return mine(super.upload(dtype, array));
    }

    @Override
    public void release(Buffer buffer) {
        HostRepetition now = repetition;
        if (now == null || now.refusal() != null) {
            super.release(buffer);
        }
    }

    @Override
    public Object download(Buffer buffer) {
        looked();
        return super.download(buffer);
    }

    @Override
    public Buffer element(Buffer buffer, int position) {
        looked();
        return mine(super.element(buffer, position));
    }

    private void looked() {
        HostRepetition now = repetition;
        if (now != null) {
            now.looked();
        }
    }

    @Override
    public void store(Buffer buffer, int position, Number value) {
        HostRepetition now = repetition;
        if (now != null) {
            now.refuse("an element is set");
        }
        super.store(buffer, position, value);
    }

    @Override
    public void map(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        Observer seer = observer;
        HostRepetition now = repetition;
        if (now != null) {
            super.map(program, inputs, shape, outputs);
            Runnable usual = () -> super.map(program, inputs, shape, outputs);
            now.did(bound(program, inputs, shape, outputs, usual));
            return;
        }
        if (seer == null) {
            super.map(program, inputs, shape, outputs);
        } else {
            seer.sees(
                    () -> super.map(program, inputs, shape, outputs), () -> Work.map(program, inputs, shape, outputs));
        }
    }

    @Override
    public void reduce(Reduction reduction, Tensor input, int keptDims, Tensor output) {
        Observer seer = observer;
        if (seer == null) {
            super.reduce(reduction, input, keptDims, output);
        } else {
            seer.sees(
                    () -> super.reduce(reduction, input, keptDims, output),
                    () -> Work.reduce(reduction, input, output));
        }
    }

    @Override
    public boolean reduce(
            Reduction reduction,
            Program program,
            DType dtype,
            Tensor[] inputs,
            Shape shape,
            int keptDims,
            Tensor output) {
        Observer seer = observer;
        return seer == null
                ? super.reduce(reduction, program, dtype, inputs, shape, keptDims, output)
                : seer.seesIf(
                        () -> super.reduce(reduction, program, dtype, inputs, shape, keptDims, output),
                        () -> Work.reduce(reduction, program, dtype, inputs, shape, output));
    }

    @Override
    public void scan(Reduction reduction, Tensor input, Tensor output) {
        Observer seer = observer;
        if (seer == null) {
            super.scan(reduction, input, output);
        } else {
            seer.sees(() -> super.scan(reduction, input, output), () -> Work.scan(reduction, input, output));
        }
    }

    @Override
    public void take(Tensor source, Tensor rows, Tensor output) {
        Observer seer = observer;
        if (seer == null) {
            super.take(source, rows, output);
        } else {
            seer.sees(() -> super.take(source, rows, output), () -> Work.take(rows, output));
        }
    }

    @Override
    public void put(Tensor target, Tensor rows, Tensor source, boolean add) {
        Observer seer = observer;
        if (seer == null) {
            super.put(target, rows, source, add);
        } else {
            seer.sees(() -> super.put(target, rows, source, add), () -> Work.put(rows, source, add));
        }
    }

    @Override
    public void gemm(Tensor left, Tensor right, Tensor output) {
        Observer seer = observer;
        if (seer == null) {
            super.gemm(left, right, output);
        } else {
            seer.sees(() -> super.gemm(left, right, output), () -> Work.product(left, right, output));
        }
    }

    @Override
    public void product(Tensor left, Tensor right, Tensor output) {
        Observer seer = observer;
        HostRepetition now = repetition;
        if (now != null) {
            super.product(left, right, output);
            now.did(bound(left, right, null, output, () -> super.product(left, right, output)));
            return;
        }
        if (seer == null) {
            super.product(left, right, output);
        } else {
            seer.sees(() -> super.product(left, right, output), () -> Work.product(left, right, output));
        }
    }

    @Override
    public boolean product(Tensor left, Tensor right, Tensor bias, Tensor output) {
        Observer seer = observer;
        HostRepetition now = repetition;
        if (now != null && super.product(left, right, bias, output)) {
            now.did(bound(left, right, bias, output, () -> super.product(left, right, bias, output)));
            return true;
        }
        return seer == null
                ? super.product(left, right, bias, output)
                : seer.seesIf(
                        () -> super.product(left, right, bias, output), () -> Work.product(left, right, bias, output));
    }

    @Override
    public boolean correlate(Tensor x, Tensor weight, Windowing windowing, int[] spread, Tensor output) {
        Observer seer = observer;
        return seer == null
                ? super.correlate(x, weight, windowing, spread, output)
                : seer.seesIf(
                        () -> super.correlate(x, weight, windowing, spread, output),
                        () -> Work.correlate(x, weight, output));
    }

    @Override
    public boolean correlateWeight(Tensor x, Tensor dy, Windowing windowing, Tensor dw) {
        Observer seer = observer;
        return seer == null
                ? super.correlateWeight(x, dy, windowing, dw)
                : seer.seesIf(() -> super.correlateWeight(x, dy, windowing, dw), () -> Work.correlate(x, dw, dy));
    }

    @Override
    public void greatest(Tensor x, Cells lines, Cells columns, Tensor values, Tensor places) {
        Observer seer = observer;
        if (seer == null) {
            super.greatest(x, lines, columns, values, places);
        } else {
            seer.sees(() -> super.greatest(x, lines, columns, values, places), () -> Work.pool(x, values, places));
        }
    }

    @Override
    public void cellSums(Tensor x, Cells lines, Cells columns, Tensor sums) {
        Observer seer = observer;
        if (seer == null) {
            super.cellSums(x, lines, columns, sums);
        } else {
            seer.sees(() -> super.cellSums(x, lines, columns, sums), () -> Work.pool(x, sums));
        }
    }

    @Override
    public void spreadCells(Tensor dy, Cells lines, Cells columns, Tensor dx) {
        Observer seer = observer;
        if (seer == null) {
            super.spreadCells(dy, lines, columns, dx);
        } else {
            seer.sees(() -> super.spreadCells(dy, lines, columns, dx), () -> Work.pool(dy, dx));
        }
    }

    @Override
    public boolean attend(Tensor[] parts, double scale, RowProgram weighting, Tensor weights, Tensor output) {
        Observer seer = observer;
        return seer == null
                ? super.attend(parts, scale, weighting, weights, output)
                : seer.seesIf(
                        () -> super.attend(parts, scale, weighting, weights, output),
                        () -> Work.attend(parts, weights, output));
    }

    @Override
    public void attendBackward(
            Tensor[] parts, double scale, RowProgram weightingGradient, Tensor weights, Tensor dy, Tensor[] gradients) {
        Observer seer = observer;
        if (seer == null) {
            super.attendBackward(parts, scale, weightingGradient, weights, dy, gradients);
        } else {
            seer.sees(
                    () -> super.attendBackward(parts, scale, weightingGradient, weights, dy, gradients),
                    () -> Work.attendBackward(parts, weights, dy, gradients));
        }
    }

    @Override
    public void sort(Tensor input, boolean descending, Tensor values, Tensor positions) {
        Observer seer = observer;
        if (seer == null) {
            super.sort(input, descending, values, positions);
        } else {
            seer.sees(
                    () -> super.sort(input, descending, values, positions), () -> Work.sort(input, values, positions));
        }
    }

    @Override
    public void ranked(Tensor input, boolean descending, Tensor ranks, Tensor positions) {
        Observer seer = observer;
        if (seer == null) {
            super.ranked(input, descending, ranks, positions);
        } else {
            seer.sees(
                    () -> super.ranked(input, descending, ranks, positions),
                    () -> Work.ranked(input, ranks, positions));
        }
    }

    @Override
    public boolean random(Randomness kind, Generator generator, Number first, Number second, Tensor output) {
        Observer seer = observer;
        return seer == null
                ? super.random(kind, generator, first, second, output)
                : seer.seesIf(() -> super.random(kind, generator, first, second, output), () -> Work.random(output));
    }

    @Override
    public void rows(RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        Observer seer = observer;
        if (seer == null) {
            super.rows(program, inputs, shape, outputs);
        } else {
            seer.sees(
                    () -> super.rows(program, inputs, shape, outputs),
                    () -> Work.rows(program, inputs, shape, outputs));
        }
    }
}
