package tns.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.Driver;
import tns.cuda.ptx.PointwiseKernel;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.expr.Program;
import tns.expr.RowProgram;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Generator;
import tns.tensor.Holder;
import tns.tensor.Randomness;
import tns.tensor.Recording;
import tns.tensor.Reduction;
import tns.tensor.Replay;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.Turns;

/**
 * A CUDA device: every verb is kernels queued one after the other, so that only a look at the numbers waits.
 *
 * <p>Memory is asked for in the thread that calls, kernels are compiled when they are first needed. May be called from
 * several threads; their work is queued in the order of the calls.
 */
public class CudaDevice implements Device {
    /** Numbers such as 2 or 1e-8 that programs use again and again are kept, the least recently used is given up. */
    private static final int CONSTANTS = 1024;

    /** From so many bytes on the driver copies faster than a kernel: 4.25 against 3.95 TB/s for 1 GiB on an H200. */
    private static final long BLOCK_COPY = 1L << 20;

    /** After so many times that none of its turns was replayed, a loop is not looked at any more. */
    private static final int MOST_BARREN = 3;

    private static final String OFF = "off";

    private record Constant(DType dtype, long bits) {}

    private final String name;
    private final WatchedDriver driver;
    private final DeviceMemory memory;
    private final Map<Constant, Buffer> constants = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Constant, Buffer> eldest) {
            return size() > CONSTANTS;
        }
    };
    private final Stream stream;
    private final DeviceProducts products;
    private final KnownInts ints;
    private @Nullable Tape tape;
    /** The loops being looked at, the inner ones first; and how often a loop has been looked at in vain. */
    private final Deque<LoopTurns> loops = new ArrayDeque<>();

    private final Map<Object, Integer> barren = new WeakHashMap<>();
    private long replayed;
    private final boolean replaysTurns;
    /** Whether what is done now is not asked for by the program. */
    private boolean apart;

    private @Nullable DeviceBuffer seeded;
    private long lastSeed;

    /** The device behind {@code driver}, under the name that the language shows. */
    @SuppressWarnings("this-escape") // the memory only hands the device on, to the buffers that it makes
    CudaDevice(String name, Driver driver) {
        this.name = name;
        this.replaysTurns = !OFF.equals(System.getProperty("tns.replay", System.getenv("TNS_REPLAY")));
        this.driver = new WatchedDriver(driver);
        this.memory = new DeviceMemory(this, this.driver);
        this.stream = new DriverStream(this.driver, memory);
        this.products = new DeviceProducts(this.driver, memory, stream, this::release);
        this.ints = new KnownInts(this.driver, memory, stream);
    }

    @Override
    public String name() {
        return name;
    }

    /** What the driver says of the device. */
    public Driver driver() {
        return driver;
    }

    /** A launch costs more than memory traffic up to large sizes: whatever can wait for its consumer does. */
    @Override
    public int fuseFrom() {
        return 1;
    }

    /** As {@link tns.tensor.Philox} defines them: the same on every device. */
    @Override
    public synchronized boolean random(
            Randomness kind, Generator generator, Number first, Number second, Tensor output) {
        changing(output);
        long state;
        long call = generator.nextCall();
        Tape recording = tape;
        if (recording != null && recording.records()) {
            state = recording.randomState(generator, call);
            call = 0;
        } else {
            LoopTurns loop = loop();
            long cells = loop == null ? 0 : loop.draw(generator.seed(), call);
            state = cells == 0 ? seed(generator.seed()) : cells;
            call = cells == 0 ? call : 0;
        }
        Region to = region(output);
        switch (kind) {
            case UNIFORM -> Randoms.uniform(stream, state, call, first.doubleValue(), second.doubleValue(), to);
            case NORMAL -> Randoms.normal(stream, state, call, first.doubleValue(), second.doubleValue(), to);
            case INTEGERS -> {
                Randoms.integers(stream, state, call, first.longValue(), second.longValue(), to);
                KnownInts.lie(output, first.longValue(), second.longValue() - 1);
            }
        }
        return true;
    }

    /** Where a seed lies, with call 0 after it; the last one stays. */
    private long seed(long seed) {
        DeviceBuffer known = seeded;
        if (known == null || seed != lastSeed) {
            known = memory.buffer(DType.INT64, 2);
            set(known, 0, seed);
            set(known, 1, 0);
            seeded = known;
            lastSeed = seed;
        }
        return known.address();
    }

    @Override
    public @Nullable Recording recording() {
        return tape;
    }

    @Override
    public synchronized @Nullable Turns turns(Object loop, Consumer<String> notes) {
        LoopTurns outer = loops.peek();
        if (!replaysTurns
                || tape != null
                || outer != null && (outer.isBusy() || outer.thread() != Thread.currentThread())
                || barren.getOrDefault(loop, 0) >= MOST_BARREN) {
            return null;
        }
        if (outer != null) {
            outer.disturbed();
        }
        LoopTurns turns = new LoopTurns(this, driver, memory, notes, own -> {
            loops.remove(own);
            replayed += own.replayed();
            if (own.replayed() > 0) {
                barren.remove(loop);
            } else {
                barren.merge(loop, own.isGivenUp() ? MOST_BARREN : 1, Integer::sum);
            }
        });
        loops.push(turns);
        return turns;
    }

    /** The loop whose present turn is looked at, recorded or replayed; null when there is none. */
    private @Nullable LoopTurns loop() {
        LoopTurns inner = loops.peek();
        return apart || inner == null || !inner.isLooking() ? null : inner;
    }

    /** Work is recorded otherwise. */
    private void giveUpLoops() {
        loops.forEach(loop -> loop.giveUp("they record a compiled function"));
    }

    @Override
    public synchronized @Nullable Replay record(Runnable work) {
        giveUpLoops();
        Tape own = new Tape(this, true);
        boolean done = false;
        tape = own;
        memory.beginRecording();
        products.forgetAll();
        try {
            driver.beginCapture();
            own.begin(stream);
            work.run();
            own.requireNoRefusal();
            own.bringBack();
            done = true;
        } finally {
            tape = null;
            products.forgetAll();
            List<DeviceBuffer> buffers = memory.endRecording();
            own.undo();
            if (done) {
                own.finish(driver.endCapture(), buffers);
            } else {
                driver.abandonCapture();
            }
        }
        return own;
    }

    @Override
    public synchronized Collection<Holder.Used> watch(Runnable work) {
        giveUpLoops();
        Tape own = new Tape(this, false);
        tape = own;
        try {
            work.run();
        } finally {
            tape = null;
        }
        return own.used();
    }

    /** Recorded work runs when the host is elsewhere: it can neither look at numbers nor send any. */
    private void refuseWhileRecording(String what) {
        if (tape != null && tape.records()) {
            tape.refused(new TnsException(ErrorKind.DEVICE, "compile: " + what));
        }
    }

    @Override
    public synchronized Buffer allocate(DType dtype, int size) {
        DeviceBuffer buffer = memory.buffer(dtype, size);
        if (size > 0) {
            driver.fill(buffer.address(), (byte) 0, (long) size * dtype.bytes());
        }
        return buffer;
    }

    @Override
    public synchronized Buffer room(DType dtype, int size) {
        return memory.buffer(dtype, size);
    }

    @Override
    public synchronized void release(Buffer buffer) {
        if (tape == null && buffer instanceof DeviceBuffer own && !own.isKept()) {
            products.forget(own);
            memory.free(own);
        }
    }

    @Override
    public synchronized Buffer upload(DType dtype, Object array) {
        int size = HostElements.length(array);
        DeviceBuffer buffer = memory.buffer(dtype, size);
        Tape recording = recorded();
        if (recording != null && size > 0) {
            recording.sends(buffer, array);
        } else if (size == 1 && loop() == null) {
            set(buffer, 0, HostElements.bits(array, 0));
        } else if (size > 0) {
            driver.write(buffer.address(), array, 0, size);
        }
        KnownInts.sent(buffer, array);
        return buffer;
    }

    /** Writes one element without waiting for what is queued. */
    private void set(DeviceBuffer buffer, int position, long bits) {
        long address = buffer.address() + (long) position * buffer.dtype().bytes();
        switch (buffer.dtype()) {
            case BOOL -> driver.fill(address, (byte) bits, 1);
            case FLOAT32 -> driver.fillWords(address, (int) bits, 1);
            case FLOAT64, INT64 -> {
                int low = (int) bits;
                int high = (int) (bits >>> 32);
                if (low == high) {
                    driver.fillWords(address, low, 2);
                } else {
                    driver.fillWords(address, low, 1);
                    driver.fillWords(address + 4, high, 1);
                }
            }
        }
    }

    @Override
    public synchronized Object download(Buffer buffer) {
        refuseWhileRecording("numbers are read from " + name + ", as by print, item() or if");
        Object array = HostElements.array(buffer.dtype(), buffer.size());
        if (buffer.size() > 0) {
            driver.read(((DeviceBuffer) buffer).address(), array, 0, buffer.size());
        }
        return array;
    }

    @Override
    public synchronized Buffer element(Buffer buffer, int position) {
        int bytes = buffer.dtype().bytes();
        DeviceBuffer one = memory.buffer(buffer.dtype(), 1);
        driver.copy(one.address(), ((DeviceBuffer) buffer).address() + (long) position * bytes, bytes);
        return one;
    }

    @Override
    public synchronized void store(Buffer buffer, int position, Number value) {
        changing(buffer);
        set((DeviceBuffer) buffer, position, HostElements.bits(buffer.dtype(), value));
    }

    @Override
    public synchronized Buffer constant(DType dtype, Number value) {
        return constants.computeIfAbsent(
                new Constant(dtype, HostElements.bits(dtype, value)),
                key -> new ConstantBuffer(this, key.dtype, key.bits, this::placed));
    }

    /** Memory for a constant that needs it; what a recording writes is there for the recording alone. */
    private DeviceBuffer placed(ConstantBuffer constant) {
        DeviceBuffer made = memory.buffer(constant.dtype(), 1);
        set(made, 0, constant.bits());
        if (tape == null || !tape.records()) {
            constant.lies(made);
        }
        return made;
    }

    @Override
    public synchronized void map(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        mapOne(program, inputs, shape, outputs);
    }

    private void mapOne(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        if (shape.elements() == 0) {
            return;
        }
        changing(outputs);
        if (program.isCopy() && copied(inputs[0], shape, outputs[0])) {
            KnownInts.follow(inputs[0], outputs[0], recorded());
            return;
        }
        List<PointwisePlan.Place> places = new ArrayList<>(inputs.length + outputs.length);
        for (int i = 0; i < program.inputs(); i++) {
            places.add(place(inputs[i], shape));
        }
        for (Tensor output : outputs) {
            places.add(written(output, shape));
        }
        PointwisePlan plan = PointwisePlan.of(program, places, shape.toArray());
        stream.launch(plan.kernel(), Grid.blocks(stream, plan.threads(), PointwiseKernel.THREADS), plan.arguments());
    }

    private boolean copied(Tensor input, Shape shape, Tensor output) {
        Region from = input(input);
        long bytes = (long) shape.elements() * from.dtype().bytes();
        if (bytes >= BLOCK_COPY
                && input.dtype() == output.dtype()
                && input.shape().equals(shape)
                && input.isContiguous()
                && output.isContiguous()) {
            driver.copy(region(output).first(), from.first(), bytes);
            return true;
        }
        return Copies.run(
                stream, new Region(from.dtype(), from.address(), from.view().expand(shape)), region(output));
    }

    private PointwisePlan.Place place(Tensor t, Shape shape) {
        if (t.buffer() instanceof ConstantBuffer constant) {
            LoopTurns loop = loop();
            long cell = loop == null ? 0 : loop.number(constant.bits());
            if (cell != 0) {
                return new PointwisePlan.Place(t.dtype(), cell, new int[shape.rank()]);
            }
            return new PointwisePlan.Place(t.dtype(), constant.bits(), new int[shape.rank()], true);
        }
        Region lies = input(t);
        return new PointwisePlan.Place(t.dtype(), lies.first(), lies.view().stridesOver(shape));
    }

    private PointwisePlan.Place written(Tensor t, Shape shape) {
        return new PointwisePlan.Place(t.dtype(), region(t).first(), t.view().stridesOver(shape));
    }

    /** Where a tensor that is only read lies: perhaps in a copy made now, so that each turn of a loop finds it there. */
    private Region input(Tensor t) {
        LoopTurns loop = loop();
        if (loop == null || t.device() != this || t.buffer() instanceof ConstantBuffer) {
            return region(t);
        }
        DeviceBuffer copy = loop.input(t);
        if (copy == null) {
            return region(t);
        }
        Tensor to = Tensor.of(copy, t.shape());
        driver.unwatched(() -> copyEach(List.of(t), List.of(to)));
        return region(to);
    }

    private Region region(Tensor t) {
        if (t.device() != this) {
            throw new TnsException(
                            ErrorKind.DEVICE,
                            name + ": " + t.describe() + " is on " + t.device().name())
                    .help("move it: x.to(" + name + ")");
        }
        Tape recording = tape;
        if (recording != null) {
            recording.keep(t);
        }
        return new Region(t.dtype(), address(t), t.view());
    }

    static long address(Tensor t) {
        return ((DeviceBuffer) t.buffer()).address();
    }

    @Override
    public synchronized void reduce(Reduction reduction, Tensor input, int keptDims, Tensor output) {
        changing(output);
        Reduce.run(stream, reduction, input(input), keptDims, region(output));
        placed(reduction, input.shape(), keptDims, output);
    }

    /** Positions lie within what was folded. */
    private static void placed(Reduction reduction, Shape shape, int keptDims, Tensor output) {
        if (reduction == Reduction.ARGMAX || reduction == Reduction.ARGMIN) {
            KnownInts.lie(output, 0, shape.part(keptDims, shape.rank()).elements() - 1L);
        }
    }

    @Override
    public synchronized void mapEach(Program program, Tensor[][] inputs, Tensor[][] outputs) {
        mapAll(program, inputs, outputs);
    }

    /** Every walk that suits joins the others in one launch; the rest are launched one by one. */
    private void mapAll(Program program, Tensor[][] inputs, Tensor[][] outputs) {
        List<Integer> together = new ArrayList<>();
        for (int s = 0; s < inputs.length; s++) {
            changing(outputs[s]);
            if (SideBySide.suits(inputs, outputs, s)) {
                together.add(s);
            } else {
                mapOne(program, inputs[s], outputs[s][0].shape(), outputs[s]);
            }
        }
        for (int from = 0; from < together.size(); from += PointwisePlan.MOST_SETS) {
            List<Integer> some = together.subList(from, Math.min(together.size(), from + PointwisePlan.MOST_SETS));
            if (some.size() == 1) {
                int s = some.getFirst();
                mapOne(program, inputs[s], outputs[s][0].shape(), outputs[s]);
            } else {
                SideBySide.run(stream, program, inputs, outputs, some, this::place, this::written);
            }
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
        changing(output);
        Reduce.run(stream, reduction, program, dtype, inputs(inputs), shape, keptDims, region(output));
        placed(reduction, shape, keptDims, output);
        return true;
    }

    @Override
    public synchronized void scan(Reduction reduction, Tensor input, Tensor output) {
        changing(output);
        Scan.run(stream, reduction, input(input), region(output));
    }

    @Override
    public synchronized void take(Tensor source, Tensor rows, Tensor output) {
        changing(output);
        Rows.take(stream, input(source), input(rows), region(output));
        KnownInts.follow(source, output, recorded());
    }

    @Override
    public synchronized void put(Tensor target, Tensor rows, Tensor source, boolean add) {
        changing(target);
        Rows.put(stream, region(target), input(rows), input(source), add);
    }

    @Override
    public synchronized void gemm(Tensor left, Tensor right, Tensor output) {
        changing(output);
        products.run(left, input(left), right, input(right), region(output));
    }

    /** Copies every tensor to the one of its shape and dtype beside it, in few launches that are no part of a loop's turn. */
    void copyEach(List<Tensor> from, List<Tensor> to) {
        Map<DType, List<Integer>> byDType = new EnumMap<>(DType.class);
        for (int i = 0; i < from.size(); i++) {
            byDType.computeIfAbsent(to.get(i).dtype(), dtype -> new ArrayList<>())
                    .add(i);
        }
        boolean before = apart;
        apart = true;
        try {
            byDType.forEach((dtype, some) -> mapAll(
                    Program.of(dtype.lane(), Expr.input(0)),
                    some.stream().map(i -> new Tensor[] {from.get(i)}).toArray(Tensor[][]::new),
                    some.stream().map(i -> new Tensor[] {to.get(i)}).toArray(Tensor[][]::new)));
        } finally {
            apart = before;
        }
    }

    /** The elements of these tensors are about to change. */
    private void changing(Tensor... outputs) {
        for (Tensor output : outputs) {
            changing(output.buffer());
        }
    }

    private void changing(Buffer buffer) {
        DeviceBuffer own = (DeviceBuffer) buffer;
        products.forget(own);
        own.bounds(null);
        Tape recording = recorded();
        if (recording != null) {
            recording.writes(own);
        }
    }

    /** The recording under way; null where work runs as usual, watched or not. */
    private @Nullable Tape recorded() {
        Tape now = tape;
        return now != null && now.records() ? now : null;
    }

    @Override
    public synchronized boolean isKnownWithin(Tensor t, int n) {
        return t.elements() == 0 || t.device() == this && ints.areWithin((DeviceBuffer) t.buffer(), n, recorded());
    }

    @Override
    public synchronized boolean product(Tensor left, Tensor right, Tensor bias, Tensor output) {
        return products.run(
                input(left.window(left.view().insert(0))),
                input(right.window(right.view().insert(0))),
                input(bias),
                region(output.window(output.view().insert(0))));
    }

    @Override
    public boolean runsRows(int rows, int n) {
        return RowPlan.fits(rows, n);
    }

    @Override
    public synchronized void rows(RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        changing(outputs);
        RowPlan.run(stream, program, inputs(inputs), regions(outputs), shape.size(0), shape.size(1));
    }

    private List<Region> inputs(Tensor[] tensors) {
        List<Region> regions = new ArrayList<>(tensors.length);
        for (Tensor t : tensors) {
            regions.add(input(t));
        }
        return regions;
    }

    private List<Region> regions(Tensor[] tensors) {
        List<Region> regions = new ArrayList<>(tensors.length);
        for (Tensor t : tensors) {
            regions.add(region(t));
        }
        return regions;
    }

    @Override
    public synchronized void sort(Tensor input, boolean descending, Tensor values, Tensor positions) {
        changing(values, positions);
        Sorting.run(stream, input(input), descending, region(values), region(positions));
        KnownInts.lie(positions, 0, input.size(input.rank() - 1) - 1L);
        KnownInts.follow(input, values, recorded());
    }

    @Override
    public synchronized void synchronize() {
        driver.synchronize();
    }

    /** Whether turns of loops may be replayed: unless {@code -Dtns.replay} or {@code TNS_REPLAY} is {@code off}. */
    public boolean replaysTurns() {
        return replaysTurns;
    }

    /** How many turns of loops that are over have been replayed. */
    public synchronized long turnsReplayed() {
        return replayed;
    }

    /** Bytes in tensors that may be alive. */
    public synchronized long bytesInTensors() {
        return memory.inBuffers();
    }

    /** Bytes taken from the driver, those kept for later included. */
    public synchronized long bytesHeld() {
        return memory.held();
    }

    @Override
    public String toString() {
        return name;
    }
}
