package tns.cuda;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.DriverException;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Tensor;
import tns.tensor.Turns;

/**
 * The turns of one loop, recorded once they repeat themselves.
 *
 * <p>The program is run as usual at every turn, whatever it does beside: it prints, counts, appends, branches on what it
 * has read. The first turn is let be, two are looked at, the next is recorded as it is done; from then on the calls that
 * the program makes are compared with the recorded ones, and where all are the same they are queued by one launch. A turn
 * that makes another call is done call by call from there, and turns are looked at anew.
 *
 * <p>The other way, to leave the host's part of a turn out, would need a proof that it does nothing else: that neither it
 * nor any function it calls prints, appends, sets a field or asks a value that something else changes. Little of what
 * people write would pass, as most loops print now and then, and the host's part of a step is small: the tutorial's takes
 * 4 µs with all of its arithmetic on the CPU (AMD EPYC, one core, 2026-11-26), while launching its kernels one by one makes
 * a step of 95 µs on an H200. Functions of which more is known are {@link tns.tensor.Device#record}'s.
 */
final class LoopTurns implements Turns, WatchedDriver.Watch, DeviceMemory.Watch {
    /** Turns of fewer calls are left to the loop around. */
    private static final int LEAST_CALLS = 4;

    private static final int MOST_CALLS = 10_000;

    /**
     * What the launches of a turn work on at most, one with another: with more, launching is a small part of a turn, and what
     * it made takes long to move. A launch costs the host 3 to 5 µs, in which an H200 moves 16 MiB.
     */
    private static final long MOST_BYTES_A_CALL = 4L << 20;

    /** Turns that work on no more are worth it whatever their launches. */
    private static final long LITTLE = 64L << 20;

    /** Up to here an input that lies elsewhere at each turn, such as rows of a data set, is copied to one place. */
    private static final long MOST_MOVING_BYTES = 16L << 20;

    /** How often turns may differ before the loop is given up; {@link #FORGIVEN} replayed ones wipe it out. */
    private static final int MOST_FAILURES = 6;

    private static final int FORGIVEN = 16;

    private enum State {
        /** The first turn is not like the others: it makes what they use. */
        FIRST,
        LOOKING,
        RECORDING,
        REPLAYING,
        GIVEN_UP
    }

    private final CudaDevice device;
    private final WatchedDriver driver;
    private final DeviceMemory memory;
    private final Consumer<String> notes;
    private final Consumer<LoopTurns> over;
    private final Thread thread = Thread.currentThread();
    private State state = State.FIRST;
    /** The turn looked at or recorded, and the one before it; null where there is none. */
    private @Nullable TurnLog log;

    private @Nullable TurnLog before;
    private @Nullable TurnReplay replay;
    private @Nullable DeviceBuffer cells;
    private int filled;
    /** Which numbers of the host change from turn to turn, and which inputs lie elsewhere. */
    private final BitSet varied = new BitSet();

    private final BitSet moves = new BitSet();
    private Map<Integer, DeviceBuffer> moving = Map.of();
    private int failures;
    private int told;
    private int goodInARow;
    private long replayed;
    private String reason = "";

    /** @param over told when the loop is */
    LoopTurns(
            CudaDevice device,
            WatchedDriver driver,
            DeviceMemory memory,
            Consumer<String> notes,
            Consumer<LoopTurns> over) {
        this.over = over;
        this.device = device;
        this.driver = driver;
        this.memory = memory;
        this.notes = notes;
    }

    /** Whether another loop must not be looked at meanwhile. */
    boolean isBusy() {
        return state == State.RECORDING || state == State.REPLAYING;
    }

    /** Whether the present turn is looked at, recorded or compared. */
    boolean isLooking() {
        return log != null || current() != null;
    }

    boolean isGivenUp() {
        return state == State.GIVEN_UP;
    }

    /** How many turns have been replayed. */
    long replayed() {
        return replayed;
    }

    Thread thread() {
        return thread;
    }

    /** What has been seen of this turn is not all of it: another loop was looked at meanwhile. */
    void disturbed() {
        log = null;
        before = null;
        watch(false);
    }

    private void watch(boolean on) {
        driver.watch(on ? this : null);
        memory.watch(on ? this : null);
    }

    @Override
    public void next() {
        synchronized (device) {
            switch (state) {
                case FIRST -> state = State.LOOKING; // the next turn is the first to be looked at
                case LOOKING -> look();
                case RECORDING -> record();
                case REPLAYING -> again();
                case GIVEN_UP -> {}
            }
        }
    }

    @Override
    public void end() {
        synchronized (device) {
            try {
                leave();
            } finally {
                watch(false);
                over.accept(this);
                state = State.GIVEN_UP;
            }
        }
    }

    private void leave() {
        switch (state) {
            case RECORDING -> memory.handOutAgain();
            case REPLAYING -> forget();
            default -> {}
        }
    }

