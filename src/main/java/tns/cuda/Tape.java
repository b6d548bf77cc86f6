package tns.cuda;

import java.util.ArrayList;
import java.util.Collection;
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
import tns.error.ErrorKind;
import tns.error.TnsException;
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
 * the value is copied back, so that the next run begins where this one ended. The numbers lie side by side, and one small
 * copy brings all of them.
 */
final class Tape implements Recording, Replay {
    private static final int MOST_NUMBERS = 1024;

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
    private final List<LongSupplier> numbers = new ArrayList<>();
    private final Set<Buffer> kept = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
    private final DeviceBuffer cells;
    private @Nullable TnsException refusal;
    private long graph;

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
        numbers.add(bits);
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
    public void changing(Param cell) {
        before.putIfAbsent(cell, cell.state());
    }

    @Override
    public void replacing(Holder holder) {
        Tensor now = holder.value();
        if (now.device() != device) {
            throw refused(new TnsException(
                    ErrorKind.DEVICE,
                    "compile: " + now.describe() + " changes on " + now.device().name()));
        }
        replaced.putIfAbsent(holder, now);
    }

    @Override
    public void keep(Tensor t) {
        if (records && t.buffer() instanceof DeviceBuffer buffer) {
            buffer.keep();
            kept.add(buffer);
        }
    }

    @Override
    public TnsException refused(TnsException reason) {
        refusal = reason;
        return reason;
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
            read.putIfAbsent(holder, held);
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
        List<Runnable> copies = new ArrayList<>();
        before.forEach((cell, start) -> {
            Param.State end = cell.state();
            Tensor grad = end.grad();
            if (start.gathers() && end.gathers() && start.grad() instanceof Tensor old && grad != null) {
                copies.add(moved(grad, old));
                grad = old;
            }
            copies.add(moved(end.value(), start.value()));
            after.put(cell, new Param.State(start.value(), grad, end.gradUsed()));
        });
        replaced.forEach((holder, start) -> copies.add(moved(holder.value(), start)));
        copies.forEach(Runnable::run);
    }

    private void addHome(Holder holder, Tensor start) {
        homes.add(new Home(holder::value, start, holder::set));
        if (holder instanceof Param cell) {
            boolean tracked = cell.requiresGrad();
            conditions.add(() -> cell.requiresGrad() == tracked);
        }
    }

    /** How to copy {@code from} to {@code to}; where it lies in some home, it is brought to safety now. */
    private Runnable moved(Tensor from, Tensor to) {
        if (from.isSameView(to)) {
            return () -> {};
        }
        Tensor source = from;
        if (homes.stream().anyMatch(home -> home.place.sharesMemory(from))) {
            source = Tensor.room(device, from.dtype(), from.shape());
            device.copy(from, source);
        }
        Tensor safe = source;
        return () -> device.copy(safe, to);
    }

    /** Brings home what holders have been given elsewhere since the last run. */
    private void bringIn() {
        List<Runnable> copies = new ArrayList<>();
        for (Home home : homes) {
            Tensor now = home.holds.get();
            if (now != null && !now.isSameView(home.place)) {
                now.settled();
                copies.add(moved(now, home.place));
                copies.add(() -> home.settle.accept(home.place));
            }
        }
        copies.forEach(Runnable::run);
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
    }

    @Override
    public boolean run() {
        List<Runnable> back = new ArrayList<>(actions.size());
        for (Action action : actions) {
            back.add(action.run());
        }
        if (!allFit()) {
            back.reversed().forEach(Runnable::run);
            return false;
        }
        synchronized (device) {
            bringIn();
            Driver driver = device.driver();
            int count = numbers.size();
            if (count > 0) {
                long[] values = new long[count];
                for (int i = 0; i < count; i++) {
                    values[i] = numbers.get(i).getAsLong();
                }
                driver.write(cells.address(), values, 0, count);
            }
            driver.replay(graph);
        }
        after.forEach(Param::restore);
        return true;
    }
}
