package tns.cuda;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.Driver;
import tns.cuda.ptx.Kernel;

/** A driver whose work somebody may look at, and put off, before it is queued. */
final class WatchedDriver implements Driver {
    /** Who looks. */
    interface Watch {
        /** Whether {@code call} has been put off: otherwise it is queued now. */
        boolean puts(Call call);

        /** Called before something that needs all earlier work to be queued. */
        void queueAll();

        /** Called before numbers of the host are sent to {@code address}, which may be done ahead of what is put off. */
        void sends(long address);

        /** Called before recorded work is replayed. */
        void replays();
    }

    private final Driver driver;
    private @Nullable Watch watch;

    WatchedDriver(Driver driver) {
        this.driver = driver;
    }

    /** Who looks from now on, or nobody. */
    void watch(@Nullable Watch next) {
        watch = next;
    }

    /** The driver itself, which nobody watches. */
    Driver plain() {
        return driver;
    }

    /** Does {@code work} while nobody looks. */
    void unwatched(Runnable work) {
        Watch before = watch;
        watch = null;
        try {
            work.run();
        } finally {
            watch = before;
        }
    }

    /** Adds the calls of {@code work} to {@code calls}, and does not queue them. */
    void collect(List<Call> calls, Runnable work) {
        Watch before = watch;
        watch = new Watch() {
            @Override
            public boolean puts(Call call) {
                return calls.add(call);
            }

            @Override
            public void queueAll() {}

            @Override
            public void sends(long address) {}

            @Override
            public void replays() {}
        };
        try {
            work.run();
        } finally {
            watch = before;
        }
    }

    /** Queues {@code call}, unless it is put off. */
    void queue(Call call) {
        Watch seer = watch;
        if (seer == null || !seer.puts(call)) {
            call.issue(driver);
        }
    }

    private void needAll() {
        Watch seer = watch;
        if (seer != null) {
            seer.queueAll();
        }
    }

    @Override
    public String model() {
        return driver.model();
    }

    @Override
    public int multiprocessors() {
        return driver.multiprocessors();
    }

    @Override
    public int capability() {
        return driver.capability();
    }

    @Override
    public long totalMemory() {
        return driver.totalMemory();
    }

    @Override
    public boolean watchesMemory() {
        return driver.watchesMemory();
    }

    @Override
    public long allocate(long bytes) {
        return driver.allocate(bytes);
    }

    @Override
    public void free(long address) {
        needAll();
        driver.free(address);
    }

    @Override
    public void write(long address, Object array, int from, int count) {
        Watch seer = watch;
        if (seer != null) {
            seer.sends(address);
        }
        driver.write(address, array, from, count);
    }

    @Override
    public void read(long address, Object array, int to, int count) {
        needAll();
        driver.read(address, array, to, count);
    }

    @Override
    public void copy(long target, long source, long bytes) {
        if (watch == null) {
            driver.copy(target, source, bytes);
        } else {
            queue(new Call.Copy(target, source, bytes));
        }
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        if (watch == null) {
            driver.fill(address, value, bytes);
        } else {
            queue(new Call.Fill(address, value, bytes));
        }
    }

    @Override
    public void fillWords(long address, int value, long count) {
        if (watch == null) {
            driver.fillWords(address, value, count);
        } else {
            queue(new Call.FillWords(address, value, count));
        }
    }

    @Override
    public long load(Kernel kernel) {
        return driver.load(kernel);
    }

    @Override
    public void launch(long function, int blocks, int threads, long[] arguments) {
        if (watch == null) {
            driver.launch(function, blocks, threads, arguments);
        } else {
            queue(new Call.Launch(function, blocks, threads, arguments));
        }
    }

    @Override
    public void synchronize() {
        needAll();
        driver.synchronize();
    }

    @Override
    public void beginCapture() {
        needAll();
        driver.beginCapture();
    }

    @Override
    public long endCapture() {
        return driver.endCapture();
    }

    @Override
    public void abandonCapture() {
        driver.abandonCapture();
    }

    @Override
    public void replay(long graph) {
        Watch seer = watch;
        if (seer != null) {
            seer.replays();
        }
        driver.replay(graph);
    }

    @Override
    public void discard(long graph) {
        driver.discard(graph);
    }

    @Override
    public long queue() {
        return driver.queue();
    }

    @Override
    public void close() {
        driver.close();
    }

    @Override
    public String toString() {
        return driver.toString();
    }
}
