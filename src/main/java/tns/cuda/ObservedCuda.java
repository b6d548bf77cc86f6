package tns.cuda;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.Driver;
import tns.expr.Program;
import tns.expr.RowProgram;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Generator;
import tns.tensor.Observer;
import tns.tensor.Randomness;
import tns.tensor.Reduction;
import tns.tensor.Replay;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.Work;

/**
 * A CUDA device whose work can be seen: then every verb waits until it is done, so that its time is its own. While nobody
 * looks, every verb costs one question.
 *
 * <p>What is recorded is not done, and not seen; a replay is seen as one piece of all the work that was recorded.
 */
public final class ObservedCuda extends CudaDevice {
    private @Nullable Observer observer;
    /** The work of the recording under way; null when there is none. */
    private @Nullable Work recorded;

    /** As {@link CudaDevice#CudaDevice(String, Driver)}. */
    public ObservedCuda(String name, Driver driver) {
        super(name, driver);
    }

    @Override
    public void observer(@Nullable Observer seer) {
        this.observer = seer;
    }

    /** Runs a verb, seen if somebody looks. */
    private boolean seenIf(BooleanSupplier verb, Supplier<Work> work) {
        Work sum = recorded;
        if (sum != null) {
            boolean done = verb.getAsBoolean();
            if (done) {
                recorded = sum.and(work.get());
            }
            return done;
        }
        Observer seer = observer;
        return seer == null
                ? verb.getAsBoolean()
                : seer.seesIf(
                        () -> {
                            boolean done = verb.getAsBoolean();
                            synchronize();
                            return done;
                        },
                        work);
    }

    private void seen(Runnable verb, Supplier<Work> work) {
        seenIf(
                () -> {
                    verb.run();
                    return true;
                },
                work);
    }

    private boolean isSeen() {
        return observer != null || recorded != null;
    }

    @Override
    public synchronized Buffer allocate(DType dtype, int size) {
        if (!isSeen()) {
            return super.allocate(dtype, size);
        }
        Buffer[] made = new Buffer[1];
        seen(() -> made[0] = super.allocate(dtype, size), Work::allocate);
        return made[0];
    }

    @Override
    public synchronized Buffer room(DType dtype, int size) {
        if (!isSeen()) {
            return super.room(dtype, size);
        }
        Buffer[] made = new Buffer[1];
        seen(() -> made[0] = super.room(dtype, size), Work::allocate);
        return made[0];
    }

    @Override
    public synchronized void map(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        if (isSeen()) {
            seen(() -> super.map(program, inputs, shape, outputs), () -> Work.map(program, inputs, shape, outputs));
        } else {
            super.map(program, inputs, shape, outputs);
        }
    }

    @Override
    public synchronized void mapEach(Program program, Tensor[][] inputs, Tensor[][] outputs) {
        if (isSeen()) {
            seen(() -> super.mapEach(program, inputs, outputs), () -> mapped(program, inputs, outputs));
        } else {
            super.mapEach(program, inputs, outputs);
        }
    }

    @Override
    public synchronized void reduce(Reduction reduction, Tensor input, int keptDims, Tensor output) {
        if (isSeen()) {
            seen(() -> super.reduce(reduction, input, keptDims, output), () -> Work.reduce(reduction, input, output));
        } else {
            super.reduce(reduction, input, keptDims, output);
        }
    }

    @Override
    public synchronized boolean reduce(
            Reduction reduction,
            Program program,
            DType dtype,
            Tensor[] inputs,
            Shape shape,
            int keptDims,
            Tensor output) {
        return isSeen()
                ? seenIf(
                        () -> super.reduce(reduction, program, dtype, inputs, shape, keptDims, output),
                        () -> Work.reduce(reduction, program, dtype, inputs, shape, output))
                : super.reduce(reduction, program, dtype, inputs, shape, keptDims, output);
    }

    @Override
    public synchronized void scan(Reduction reduction, Tensor input, Tensor output) {
        if (isSeen()) {
            seen(() -> super.scan(reduction, input, output), () -> Work.scan(reduction, input, output));
        } else {
            super.scan(reduction, input, output);
        }
    }

    @Override
    public synchronized void take(Tensor source, Tensor rows, Tensor output) {
        if (isSeen()) {
            seen(() -> super.take(source, rows, output), () -> Work.take(rows, output));
        } else {
            super.take(source, rows, output);
        }
    }

    @Override
    public synchronized void put(Tensor target, Tensor rows, Tensor source, boolean add) {
        if (isSeen()) {
            seen(() -> super.put(target, rows, source, add), () -> Work.put(rows, source, add));
        } else {
            super.put(target, rows, source, add);
        }
    }

    @Override
    public synchronized void gemm(Tensor left, Tensor right, Tensor output) {
        if (isSeen()) {
            seen(() -> super.gemm(left, right, output), () -> Work.product(left, right, output));
        } else {
            super.gemm(left, right, output);
        }
    }

    @Override
    public synchronized boolean product(Tensor left, Tensor right, Tensor bias, Tensor output) {
        return isSeen()
                ? seenIf(() -> super.product(left, right, bias, output), () -> Work.product(left, right, bias, output))
                : super.product(left, right, bias, output);
    }

    @Override
    public synchronized void sort(Tensor input, boolean descending, Tensor values, Tensor positions) {
        if (isSeen()) {
            seen(() -> super.sort(input, descending, values, positions), () -> Work.sort(input, values, positions));
        } else {
            super.sort(input, descending, values, positions);
        }
    }

    @Override
    public synchronized boolean random(
            Randomness kind, Generator generator, Number first, Number second, Tensor output) {
        return isSeen()
                ? seenIf(() -> super.random(kind, generator, first, second, output), () -> Work.random(output))
                : super.random(kind, generator, first, second, output);
    }

    @Override
    public synchronized void rows(RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        if (isSeen()) {
            seen(() -> super.rows(program, inputs, shape, outputs), () -> Work.rows(program, inputs, shape, outputs));
        } else {
            super.rows(program, inputs, shape, outputs);
        }
    }

    private static Work mapped(Program program, Tensor[][] inputs, Tensor[][] outputs) {
        Work sum = new Work("map", 0, 0);
        for (int s = 0; s < inputs.length; s++) {
            sum = sum.and(Work.map(program, inputs[s], outputs[s][0].shape(), outputs[s]));
        }
        return sum;
    }

    @Override
    public synchronized @Nullable Replay record(Runnable work) {
        Work all;
        Replay replay;
        recorded = new Work("replay", 0, 0);
        try {
            replay = super.record(work);
        } finally {
            all = recorded;
            recorded = null;
        }
        return replay == null ? null : () -> isSeen() ? seenIf(replay::run, () -> all) : replay.run();
    }
}
