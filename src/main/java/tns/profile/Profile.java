package tns.profile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.error.Source;
import tns.error.Span;
import tns.tensor.Observer;
import tns.tensor.Work;

/**
 * Where time goes while a program runs, from now until it is closed. At any moment it goes to one line of the program
 * and to one op: those that began last and are not over.
 *
 * <p>A pointwise result that waits is computed where it is needed: its time is that of the line and the op that need it,
 * or of {@code (between ops)} where a name needs it and no op runs. Used by the one thread that runs the program.
 */
public final class Profile implements Observer, AutoCloseable {
    /** The op that runs while none does. */
    static final String INTERPRETER = "(interpreter)";

    /** The op of work that belongs to none: a name, a line or a loop needed it. */
    static final String BETWEEN = "(between ops)";

    /** A line of a source. */
    record Place(Source source, int line) {}

    /** What stands on a line, with its runs; a line runs as often as what runs most often on it. */
    private static final class Stop {
        private final Entry line;
        private long runs;

        Stop(Entry line) {
            this.line = line;
        }
    }

    /** What has begun and is not over. */
    private static final class Level {
        private final Entry line;
        private final Entry op;
        private final @Nullable Entry opened;
        private long own;

        Level(Entry line, Entry op, @Nullable Entry opened) {
            this.line = line;
            this.op = op;
            this.opened = opened;
        }
    }

    private final Map<Place, Entry> lines = new HashMap<>();
    private final Map<String, Entry> ops = new HashMap<>();
    private final Map<Object, Stop> stops = new IdentityHashMap<>();
    private final Entry interpreter = op(INTERPRETER);
    private final Entry elsewhere = new Entry("");
    private final List<Level> levels = new ArrayList<>();
    private final BooleanSupplier settle;
    private final Runnable end;
    private final long began = System.nanoTime();
    private long last = began;
    private boolean waited;
    private boolean closed;

    /**
     * A profile that begins now.
     *
     * @param settle waits for a device that computes while the program goes on; false where there is none
     * @param end called when the profile is closed
     */
    public Profile(BooleanSupplier settle, Runnable end) {
        this.settle = settle;
        this.end = end;
        levels.add(new Level(elsewhere, interpreter, null));
    }

    /** Runs {@code work}, of the node {@code what} at {@code span}, as a part of the program with a line of its own. */
    public <T> T line(Object what, Span span, Supplier<T> work) {
        Stop stop = stops.get(what);
        if (stop == null) {
            stop = new Stop(lines.computeIfAbsent(new Place(span.source(), span.line()), p -> new Entry("")));
            stops.put(what, stop);
        }
        stop.line.runs = Math.max(stop.line.runs, ++stop.runs);
        return within(stop.line, interpreter, stop.line, work);
    }

    /** Runs {@code work} as the op of that name; it is one call when the op itself asks another of its name. */
    public <T> T op(String name, Supplier<T> work) {
        Entry op = op(name);
        Level around = levels.getLast();
        if (around.op != op) {
            op.runs++;
        }
        return within(around.line, op, op, work);
    }

    private Entry op(String name) {
        return ops.computeIfAbsent(name, Entry::new);
    }

    private <T> T within(Entry line, Entry op, Entry opened, Supplier<T> work) {
        int depth = levels.size();
        opened.open(begin(new Level(line, op, opened)));
        try {
            T result = work.get();
            waited |= settle.getAsBoolean();
            return result;
        } finally {
            end(depth);
        }
    }

    @Override
    public boolean seesIf(BooleanSupplier verb, Supplier<Work> work) {
        Level around = levels.getLast();
        boolean between = around.op == interpreter;
        Level level = new Level(around.line, between ? op(BETWEEN) : around.op, null);
        int depth = levels.size();
        begin(level);
        boolean done = false;
        try {
            done = verb.getAsBoolean();
        } finally {
            end(depth);
        }
        if (done) {
            Work seen = work.get();
            level.op.did(seen, level.own);
            level.line.did(seen);
            if (between && seen.bytes() > 0) {
                level.op.runs++;
            }
        }
        return done;
    }

    private long begin(Level level) {
        long now = charge();
        levels.add(level);
        return now;
    }

    /** Back to that depth: an overflow of the stack may have left more than one level open. */
    private void end(int depth) {
        long now = charge();
        while (levels.size() > depth) {
            Entry opened = levels.removeLast().opened;
            if (opened != null) {
                opened.close(now);
            }
        }
    }

    private long charge() {
        long now = System.nanoTime();
        long spent = now - last;
        last = now;
        Level top = levels.getLast();
        top.own += spent;
        top.line.self += spent;
        top.op.self += spent;
        return now;
    }

    /** Ends the profile, if it has not ended. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            end(1);
            end.run();
        }
    }

    /** Nanoseconds from beginning to end. */
    long nanos() {
        return last - began;
    }

    /** Whether lines and ops waited for a device. */
    boolean waited() {
        return waited;
    }

    Map<Place, Entry> lines() {
        return lines;
    }

    Collection<Entry> ops() {
        return ops.values();
    }

    /**
     * The tables of lines and ops.
     *
     * @param peaks the best that this machine can do, or null to leave that out
     */
    public String report(@Nullable Peaks peaks) {
        return new Report(this, peaks).text();
    }
}
