package tns.lang;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Context;
import tns.op.OpTable;
import tns.tensor.Device;
import tns.tensor.Turns;

/** The state of one interpreter while scripts run: what ops depend on, its streams, and whether it must stop. */
public final class Session extends Context {
    private final OpTable ops;
    private final PrintStream out;
    private final BufferedReader in;
    private final List<String> arguments;
    private @Nullable FileLoader loader;
    private volatile @Nullable String stopReason;
    private volatile boolean unbroken;
    private @Nullable Steadiness steadiness;
    /** Whether there is a reason to stop, or somebody looks: asked at every call, where two questions are one too many. */
    private volatile boolean alert;

    public Session(Device cpu, OpTable ops, PrintStream out, BufferedReader in, List<String> arguments) {
        super(cpu);
        this.ops = ops;
        this.out = out;
        this.in = in;
        this.arguments = List.copyOf(arguments);
    }

    public OpTable ops() {
        return ops;
    }

    public PrintStream out() {
        return out;
    }

    public BufferedReader in() {
        return in;
    }

    /** What the script was started with. */
    public List<String> arguments() {
        return arguments;
    }

    /** How {@code import} finds files; set once, by whoever can parse them. */
    public void loader(FileLoader loader) {
        this.loader = loader;
    }

    FileLoader loader() {
        FileLoader present = loader;
        if (present == null) {
            throw new TnsException(ErrorKind.IO, "import: there is nothing to import from here");
        }
        return present;
    }

    /** Makes the running script stop at its next loop turn or call; any thread may ask. */
    public void stop(String reason) {
        stopReason = reason;
        updateAlert();
    }

    /** Forgets an earlier {@link #stop}, before the next script starts. */
    public void allow() {
        stopReason = null;
        updateAlert();
    }

    /** Whether the running script has been asked to stop. */
    public boolean stopping() {
        return stopReason != null;
    }

    /**
     * Called at every loop turn, at every call and between the pieces of a long computation, on any thread.
     *
     * @throws TnsException of kind LIMIT, which no script can catch, when the script has been asked to stop
     */
    public void check() {
        if (stopReason != null && !unbroken) {
            throw stopped();
        }
    }

    /** Who is told of the turns of a loop that begins; null when nobody wants to know, as while lines are profiled. */
    @Nullable
    Turns turns(Node loop) {
        Device device = accelerator();
        return device == null || profile() != null
                ? null
                : device.turns(
                        loop, remark -> note("the loop in line " + loop.span().line() + ": " + remark));
    }

    /** What looks at a turn of a loop to find out whether it can be done again without the program; mostly null. */
    @Nullable
    Steadiness steadiness() {
        return steadiness;
    }

    void steadiness(@Nullable Steadiness looking) {
        steadiness = looking;
        updateAlert();
    }

    private synchronized void updateAlert() {
        alert = stopReason != null || steadiness != null;
    }

    /** Whether {@link #enters} has something to do. */
    boolean isAlert() {
        return alert;
    }

    /** A function of the script is called: as {@link #check}, and it is looked at. */
    void enters(Function function) {
        check();
        if (steadiness != null) {
            steadiness.enters(function);
        }
    }

    /** Runs a change of a value that must happen as a whole or not at all: a stop waits until it is done. */
    <T> T whole(Supplier<T> change) {
        boolean outer = unbroken;
        unbroken = true;
        try {
            return change.get();
        } finally {
            unbroken = outer;
        }
    }

    private TnsException stopped() {
        return new TnsException(ErrorKind.LIMIT, String.valueOf(stopReason));
    }
}