    /** A turn that was looked at is over: compares it with the one before. */
    private void look() {
        TurnLog turn = log;
        TurnLog earlier = before;
        if (turn != null && turn.calls.isEmpty()) {
            return; // it asked for nothing: the next one takes its place
        }
        if (turn != null && turn.calls.size() < LEAST_CALLS) {
            giveUp("");
            return;
        }
        if (turn != null && earlier != null) {
            // What one of them does more at its end, as to print now and then, is no part of a recording.
            int common = Math.min(turn.calls.size(), earlier.calls.size());
            TurnLog one = earlier.first(common);
            TurnLog other = turn.first(common);
            String difference = one.differenceTo(other);
            if (difference == null && !one.isAlike(other)) {
                difference = "a turn does other work than another";
            }
            if (difference == null && turn.bytes() > Math.max(LITTLE, MOST_BYTES_A_CALL * common)) {
                giveUp("a turn works on " + (turn.bytes() >> 20) + " MiB, so that launches are a small part of it");
                return;
            }
            if (difference == null) {
                startRecording(one, other);
                return;
            }
            if (fails(difference)) {
                return;
            }
        }
        lookOn(turn);
    }

    /** The turn that begins is looked at, to be compared with {@code earlier}. */
    private void lookOn(@Nullable TurnLog earlier) {
        before = earlier;
        log = new TurnLog();
        watch(true);
    }

    private void startRecording(TurnLog earlier, TurnLog turn) {
        int cellCount = 2 * turn.draws;
        for (int i = 0; i < turn.numbers.size(); i++) {
            if (!turn.numbers.get(i).equals(earlier.numbers.get(i))) {
                varied.set(i);
            }
            cellCount += varied.get(i) ? 1 : 0;
        }
        moving = new HashMap<>();
        watch(false);
        for (int i = 0; i < turn.inputs.size(); i++) {
            TurnLog.Input own = turn.inputs.get(i);
            TurnLog.Input other = earlier.inputs.get(i);
            boolean elsewhere = own.address() != other.address() && !turn.isMadeHereOr(earlier, own.address());
            if (elsewhere && own.hasSizeOf(other)) {
                moves.set(i);
            }
            if (moves.get(i) && (long) own.elements() * own.dtype().bytes() <= MOST_MOVING_BYTES) {
                moving.put(i, memory.buffer(own.dtype(), own.elements()));
            }
        }
        cells = memory.buffer(DType.INT64, cellCount);
        filled = 0;
        before = turn;
        log = new TurnLog();
        state = State.RECORDING;
        memory.keepAll();
        watch(true);
    }

    /** The turn that is recorded is over. */
    private void record() {
        TurnLog earlier = before;
        TurnLog whole = log;
        DeviceBuffer own = cells;
        if (earlier == null || whole == null || own == null) {
            throw new IllegalStateException("nothing has been recorded");
        }
        if (whole.calls.isEmpty()) {
            return;
        }
        watch(false);
        TurnLog turn = whole.first(Math.min(whole.calls.size(), earlier.calls.size()));
        String difference = earlier.differenceTo(turn);
        if (difference == null
                && turn.living.values().stream()
                        .anyMatch(i -> turn.pieces.get(i).occupant() == null)) {
            difference = "it keeps temporary memory";
        }
        try {
            if (difference == null) {
                replay = new TurnReplay(device, driver, memory, earlier, turn, varied, own, moving);
            }
        } catch (DriverException e) {
            difference = String.valueOf(e.getMessage());
            failures = MOST_FAILURES;
        } finally {
            memory.handOutAgain();
        }
        log = null;
        before = null;
        TurnReplay made = replay;
        if (made == null) {
            state = State.LOOKING;
            if (!fails(difference == null ? reason : difference)) {
                lookOn(null);
            }
            return;
        }
        state = State.REPLAYING;
        notes.accept("turns of " + made.size() + " launches are replayed by " + made.launches());
        begin(made);
    }

    private void begin(TurnReplay made) {
        try {
            made.begin();
            memory.keepAll();
            watch(true);
        } catch (TnsException full) {
            forget();
            giveUp("there is no memory for it");
        }
    }

    /** A turn that could be replayed is over. */
    private void again() {
        TurnReplay made = replay;
        if (made != null && made.isFresh()) {
            return;
        }
        if (made == null || !made.isComplete()) {
            miss("a turn does less than the one before");
            if (state == State.LOOKING) {
                lookOn(null);
            }
            return;
        }
        watch(false);
        memory.handOutAgain();
        replayed++;
        if (++goodInARow == FORGIVEN) {
            failures = 0;
        }
        begin(made);
    }

    /** This turn is not like the recorded one: what was put off is done, and turns are looked at anew. */
    private void miss(String difference) {
        forget();
        state = State.LOOKING;
        log = null;
        before = null;
        goodInARow = 0;
        fails(difference);
    }

