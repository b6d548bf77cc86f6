package tns.op;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.profile.Profile;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Generator;
import tns.tensor.ProductPrecision;
import tns.tensor.Recording;
import tns.tensor.Repetition;

/**
 * What a running program can change and ops depend on: the default dtype and device, how products may round, and the
 * random state.
 *
 * <p>Owned by one interpreter and used by one thread at a time.
 */
public class Context {
    private final Device cpu;
    private final Generator random;
    private DType defaultDType = DType.FLOAT32;
    private Device device;
    /** The last device other than host memory that the program has named; null while it has named none. */
    private @Nullable Device accelerator;

    private ProductPrecision matmulPrecision = ProductPrecision.FULL;
    private boolean autocast;
    private @Nullable Device recording;
    /** What is watched, as it is done, to be done again without this program. */
    private @Nullable Repetition repetition;

    /** While a step is recorded, what it has made itself of what can be changed in place. */
    private final Set<Object> made = Collections.newSetFromMap(new IdentityHashMap<>());

    private @Nullable Profile profile;
    private FileAccess files = FileAccess.ANYWHERE;
    private Function<String, @Nullable Device> others = name -> null;
    private Consumer<String> notes = remark -> {};

    public Context(Device cpu) {
        this.cpu = cpu;
        this.device = cpu;
        this.random = new Generator();
    }

    /** Host memory's device, where literals and random draws start. */
    public Device cpu() {
        return cpu;
    }

    /** The device on which constructors make tensors. */
    public Device device() {
        return device;
    }

    public void device(Device device) {
        this.device = device;
        named(device);
    }

    private @Nullable Device named(@Nullable Device found) {
        if (found != null && !found.isHost()) {
            accelerator = found;
        }
        return found;
    }

    /** The last device other than host memory that the program has named; null while it has named none. */
    public @Nullable Device accelerator() {
        return accelerator;
    }

    /** How devices other than host memory are found by name; set once, by whoever knows them. */
    public void devices(Function<String, @Nullable Device> byName) {
        this.others = byName;
    }

    /**
     * The device that {@code value} is or names; null when it names none.
     *
     * @throws TnsException of kind DEVICE when there is one of that name and it cannot be used
     */
    public @Nullable Device device(Object value) {
        return switch (value) {
            case Device d -> d;
            case DeviceName n -> device(n.name());
            case String s when s.equals(cpu.name()) -> cpu;
            case String s -> named(others.apply(s));
            default -> null;
        };
    }

    /** Where remarks go that only those want who look for the cause of something; nowhere at first. */
    public void notes(Consumer<String> reader) {
        this.notes = reader;
    }

    public void note(String remark) {
        notes.accept(remark);
    }

    /** What is to be told where time goes; null while nobody asks. */
    public @Nullable Profile profile() {
        return profile;
    }

    public void profile(@Nullable Profile told) {
        this.profile = told;
    }

    /** What the program does from now on is watched to be done again without it; null: no more. */
    public void repeated(@Nullable Repetition now) {
        repetition = now;
        made.clear();
    }

    /** What is watched to be done again; null while nothing is. */
    @Nullable
    Repetition repetition() {
        return repetition;
    }

    /** Runs what a device records. */
    void recorded(Device on, Runnable work) {
        Device before = recording;
        recording = on;
        try {
            work.run();
        } finally {
            recording = before;
            made.clear();
        }
    }

    /**
     * Called before what a replay would leave out.
     *
     * @param what what the program does, as in "it prints"
     * @throws TnsException of kind DEVICE when a step is being recorded, which then is not
     */
    public void refuseWhileRecording(String what) {
        Repetition watched = repetition;
        if (watched != null) {
            watched.refuse(what);
        }
        Device on = recording;
        if (on != null && on.recording() instanceof Recording recorded && recorded.records()) {
            recorded.refused(new TnsException(ErrorKind.DEVICE, "compile: " + what));
        }
    }

    /** Told of a fresh list, model, record or variable: what it holds may be changed by the recording that made it. */
    public void made(Object holder) {
        if (isRecorded()) {
            made.add(holder);
        }
    }

    /**
     * Called before what {@code holder} holds is replaced on the host, which a replay would leave out.
     *
     * @param what what the program does, as in "it appends to a list"
     * @throws TnsException of kind DEVICE when a step is being recorded that has not made the holder itself
     */
    public void changes(Object holder, String what) {
        if (isRecorded() && !made.contains(holder)) {
            refuseWhileRecording(what);
        }
    }

    /** Whether a step is being recorded, or watched to be done again. */
    public boolean isRecorded() {
        return recording != null || repetition != null;
    }

    /** What is recorded is good as long as {@code condition} holds; nothing when there is no recording. */
    public void onlyWhile(BooleanSupplier condition) {
        Repetition watched = repetition;
        if (watched != null) {
            watched.onlyWhile(condition);
        }
        Device on = recording;
        if (on != null && on.recording() instanceof Recording recorded && recorded.records()) {
            recorded.onlyWhile(condition);
        }
    }

    /** The dtype of float literals and constructors. */
    public DType defaultDType() {
        return defaultDType;
    }

    public void defaultDType(DType dtype) {
        this.defaultDType = dtype;
    }

    /** What holds for float32 products: autocast's bfloat16, or else the setting. */
    public ProductPrecision productPrecision() {
        return autocast ? ProductPrecision.BFLOAT16 : matmulPrecision;
    }

    /** The setting for float32 products outside autocast. */
    public ProductPrecision matmulPrecision() {
        return matmulPrecision;
    }

    /** Sets it, in force on this thread at once. */
    public void matmulPrecision(ProductPrecision precision) {
        this.matmulPrecision = precision;
        productPrecision().enforce();
    }

    /** Whether factors are rounded to bfloat16 whatever the setting is. */
    public boolean autocast() {
        return autocast;
    }

    /** Switches that on or off, in force on this thread at once. */
    public void autocast(boolean on) {
        this.autocast = on;
        productPrecision().enforce();
    }

    /** Which files the program may use, asked before it does. */
    public FileAccess files() {
        refuseWhileRecording("it uses a file");
        return files;
    }

    public void files(FileAccess access) {
        this.files = access;
    }

    /** The random state, for draws that devices make. */
    public Generator random() {
        return random;
    }

    /** The random state, for draws that the host makes and for setting it: neither can be replayed. */
    public Generator hostRandom() {
        refuseWhileRecording("random numbers are drawn or set on the host");
        return random;
    }
}
