package tns.cpu;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.expr.Program;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Holder;
import tns.tensor.Observer;
import tns.tensor.Param;
import tns.tensor.Repetition;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;
import tns.tensor.Work;

/**
 * The calls of a few small computations, kept with their operands to be made again.
 *
 * <p>All that is made meanwhile stays where it is, and each run writes it anew. A parameter is read where it lay at the
 * beginning: before a run what it holds now, which the run before has computed elsewhere, is copied there. So what a run
 * has computed, its graph included, is as if it had been computed as usual, up to the next run; and that there is none
 * when somebody else has come to see some of it is seen by how tensors count who holds them.
 */
final class HostRepetition implements Repetition, Observer {
    /** Elements of a tensor made meanwhile: computations on larger ones take so long that the way to them does not count. */
    private static final int MOST_ELEMENTS = 1 << 13;

    private static final int MOST_CALLS = 4096;

    /** Bytes of all of them. */
    private static final long MOST_BYTES = 4L << 20;

    private final ObservedCpu device;
    private final List<Runnable> calls = new ArrayList<>();
    private final Map<Buffer, HostBuffer> own = new IdentityHashMap<>();
    private final Map<Param, Start> params = new IdentityHashMap<>();
    private final List<Action> actions = new ArrayList<>();
    private final List<BooleanSupplier> conditions = new ArrayList<>();
    private final List<Input> inputs = new ArrayList<>();
    private final List<Fresh> numbers = new ArrayList<>();
    private final List<Tensor> results = new ArrayList<>();
    private final List<Seen> seen = new ArrayList<>();
    private final List<End> ends = new ArrayList<>();
    private long bytes;
    /** Whether what is done at the moment is no part of the work. */
    private boolean apart;

    private @Nullable String refusal;
    private boolean mayPass = true;

    /** What a parameter held at first, and whether it was given something else since. */
    private static final class Start {
        private final Tensor value;
        /** Whether somebody may have held the value before. */
        private final boolean escaped;

        private boolean changes;
        /** Whether the gradient that it held at first was looked at: that one or none. */
        private boolean gradRead;

        private @Nullable Tensor grad;
        private final boolean gradUsed;
        private boolean gradReplaced;

        Start(Tensor value, boolean gradUsed) {
            this.value = value;
            this.gradUsed = gradUsed;
            this.escaped = value.isEscaped();
        }
    }

    /** What a parameter holds after each run, and where the next one reads its value. */
    private record End(Param param, Param.State state, Tensor start) {
        boolean isHeld() {
            return holds(param, state);
        }

        /** Copies what it holds to where a run reads it. */
        @SuppressWarnings("SuspiciousSystemArraycopy") // arrays of one dtype
        void bring() {
            Tensor now = state.value();
            if (now == start) {
                return;
            }
            System.arraycopy(
                    HostBuffer.array(now),
                    now.view().offset(),
                    HostBuffer.array(start),
                    start.view().offset(),
                    start.elements());
        }
    }

    /** A tensor that is another one at each run, and where a run reads it. */
    private static final class Input {
        private final Tensor place;
        private final Supplier<@Nullable Object> present;
        private final Program copy;
        private @Nullable Tensor trial;

        Input(Tensor place, Supplier<@Nullable Object> present) {
            this.place = place;
            this.present = present;
            this.copy = Program.of(place.dtype().lane(), Expr.input(0));
        }

        /** What it is now; null where that is of another kind. */
        @Nullable
        Tensor now() {
            return present.get() instanceof Tensor t
                            && t.origin() == null
                            && t.device() == place.device()
                            && t.dtype() == place.dtype()
                            && t.shape().equals(place.shape())
                    ? t
                    : null;
        }

        void bring(Tensor now) {
            bring(now, place);
        }

        private void bring(Tensor now, Tensor to) {
            now.device().map(copy, new Tensor[] {now}, to.shape(), new Tensor[] {to});
        }

        /** The part of {@code now} that {@code part} is of the place, which is left as it is: there may be no run. */
        Tensor tried(Tensor now, View part) {
            Tensor known = trial;
            Tensor to = known == null ? Tensor.room(place.device(), place.dtype(), place.shape()) : known;
            trial = to;
            bring(now, to);
            return to.window(part);
        }
    }

    /** A number that each run asks for, when the actions before it have been done. */
    private static final class Fresh {
        private final HostBuffer place;
        private final DoubleSupplier value;
        private final int after;
        private double next;

        Fresh(HostBuffer place, DoubleSupplier value, int after) {
            this.place = place;
            this.value = value;
            this.after = after;
        }
    }

