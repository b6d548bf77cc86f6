package tns.cpu;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Reserve;
import tns.error.TnsException;
import tns.expr.Operand;
import tns.expr.PointwiseRunner;
import tns.expr.Program;
import tns.expr.RowProgram;
import tns.tensor.BoxMuller;
import tns.tensor.Buffer;
import tns.tensor.Cells;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Generator;
import tns.tensor.Randomness;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;
import tns.tensor.Windowing;

/** The host processor: Java arrays as buffers, and a few threads of its own for what is worth sharing. */
public class CpuDevice implements Device {
    /** Up to here a run is over before it would pay to share it, whatever its program. */
    private static final int DIRECT_MAX_ELEMENTS = 1 << 12;

    /** Below, results are computed at once: putting it off costs more than reading a cached array again. */
    private static final int FUSE_FROM = 1 << 14;

    /** The values of {@code tns.cpu} that use the Vector API. */
    private static final Set<String> VECTOR_KINDS = Set.of("fused", "vector", "block");

    private final ArrayPool pool = new ArrayPool();
    /** In a program that runs scripts among other things the heap is that program's own affair. */
    private final @Nullable HeapGoal heap = Boolean.getBoolean("tns.heap") ? HeapGoal.ofThisProcess() : null;

    private final Parallel parallel;
    /** For work within a range that is shared already. */
    private final Parallel alone;

    private final Gemm gemm;
    private final PointwiseRunner pointwise;
    private final FoldLoops folds;
    private final RowLoops rowLoops;
    private final Turns turn;
    private final Normals normals;

    /** A device with one thread per processor. */
    public CpuDevice() {
        this(Runtime.getRuntime().availableProcessors());
    }

    /** A device that computes on at most {@code threads} threads, the caller's included. */
    public CpuDevice(int threads) {
        this(threads, () -> {});
    }

    /**
     * The same, calling {@code checkpoint} now and then during a long computation, on any of its threads; what it throws
     * ends the computation.
     */
    public CpuDevice(int threads, Runnable checkpoint) {
        this(threads, vectors(), checkpoint);
    }

    /** Whether to use the Vector API once there is work for it: where it can be had, unless {@code tns.cpu} says not to. */
    private static boolean vectors() {
        String kind = System.getProperty("tns.cpu", "fused");
        return VECTOR_KINDS.contains(kind) && VectorModule.isWithinReach();
    }

    /** When machine code is made: {@code tns.cpu} may say never. */
    private static MachineCode machine() {
        return System.getProperty("tns.cpu", "fused").equals("fused") ? MachineCode.IN_TIME : MachineCode.NEVER;
    }

    /** A device with or without kernels of the Vector API. */
    CpuDevice(int threads, boolean vectors, Runnable checkpoint) {
        this(threads, vectors, vectors ? MatrixKernel.Kind.VECTORS : MatrixKernel.Kind.PLAIN, machine(), checkpoint);
    }

