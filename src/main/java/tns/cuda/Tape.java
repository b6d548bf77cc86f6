package tns.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.Driver;
import tns.cuda.ptx.AdvanceKernel;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.expr.Program;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Generator;
import tns.tensor.Holder;
import tns.tensor.Param;
import tns.tensor.Recording;
import tns.tensor.Replay;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Work of a device recorded once and run often: what it uses, which parameters it changes, and which numbers the host
 * gives it.
 *
 * <p>The recorded kernels read a parameter where it lies at the beginning and write its next value elsewhere; at the end
 * the value is copied back, so that the next run begins where this one ended. The host's numbers lie side by side in rows,
 * one for each run: those of many runs are foreseen and sent together, and sent anew when they turn out otherwise.
 */
final class Tape implements Recording, Replay {
    private static final int MOST_NUMBERS = 256;

    /** Runs whose numbers are sent together: as many as fit a copy that need not wait for queued work (64 KiB). */
    private static final int ROWS = 31;

    private final CudaDevice device;
    private final boolean records;
    private final Map<Param, Param.State> before = new LinkedHashMap<>();
    private final Map<Param, Param.State> after = new LinkedHashMap<>();
    private final Map<Holder, Tensor> replaced = new LinkedHashMap<>();
    private final Map<Holder, Tensor> read = new LinkedHashMap<>();
    private final List<Home> homes = new ArrayList<>();
    private final List<Action> actions = new ArrayList<>();
    private final List<Runnable> undo = new ArrayList<>();
    private final List<BooleanSupplier> conditions = new ArrayList<>();
    private final List<Number> numbers = new ArrayList<>();
    private final Set<Buffer> kept = identities();
    /** Buffers of parameters over which the next values are written, and those that are gone by it. */
    private final Set<Buffer> written = identities();

    private final Set<Buffer> overwritten = identities();
    /** What the host has sent meanwhile, to where. */
    private final Map<DeviceBuffer, Object> sent = new IdentityHashMap<>();
    /** Buffers of ints that each run writes. */
    private final Set<DeviceBuffer> ints = Collections.newSetFromMap(new IdentityHashMap<>());

    private final DeviceBuffer cells;
    private final DeviceBuffer table;
    private @Nullable TnsException refusal;
    private long graph;
    /** The numbers foreseen for the runs to come, by row; and which row is next. */
    private long[][] foreseen = {};

    private int next;

    /** Bits that the host gives each run, when so many actions have been done: a later one may change them. */
    private record Number(LongSupplier bits, int after) {}

    /** Where recorded work finds what a holder holds; how another tensor gets there, or null when it cannot. */
    private record Home(Supplier<@Nullable Tensor> holds, Tensor place, Consumer<Tensor> settle) {
        boolean fits(Tensor now) {
            return now.device() == place.device()
                    && now.dtype() == place.dtype()
                    && now.shape().equals(place.shape());
        }
    }

    /** With {@code records} false, one that only watches what changes. */
    Tape(CudaDevice device, boolean records) {
        this.device = device;
        this.records = records;
        this.cells = (DeviceBuffer) device.room(DType.INT64, records ? MOST_NUMBERS : 0);
        this.table = (DeviceBuffer) device.room(DType.INT64, records ? 1 + ROWS * MOST_NUMBERS : 0);
    }

    private static Set<Buffer> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Queues what begins every run: the next numbers are put where the kernels look for them. */
    void begin(Stream stream) {
        stream.launch(new AdvanceKernel(MOST_NUMBERS), 1, table.address(), cells.address());
    }

    @Override
    public boolean records() {
        return records;
    }

    @Override
    public Tensor number(DType dtype, DoubleSupplier value) {
        if (!records) {
            return Tensor.scalar(device, dtype, value.getAsDouble());
        }
        long address = cell(() -> HostElements.bits(dtype, value.getAsDouble()));
        return Tensor.of(new DeviceBuffer(device, dtype, 1, address), Shape.SCALAR)
                .share();
    }

    /** The address of 8 bytes that hold the bits as they are at each run. */
    private long cell(LongSupplier bits) {
        if (numbers.size() == MOST_NUMBERS) {
            throw new TnsException(ErrorKind.DEVICE, "compile: more than " + MOST_NUMBERS + " changing numbers");
        }
        numbers.add(new Number(bits, actions.size()));
        return cells.address() + 8L * (numbers.size() - 1);
    }

    /** Where a draw finds the seed and the number of its call at each run; the present one is {@code call}. */
    long randomState(Generator generator, long call) {
        long[] now = {call};
        eachRun(
                () -> {
                    now[0] = generator.nextCall();
                    return generator::takeBackCall;
                },
                generator::takeBackCall);
        long address = cell(generator::seed);
        cell(() -> now[0]);
        return address;
    }