    /** Something of a run that a variable or a parameter holds then, and how many of them do. */
    private record Seen(Tensor tensor, int holders, boolean escaped) {
        boolean isAsBefore() {
            return !tensor.isEscaped() && tensor.holders() <= holders;
        }

        /** The graph of the last run goes on holding it. */
        void leave() {
            if (escaped) {
                tensor.share();
            }
        }
    }

    HostRepetition(ObservedCpu device) {
        this.device = device;
    }

    /** A buffer was made. */
    void owns(HostBuffer buffer) {
        if (refusal != null) {
            return;
        }
        bytes += (long) buffer.size() * buffer.dtype().bytes();
        if (buffer.size() > MOST_ELEMENTS || bytes > MOST_BYTES) {
            refuse("its tensors are large");
        } else {
            own.put(buffer, buffer);
        }
    }

    /** A buffer of zeros was made: each run clears it. */
    void ownsZeros(HostBuffer buffer) {
        owns(buffer);
        did(buffer::clear);
    }

    /** Numbers are looked at on the host, which may decide anything. */
    void looked() {
        if (!apart) {
            refuse("it looks at numbers");
        }
    }

    @Override
    public void check(Tensor looked, Runnable look, Predicate<Tensor> allowed) {
        Input input = null;
        for (Input each : inputs) {
            input = each.place.sharesMemory(looked) ? each : input;
        }
        Input given = input;
        if (given != null) {
            conditions.add(() -> given.now() instanceof Tensor now && allowed.test(given.tried(now, looked.view())));
        } else if (own.containsKey(looked.buffer())) {
            refuse("it looks at numbers"); // which are not there yet when the next run begins
        } else {
            conditions.add(() -> allowed.test(looked));
        }
        apart(look);
    }

    private void apart(Runnable work) {
        apart = true;
        try {
            work.run();
        } finally {
            apart = false;
        }
    }

    @Override
    public Tensor input(Tensor first, Supplier<@Nullable Object> present) {
        Input input = new Input(Tensor.room(device, first.dtype(), first.shape()), present);
        apart(() -> input.bring(first));
        inputs.add(input);
        results.add(input.place);
        return input.place;
    }

    @Override
    public boolean seesIf(BooleanSupplier verb, Supplier<Work> work) {
        boolean done = verb.getAsBoolean();
        if (done) {
            did(() -> again(verb));
        }
        return done;
    }

    private static void again(BooleanSupplier verb) {
        if (!verb.getAsBoolean()) {
            throw new IllegalStateException("what has been done once is turned down");
        }
    }

    @Override
    public void sees(Runnable verb, Supplier<Work> work) {
        verb.run(); // first: what its operands wait for is computed meanwhile, and comes before it
        did(verb);
    }

    @Override
    public void refuse(String why) {
        mayPass = false;
        miss(why);
    }

    private void miss(String why) {
        if (refusal == null) {
            refusal = why;
            calls.clear(); // what they hold is the collector's again
            own.clear();
        }
    }

    /** This was done, and is to be done again. */
    void did(Runnable call) {
        if (apart || refusal != null) {
            return;
        }
        calls.add(call);
        if (calls.size() > MOST_CALLS) {
            refuse("it is long");
        }
    }

    @Override
    public boolean mayPass() {
        return mayPass;
    }

    @Override
    public @Nullable String refusal() {
        return refusal;
    }

    @Override
    public void refused(TnsException reason) {
        refuse(String.valueOf(reason.getMessage()));
    }

    @Override
    public boolean records() {
        return false;
    }

    @Override
    public Tensor number(DType dtype, DoubleSupplier value) {
        Tensor number = Tensor.scalar(device, dtype, value.getAsDouble());
        numbers.add(new Fresh((HostBuffer) number.buffer(), value, actions.size()));
        return Tensor.of(number.buffer(), Shape.SCALAR).share();
    }

    @Override
    public void eachRun(Action action, Runnable undoPresent) {
        actions.add(action);
    }

    @Override
    public void onlyWhile(BooleanSupplier condition) {
        conditions.add(condition);
    }

    @Override
    public Tensor over(Tensor value) {
        return Tensor.room(device, value.dtype(), value.shape());
    }

    @Override
    public void reading(Holder holder, Tensor held) {
        if (holder instanceof Param param) {
            start(param, held);
        } else {
            conditions.add(() -> holder.value().isSameView(held));
        }
    }

    private Start start(Param param, Tensor held) {
        Start known = params.get(param);
        if (known == null) {
            known = new Start(held, param.gradUsed());
            params.put(param, known);
        }
        return known;
    }

    @Override
    public void changing(Param param) {
        start(param, param.look()).changes = true;
    }