    /** Queues what was put off, and forgets the recording. */
    private void forget() {
        watch(false);
        TurnReplay made = replay;
        replay = null;
        if (made != null) {
            made.queueAll();
            made.end();
            memory.handOutAgain();
        }
    }

    /** Notes a failure; whether it is the one too many. */
    private boolean fails(String difference) {
        reason = difference;
        if (++failures < MOST_FAILURES) {
            if (++told < MOST_FAILURES) {
                notes.accept("a turn is not like the one before: " + difference);
            }
            return false;
        }
        giveUp(difference);
        return true;
    }

    /** Looks at no more turns. */
    void giveUp(String why) {
        if (state == State.GIVEN_UP) {
            return;
        }
        if (state == State.RECORDING) {
            memory.handOutAgain();
        } else if (state == State.REPLAYING) {
            forget();
        }
        watch(false);
        log = null;
        before = null;
        state = State.GIVEN_UP;
        if (!why.isEmpty()) {
            notes.accept("turns are not replayed: " + why);
        }
    }

    private @Nullable TurnReplay current() {
        TurnReplay made = replay;
        return made == null || made.isComplete() ? null : made;
    }

    @Override
    public boolean puts(Call call) {
        TurnReplay made = current();
        if (made != null) {
            boolean same = made.puts(call);
            if (!same) {
                miss(made.difference(call));
            } else if (made.isComplete()) {
                memory.handOutAgain();
            }
            return same;
        }
        TurnLog present = log;
        if (present != null) {
            present.called(call);
            if (present.calls.size() > MOST_CALLS) {
                giveUp("a turn makes more than " + MOST_CALLS + " launches");
            }
        }
        return false;
    }

    @Override
    public void queueAll() {
        TurnReplay made = current();
        if (made != null) {
            made.queueAll();
        } else if (log != null) {
            log.cut();
        }
    }

    @Override
    public void sends(long address) {
        TurnReplay made = current();
        if (made != null) {
            made.sends(address);
        }
    }

    @Override
    public void replays() {
        giveUp("they replay a compiled function");
    }

    @Override
    public long place(long bytes) {
        TurnReplay made = current();
        if (made == null) {
            return 0;
        }
        long address = made.place(bytes);
        if (address == 0) {
            miss("its tensors have other shapes than in the turn before");
        }
        return address;
    }

    @Override
    public void placed(DeviceBuffer buffer) {
        if (replay != null) {
            replay.placed(buffer);
        }
    }

    @Override
    public void taken(long address, long bytes, @Nullable DeviceBuffer buffer) {
        if (log != null) {
            log.taken(address, bytes, buffer);
        }
    }

    @Override
    public void givenBack(long address) {
        if (log != null) {
            log.givenBack(address);
        }
    }

    @Override
    public void full() {
        giveUp("the memory of the device is full");
    }

    /** A kernel is to read a tensor: where its elements are to be copied before, null where they are read where they lie. */
    @Nullable
    DeviceBuffer input(Tensor t) {
        TurnReplay made = current();
        if (made != null) {
            return made.input(t);
        }
        TurnLog present = log;
        if (present == null) {
            return null;
        }
        int n = present.inputs.size();
        long address = ((DeviceBuffer) t.buffer()).address()
                + (long) t.view().offset() * t.dtype().bytes();
        present.inputs.add(new TurnLog.Input(address, t.dtype(), t.elements()));
        DeviceBuffer copy = state == State.RECORDING ? moving.get(n) : null;
        return copy != null && copy.dtype() == t.dtype() && copy.size() == t.elements() ? copy : null;
    }

    /** The address at which a kernel is to read a number, which may change from turn to turn; 0 where it is given it. */
    long number(long bits) {
        TurnReplay made = current();
        if (made != null) {
            return found(made.number(bits), "a turn uses more numbers than the one before");
        }
        TurnLog present = log;
        if (present == null) {
            return 0;
        }
        present.numbers.add(bits);
        return state == State.RECORDING && varied.get(present.numbers.size() - 1) ? cell(bits) : 0;
    }

    /** The address of the seed and the number of a draw of random numbers; 0 where they are given. */
    long draw(long seed, long call) {
        TurnReplay made = current();
        if (made != null) {
            return found(made.draw(seed, call), "a turn draws more random numbers than the one before");
        }
        TurnLog present = log;
        if (present == null) {
            return 0;
        }
        present.draws++;
        if (state != State.RECORDING) {
            return 0;
        }
        long address = cell(seed);
        return address == 0 || cell(call) == 0 ? 0 : address;
    }

    private long found(long address, String otherwise) {
        if (address < 0) {
            miss(otherwise);
            return 0;
        }
        return address;
    }

    /** While a turn is recorded: the address of the next cell, which holds the number now; 0 when there is none left. */
    private long cell(long bits) {
        DeviceBuffer own = cells;
        if (own == null || filled == own.size()) {
            return 0;
        }
        long address = own.address() + 8L * filled++;
        driver.plain().write(address, new long[] {bits}, 0, 1);
        return address;
    }
}