    /**
     * These numbers of the host lie in the buffer before the first run, and at every run: what is sent is decided once.
     *
     * @param array not to be written to any more
     */
    void sends(DeviceBuffer buffer, Object array) {
        sent.put(buffer, array);
    }

    /**
     * Each run writes to this buffer.
     *
     * @throws TnsException when it holds what the host has sent, which then would be gone at the next run
     */
    void writes(DeviceBuffer buffer) {
        if (sent.containsKey(buffer)) {
            refused(new TnsException(ErrorKind.DEVICE, "compile: numbers sent from the host change"));
        }
        if (buffer.dtype() == DType.INT64) {
            ints.add(buffer);
        }
    }

    /** Whether its ints, if it holds such, are written by each run. */
    boolean hasWritten(DeviceBuffer buffer) {
        return ints.contains(buffer);
    }

    @Override
    public void eachRun(Action action, Runnable undoPresent) {
        actions.add(action);
        undo.add(undoPresent);
    }

    @Override
    public void onlyWhile(BooleanSupplier condition) {
        conditions.add(condition);
    }

    @Override
    public Tensor over(Tensor value) {
        if (!value.isContiguous()) {
            return Tensor.room(device, value.dtype(), value.shape());
        }
        DeviceBuffer old = (DeviceBuffer) value.buffer();
        written.add(old);
        DeviceBuffer same = new DeviceBuffer(device, old.dtype(), old.size(), old.address());
        return Tensor.of(same, value.shape()).window(value.view());
    }

    @Override
    public void changing(Param cell) {
        before.putIfAbsent(cell, cell.state());
        Buffer present = cell.value().buffer();
        if (written.remove(present)) {
            overwritten.add(present);
        }
    }

    @Override
    public void replacing(Holder holder) {
        Tensor now = holder.value();
        if (now.device() != device) {
            refused(new TnsException(
                    ErrorKind.DEVICE,
                    "compile: " + now.describe() + " changes on " + now.device().name()));
        }
        replaced.putIfAbsent(holder, now);
    }

    @Override
    public void keep(Tensor t) {
        if (records && t.buffer() instanceof DeviceBuffer buffer) {
            if (overwritten.contains(buffer)) {
                refused(new TnsException(
                                ErrorKind.DEVICE,
                                "compile: what a parameter held before the optimizer's step is read after it")
                        .help("take the gradients of all losses before the first step()"));
            }
            buffer.keep();
            kept.add(buffer);
        }
    }

    @Override
    public void refused(TnsException reason) {
        if (records) {
            refusal = reason;
            throw reason;
        }
    }

    /** Throws what has been {@link #refused}. */
    void requireNoRefusal() {
        if (refusal != null) {
            throw refusal;
        }
    }

    /** The parameters and others that were read or changed. */
    Collection<Holder.Used> used() {
        List<Holder.Used> all = new ArrayList<>();
        before.forEach((cell, start) -> all.add(new Holder.Used(cell, true, start.gathers())));
        replaced.keySet().forEach(holder -> all.add(new Holder.Used(holder, true, false)));
        read.keySet().forEach(holder -> {
            if (!isChanged(holder)) {
                all.add(new Holder.Used(holder, false, false));
            }
        });
        return all;
    }

    private boolean isChanged(Holder holder) {
        return holder instanceof Param cell && before.containsKey(cell) || replaced.containsKey(holder);
    }

    @Override
    public void reading(Holder holder, Tensor held) {
        if (!isChanged(holder)) {
            read.putIfAbsent(holder, held.share());
        }
    }

    /** Makes everything be as it was before the recording began. */
    void undo() {
        before.forEach(Param::restore);
        replaced.forEach(Holder::set);
        undo.reversed().forEach(Runnable::run);
    }

    /** Copies what parameters and others hold at the end to where that was at the beginning. */
    void bringBack() {
        before.forEach((cell, start) -> {
            addHome(cell, start.value());
            Tensor grad = start.grad();
            if (start.gathers() && grad != null) {
                homes.add(new Home(cell::grad, grad, cell::grad));
            }
            conditions.add(() -> cell.gathers() == start.gathers());
        });
        replaced.forEach(this::addHome);
        read.forEach((holder, start) -> {
            if (!isChanged(holder)) {
                addHome(holder, start);
            }
        });
        Moves moves = new Moves();
        before.forEach((cell, start) -> {
            Param.State end = cell.state();
            Tensor grad = end.grad();
            if (start.gathers() && end.gathers() && start.grad() instanceof Tensor old && grad != null) {
                moves.add(grad, old);
                grad = old;
            }
            moves.add(end.value(), start.value());
            after.put(cell, new Param.State(start.value(), grad, end.gradUsed()));
        });
        replaced.forEach((holder, start) -> moves.add(holder.value(), start));
        moves.run();
    }