    @Override
    public void readingGrad(Param param, @Nullable Tensor grad) {
        Start start = start(param, param.look());
        if (!start.gradReplaced && !start.gradRead) {
            start.gradRead = true;
            start.grad = grad;
        }
    }

    @Override
    public void replacingGrad(Param param) {
        start(param, param.look()).gradReplaced = true;
    }

    @Override
    public void replacing(Holder holder) {
        refuse("it changes what a layer or an optimizer keeps");
    }

    @Override
    public void keep(Tensor t) {}

    @Override
    @SuppressWarnings("SuspiciousSystemArraycopy") // arrays of one dtype
    public Tensor drawn(DType dtype, Shape shape, Supplier<Object> draw) {
        Tensor drawn = Tensor.upload(device, dtype, shape, draw.get());
        Object place = HostBuffer.array(drawn);
        did(() -> System.arraycopy(draw.get(), 0, place, 0, shape.elements()));
        return drawn;
    }

    @Override
    public void shows(Tensor result) {
        results.add(result);
    }

    @Override
    public void finish() {
        device.watched();
        params.forEach(this::conclude);
        if (refusal == null) {
            own.values().forEach(buffer -> buffer.keep(true));
            results.forEach(this::see);
        }
    }

    /** Finds out what a parameter holds after a run, and whether that leads on to the next. */
    private void conclude(Param param, Start start) {
        Tensor value = param.look();
        Tensor grad = param.lookAtGrad();
        Param.State state = new Param.State(value, grad, param.gradUsed());
        if (start.gradRead && grad != start.grad || state.gradUsed() != start.gradUsed) {
            miss("a turn reads the gradient of the one before");
        }
        if (!start.changes) {
            conditions.add(() -> holds(param, state));
            return;
        }
        if (value != start.value) {
            requireMovable(value, start);
            results.add(value);
        }
        if (grad != null) {
            results.add(grad);
        }
        ends.add(new End(param, state, start.value));
    }

    /** A run reads the value where it lay at first, and writes over that. */
    private void requireMovable(Tensor value, Start start) {
        Tensor first = start.value;
        boolean alike = value.dtype() == first.dtype() && value.shape().equals(first.shape());
        if (start.escaped) {
            miss("somebody else may hold what a parameter holds");
        } else if (!alike || !own.containsKey(value.buffer()) || !value.isContiguous() || !first.isContiguous()) {
            miss("a parameter is given what is not computed");
        } else {
            ((HostBuffer) first.buffer()).keep(true);
        }
    }

    private static boolean holds(Param param, Param.State state) {
        return param.look() == state.value()
                && param.lookAtGrad() == state.grad()
                && param.gradUsed() == state.gradUsed();
    }

    /** Nobody but those who hold it now and the graph of this run knows it. */
    private void see(Tensor t) {
        if (own.containsKey(t.buffer())) {
            seen.add(new Seen(t, t.holders(), t.isEscaped()));
            t.takeOver();
        }
    }

    @Override
    public boolean run() {
        if (!isUndisturbed()) {
            return false;
        }
        List<Runnable> back = act();
        for (int i = 0; i < conditions.size(); i++) {
            if (!conditions.get(i).getAsBoolean()) {
                back.reversed().forEach(Runnable::run);
                return false;
            }
        }
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            if (input.now() instanceof Tensor now) {
                input.bring(now);
            }
        }
        for (int i = 0; i < numbers.size(); i++) {
            numbers.get(i).place.store(0, numbers.get(i).next);
        }
        for (int i = 0; i < ends.size(); i++) {
            ends.get(i).bring();
        }
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).run();
        }
        return true;
    }

    /** What the host does for a run, and the numbers that come of it; the results undo it. */
    private List<Runnable> act() {
        List<Runnable> back = new ArrayList<>(actions.size());
        int next = 0;
        for (int i = 0; i <= actions.size(); i++) {
            for (; next < numbers.size() && numbers.get(next).after == i; next++) {
                numbers.get(next).next = numbers.get(next).value.getAsDouble();
            }
            if (i < actions.size()) {
                back.add(actions.get(i).run());
            }
        }
        return back;
    }

    private boolean isUndisturbed() {
        for (int i = 0; i < seen.size(); i++) {
            if (!seen.get(i).isAsBefore()) {
                return false;
            }
        }
        for (int i = 0; i < ends.size(); i++) {
            if (!ends.get(i).isHeld()) {
                return false;
            }
        }
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).now() == null) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void end() {
        seen.forEach(Seen::leave);
        own.values().forEach(buffer -> buffer.keep(false));
    }
}