    /** The same, with a choice of how matrices are multiplied, and of when machine code is made. */
    CpuDevice(int threads, boolean vectors, MatrixKernel.Kind products, MachineCode machine, Runnable checkpoint) {
        parallel = new Parallel(threads, checkpoint);
        alone = parallel.alone();
        gemm = new Gemm(parallel, products, machine);
        pointwise = PointwiseRunners.choose(parallel, vectors, machine);
        FusedLoops loops = pointwise instanceof FusedRunner fused ? fused.loops() : null;
        folds = new FoldLoops(loops);
        rowLoops = new RowLoops(loops, machine);
        turn = new Turns(loops, machine);
        normals = new Normals(parallel, loops);
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public boolean isHost() {
        return true;
    }

    @Override
    public int fuseFrom() {
        return pointwise instanceof FusedRunner ? FUSE_FROM : Integer.MAX_VALUE;
    }

    @Override
    public int threads() {
        return parallel.threads();
    }

    @Override
    public void threads(int count) {
        parallel.threads(count);
    }

    /** @throws TnsException of kind LIMIT when the heap has no room */
    @Override
    public Buffer allocate(DType dtype, int size) {
        Object known = pool.take(dtype, size);
        if (known == null) {
            return zeroed(dtype, size);
        }
        HostBuffer buffer = HostBuffer.over(this, dtype, known);
        buffer.clear();
        return buffer;
    }

    /** @throws TnsException of kind LIMIT when the heap has no room */
    @Override
    public Buffer room(DType dtype, int size) {
        Object known = pool.take(dtype, size);
        return known == null ? zeroed(dtype, size) : HostBuffer.over(this, dtype, known);
    }

    /** Bytes of arrays that were given back and wait to be used again. */
    long pooled() {
        return pool.held();
    }

    private Buffer zeroed(DType dtype, int size) {
        if (heap != null && reuses(dtype, size)) { // smaller ones die young
            heap.makeRoom((long) size * dtype.bytes());
        }
        try {
            return HostBuffer.zeroed(this, dtype, size);
        } catch (OutOfMemoryError e) {
            throw full(dtype, size, e);
        }
    }

    @Override
    public boolean reuses(DType dtype, int size) {
        return ArrayPool.takes(dtype, size);
    }

    @Override
    public void release(Buffer buffer) {
        Object array = buffer instanceof HostBuffer own ? own.taken() : null;
        if (array != null) {
            pool.give(buffer.dtype(), buffer.size(), array);
        }
    }

    private static TnsException full(DType dtype, int size, OutOfMemoryError e) {
        Reserve.spend();
        long mebibytes = ((long) size * dtype.bytes() + (1 << 20) - 1) >> 20;
        return new TnsException(
                        ErrorKind.LIMIT,
                        "cpu: cannot allocate " + dtype.word() + "[" + size + "] (" + mebibytes + " MiB)",
                        e)
                .help("start tns with more memory, for example --memory 8g, or work on smaller pieces");
    }

    /** Normal floats only; the draws are the generator's own. */
    @Override
    public boolean random(Randomness kind, Generator generator, Number first, Number second, Tensor output) {
        boolean fits = kind == Randomness.NORMAL
                && HostBuffer.array(output) instanceof float[] draws
                && draws.length == output.elements()
                && draws.length >= BoxMuller.BLOCK;
        if (fits) {
            float[] draws = (float[]) HostBuffer.array(output);
            normals.fill(generator, draws, first.floatValue(), second.floatValue());
        }
        return fits;
    }

    @Override
    public Buffer upload(DType dtype, Object array) {
        return HostBuffer.over(this, dtype, array);
    }

    @Override
    public Object download(Buffer buffer) {
        return HostBuffer.array(buffer);
    }

    @Override
    public Buffer element(Buffer buffer, int position) {
        return ((HostBuffer) buffer).element(position);
    }

    @Override
    public void store(Buffer buffer, int position, Number value) {
        ((HostBuffer) buffer).store(position, value);
    }

    @Override
    public void map(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        boolean done = shape.elements() <= DIRECT_MAX_ELEMENTS
                && pointwise instanceof FusedRunner fused
                && fused.direct(program, inputs, shape, outputs);
        done |= program.isCopy() && StridedCopy.run(parallel, turn, inputs[0], outputs[0]);
        done = done || Truths.run(parallel, program, inputs, shape, outputs);
        if (!done) {
            pointwise.run(program, operands(inputs, shape), operands(outputs, shape), shape.toArray());
        }
    }

    /**
     * The same run, to be done again and again on the same operands, small as it is.
     *
     * @param usual the run as it is otherwise
     */
    Runnable bound(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs, Runnable usual) {
        Runnable bound =
                pointwise instanceof FusedRunner fused ? fused.bound(program, inputs, shape, outputs, usual) : null;
        return bound == null ? usual : bound;
    }

    /** Likewise of a matrix product, with a bias or without. */
    Runnable bound(Tensor left, Tensor right, @Nullable Tensor bias, Tensor output, Runnable usual) {
        Runnable bound = gemm.bound(left, right, bias, output);
        return bound == null ? usual : bound;
    }

    private static Operand[] operands(Tensor[] tensors, Shape shape) {
        Operand[] operands = new Operand[tensors.length];
        for (int i = 0; i < operands.length; i++) {
            View view = tensors[i].view();
            operands[i] = new Operand(HostBuffer.array(tensors[i].buffer()), view.offset(), view.stridesOver(shape));
        }
        return operands;
    }

    @Override
    public void reduce(Reduction reduction, Tensor input, int keptDims, Tensor output) {
        if (!Truths.reduce(parallel, reduction, input, output)) {
            Reduce.run(parallel, folds, reduction, input, keptDims, output);
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
        Prologue elements = Prologue.of(pointwise, program, dtype, inputs, shape);
        return elements != null && Reduce.run(parallel, folds, reduction, dtype, elements, shape, keptDims, output);
    }

    @Override
    public void scan(Reduction reduction, Tensor input, Tensor output) {
        Scan.run(parallel, reduction, input, output);
    }

    @Override
    public boolean indexesElements() {
        return true;
    }

    @Override
    public void take(Tensor source, Tensor rows, Tensor output) {
        Rows.take(parallel, source, rows, output);
    }

    @Override
    public void put(Tensor target, Tensor rows, Tensor source, boolean add) {
        Rows.put(parallel, target, rows, source, add);
    }

    @Override
    public void gemm(Tensor left, Tensor right, Tensor output) {
        gemm.run(left, right, output);
    }

    @Override
    public void product(Tensor left, Tensor right, Tensor output) {
        gemm.product(left, right, output);
    }

    /** The bias is added in place to a result that is still in cache; of a large one it is left to the threads. */
    @Override
    public boolean product(Tensor left, Tensor right, Tensor bias, Tensor output) {
        if (output.elements() > DIRECT_MAX_ELEMENTS
                || !(HostBuffer.array(output) instanceof float[] y)
                || !(HostBuffer.array(bias) instanceof float[] b)
                || bias.rank() != 1
                || !bias.isContiguous()) {
            return false;
        }
        gemm.product(left, right, output);
        int at = output.view().offset();
        SmallProducts.addToRows(y, at, output.elements(), b, bias.view().offset(), output.size(1));
        return true;
    }

    @Override
    public boolean correlate(Tensor x, Tensor weight, Windowing windowing, int[] spread, Tensor output) {
        int[] window = {weight.size(2), weight.size(3)};
        MatrixKernel kernel = gemm.kernel(x.dtype());
        if (PlaneCorrelation.suits(weight, windowing, spread)) {
            PlaneCorrelation.run(parallel, kernel, x, weight, windowing, output);
        } else if (Correlation.suits(weight.size(1), window, windowing)) {
            Correlation.run(parallel, kernel, x, weight, windowing, spread, output);
        } else {
            return false;
        }
        return true;
    }

    @Override
    public boolean correlateWeight(Tensor x, Tensor dy, Windowing windowing, Tensor dw) {
        int[] window = {dw.size(2), dw.size(3)};
        MatrixKernel kernel = gemm.kernel(x.dtype());
        if (PlaneCorrelation.suits(dw, windowing, new int[] {1, 1})) {
            PlaneCorrelation.weight(parallel, kernel, x, dy, windowing, dw);
        } else if (Correlation.suits(dw.size(1), window, windowing)) {
            Correlation.weight(parallel, kernel, x, dy, windowing, dw);
        } else {
            return false;
        }
        return true;
    }

    @Override
    public boolean poolsCells() {
        return true;
    }

    @Override
    public void greatest(Tensor x, Cells lines, Cells columns, Tensor values, Tensor places) {
        new PlanePools(parallel, lines, columns).greatest(x, values, places);
    }

    @Override
    public void cellSums(Tensor x, Cells lines, Cells columns, Tensor sums) {
        new PlanePools(parallel, lines, columns).sums(x, sums);
    }

    @Override
    public void spreadCells(Tensor dy, Cells lines, Cells columns, Tensor dx) {
        new PlanePools(parallel, lines, columns).spread(dy, dx);
    }

    @Override
    public boolean attend(Tensor[] parts, double scale, RowProgram weighting, Tensor weights, Tensor output) {
        heads(parts, scale).forward(weighting, weights, output);
        return true;
    }

    @Override
    public void attendBackward(
            Tensor[] parts, double scale, RowProgram weightingGradient, Tensor weights, Tensor dy, Tensor[] gradients) {
        heads(parts, scale).backward(weightingGradient, weights, dy, gradients);
    }

    private Heads heads(Tensor[] parts, double scale) {
        Heads.Rows rows = (program, inputs, shape, outputs) ->
                RowExecutor.run(alone, pointwise, rowLoops, program, inputs, shape, outputs);
        return new Heads(parallel, gemm, rows, parts, scale);
    }

    @Override
    public void sort(Tensor input, boolean descending, Tensor values, Tensor positions) {
        Sorting.run(parallel, input, descending, values, positions);
    }

    @Override
    public boolean ranks() {
        return true;
    }

    @Override
    public void ranked(Tensor input, boolean descending, Tensor ranks, Tensor positions) {
        Ranking.run(parallel, input, descending, ranks, positions);
    }

    @Override
    public boolean runsRows(int rows, int n) {
        return RowExecutor.suits(n);
    }

    @Override
    public void rows(RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        RowExecutor.run(parallel, pointwise, rowLoops, program, inputs, shape, outputs);
    }
}