    private void addHome(Holder holder, Tensor start) {
        homes.add(new Home(holder::value, start, holder::set));
        if (holder instanceof Param cell) {
            boolean tracked = cell.requiresGrad();
            conditions.add(() -> cell.requiresGrad() == tracked);
        }
    }

    /** Copies from where values are to where the recording wants them, in one launch for each dtype. */
    private final class Moves {
        private final Map<DType, List<Tensor[]>> pairs = new EnumMap<>(DType.class);

        /** A value that lies in some home is brought to safety now: another copy may come before its own. */
        void add(Tensor from, Tensor to) {
            if (CudaDevice.address(from) == CudaDevice.address(to)
                    && from.view().equals(to.view())) {
                return;
            }
            Tensor source = from;
            if (homes.stream().anyMatch(home -> home.place.sharesMemory(from))) {
                source = Tensor.room(device, from.dtype(), from.shape());
                copy(from, source);
            }
            pairs.computeIfAbsent(to.dtype(), dtype -> new ArrayList<>()).add(new Tensor[] {source, to});
        }

        private void copy(Tensor from, Tensor to) {
            device.map(program(from.dtype()), new Tensor[] {from}, to.shape(), new Tensor[] {to});
        }

        private Program program(DType dtype) {
            return Program.of(dtype.lane(), Expr.input(0));
        }

        void run() {
            pairs.forEach((dtype, all) -> {
                Tensor[][] from =
                        all.stream().map(pair -> new Tensor[] {pair[0]}).toArray(Tensor[][]::new);
                Tensor[][] to = all.stream().map(pair -> new Tensor[] {pair[1]}).toArray(Tensor[][]::new);
                device.mapEach(program(dtype), from, to);
            });
        }
    }

    /** Brings home what holders have been given elsewhere since the last run. */
    private void bringIn() {
        Moves moves = new Moves();
        List<Home> moved = new ArrayList<>();
        for (Home home : homes) {
            Tensor now = home.holds.get();
            if (now != null && !now.isSameView(home.place)) {
                moves.add(now.settled(), home.place);
                moved.add(home);
            }
        }
        if (!moved.isEmpty()) {
            moves.run();
            moved.forEach(home -> home.settle.accept(home.place));
        }
    }

    private boolean allFit() {
        return homes.stream().allMatch(home -> home.holds.get() instanceof Tensor now && home.fits(now))
                && conditions.stream().allMatch(BooleanSupplier::getAsBoolean);
    }

    /** Takes what the driver has recorded; {@code buffers} were made for it. */
    void finish(long recorded, List<DeviceBuffer> buffers) {
        graph = recorded;
        kept.addAll(buffers);
        kept.add(cells);
        kept.add(table);
        sent.forEach((buffer, array) -> device.driver().write(buffer.address(), array, 0, buffer.size()));
        sent.clear();
    }

    @Override
    public boolean run() {
        long[] now = new long[numbers.size()];
        List<Runnable> back = act(now);
        if (!allFit()) {
            back.reversed().forEach(Runnable::run);
            return false;
        }
        synchronized (device) {
            bringIn();
            Driver driver = device.driver();
            if (next == foreseen.length || !Arrays.equals(now, foreseen[next])) {
                foresee(now);
                driver.write(table.address(), rows(), 0, 1 + foreseen.length * MOST_NUMBERS);
            }
            next++;
            driver.replay(graph);
            ints.forEach(buffer -> buffer.bounds(null));
        }
        after.forEach(Param::restore);
        return true;
    }

    /** Does what the host does for a run, and puts the numbers that come of it into {@code values}; the results undo it. */
    private List<Runnable> act(long[] values) {
        List<Runnable> back = new ArrayList<>(actions.size());
        int next = 0;
        for (int i = 0; i <= actions.size(); i++) {
            for (; next < values.length && numbers.get(next).after == i; next++) {
                values[next] = numbers.get(next).bits.getAsLong();
            }
            if (i < actions.size()) {
                back.add(actions.get(i).run());
            }
        }
        return back;
    }

    /**
     * What the numbers will be at this run and the next ones, if nobody changes a setting meanwhile: the host's part of
     * those runs is done and undone.
     */
    private void foresee(long[] now) {
        foreseen = new long[ROWS][];
        foreseen[0] = now;
        next = 0;
        List<Runnable> back = new ArrayList<>();
        for (int row = 1; row < ROWS; row++) {
            foreseen[row] = new long[numbers.size()];
            back.addAll(act(foreseen[row]));
        }
        back.reversed().forEach(Runnable::run);
    }

    /** The table as it is sent: no row taken yet, and the rows. */
    private long[] rows() {
        long[] all = new long[1 + foreseen.length * MOST_NUMBERS];
        for (int row = 0; row < foreseen.length; row++) {
            System.arraycopy(foreseen[row], 0, all, 1 + row * MOST_NUMBERS, foreseen[row].length);
        }
        return all;
    }
}
