package tns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.cpu.CpuDevice;
import tns.cpu.ObservedCpu;
import tns.cuda.CudaDevices;
import tns.data.DataOps;
import tns.distribution.Distributions;
import tns.error.Diagnostic;
import tns.error.ErrorKind;
import tns.error.Reserve;
import tns.error.ScriptException;
import tns.error.Source;
import tns.error.TnsException;
import tns.io.FileOps;
import tns.lang.FileValue;
import tns.lang.HostFunctions;
import tns.lang.Namespace;
import tns.lang.Script;
import tns.lang.Session;
import tns.nn.Convolutions;
import tns.nn.Initializers;
import tns.nn.Layers;
import tns.nn.Norms;
import tns.nn.RandomLayers;
import tns.nn.Recurrent;
import tns.nn.Transformer;
import tns.op.Callable;
import tns.op.DeviceName;
import tns.op.FactorType;
import tns.op.FileAccess;
import tns.op.Library;
import tns.op.Members;
import tns.op.OpTable;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.optim.Optimizers;
import tns.plot.FigureOps;
import tns.plot.Live;
import tns.plot.Screen;
import tns.profile.Peaks;
import tns.profile.Profile;
import tns.syntax.ScriptParser;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.ProductPrecision;
import tns.tensor.Recording;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * A tns session: variables, random state and streams of its own. Two in one JVM never see each other.
 *
 * <pre>{@code
 * Interpreter tns = new Interpreter(System.out, System.in, List.of());
 * tns.set("x", tns.tensor(new float[] {1, 2, 3}, 3));
 * Object total = tns.eval("(x ** 2).sum().item()");
 * }</pre>
 *
 * <p>Used by one thread at a time; {@link #cancel} may be called from any. Failures of a script are
 * {@link ScriptException}s, whose message is the whole rendered diagnostic.
 */
public final class Interpreter {
    private final Device cpu;
    private final OpTable ops;
    private final Session session;
    private final Live live;
    private final Screen screen;
    private final CudaDevices devices;
    private final Namespace names = new Namespace();
    private final Map<Path, FileValue> imported = new HashMap<>();
    private final Deque<Path> importing = new ArrayDeque<>();
    private boolean lines;

    /** A session that prints to {@code out} and reads from {@code in}; {@code arguments} are the script's {@code args}. */
    public Interpreter(PrintStream out, BufferedReader in, List<String> arguments) {
        this(out, in, arguments, new PlainScreen(out));
    }

    /** The same, with live figures and progress bars on {@code screen}, which must write to where {@code out} does. */
    public Interpreter(PrintStream out, BufferedReader in, List<String> arguments, Screen screen) {
        this(out, in, arguments, screen, new CudaDevices());
    }

    private Interpreter(
            PrintStream out, BufferedReader in, List<String> arguments, Screen screen, CudaDevices devices) {
        this.devices = devices;
        this.screen = screen;
        OpTable table = Library.create()
                .add(FileOps.FAMILY)
                .add(DataOps.FAMILY)
                .add(Distributions.FAMILY)
                .add(Layers.FAMILY)
                .add(Recurrent.FAMILY)
                .add(Initializers.FAMILY)
                .add(Optimizers.FAMILY);
        this.live = new Live(screen);
        Convolutions.define(table);
        Norms.define(table);
        RandomLayers.define(table);
        table.add(Transformer.family(table));
        table.extend(FigureOps.family(live, table));
        table.extend(HostFunctions.family(table));
        this.ops = table;
        this.cpu = new ObservedCpu(Runtime.getRuntime().availableProcessors(), this::checkpoint);
        this.session = new Session(cpu, ops, Announced.stream(out, live), in, arguments);
        session.devices(devices::named);
        session.loader((s, path, importer) -> load(path, importer));
        define(names, arguments);
    }

    /** A session of its own with the streams, arguments, default device and opened devices of this one. */
    public Interpreter sibling() {
        Interpreter other = new Interpreter(session.out(), session.in(), session.arguments(), screen, devices);
        if (session.device() != cpu) {
            other.session.device(session.device());
        }
        return other;
    }

    private void checkpoint() {
        session.check();
    }

    private void define(Namespace space, List<String> arguments) {
        for (DType dtype : DType.values()) {
            space.predefine(dtype.word(), dtype);
        }
        space.predefine(FactorType.BFLOAT16.toString(), FactorType.BFLOAT16);
        space.predefine("cpu", cpu);
        space.predefine("cuda", new DeviceName("cuda"));
        space.predefine("pi", Math.PI);
        space.predefine("e", Math.E);
        space.predefine("inf", Double.POSITIVE_INFINITY);
        space.predefine("nan", Double.NaN);
        space.predefine("args", Tuple.of(arguments.toArray()));
    }

    /** Reads a source once; {@link #run} runs it as often as wanted. */
    public Script compile(String text, String name) {
        return ScriptParser.parse(new Source(name, text), names, ops, lines);
    }

    /** Runs a compiled script; the value is the last expression's. */
    public Object run(Script script) {
        session.allow();
        return guarded(() -> script.run(session));
    }

    /** In this session's settings; what fails without a place in the script still fails as a {@link ScriptException}. */
    private <T> T guarded(Supplier<T> work) {
        ProductPrecision ofCaller = session.productPrecision().enforce();
        Reserve.keep();
        try {
            return work.get();
        } catch (StackOverflowError deep) {
            throw failure(ErrorKind.LIMIT, "the program is nested too deep", null);
        } catch (OutOfMemoryError full) {
            throw placeless(TnsException.outOfMemory(full));
        } catch (TnsException e) {
            throw placeless(e);
        } finally {
            ofCaller.enforce();
            live.finish();
        }
    }

    private static ScriptException placeless(TnsException e) {
        String help = e.help();
        return new ScriptException(
                new Diagnostic(e.kind(), e.getMessage(), null, help == null ? List.of() : List.of(help)), e);
    }

    private static ScriptException failure(ErrorKind kind, String message, @Nullable Throwable cause) {
        return new ScriptException(new Diagnostic(kind, message, null, List.of()), cause);
    }

    /** Compiles and runs. */
    public Object eval(String text) {
        return run(compile(text, "<eval>"));
    }

    /** Makes the running script stop at its next loop turn or call. */
    public void cancel() {
        session.stop("interrupted");
    }

    /** Computes on at most this many threads of the processor; the results do not depend on it but for products. */
    public void threads(int count) {
        cpu.threads(count);
    }

    /** Compiles and imports from now on so that a {@link #profile} sees lines: each statement then asks whether one does. */
    public void showLines() {
        lines = true;
    }

    /**
     * Notes where time goes, by line and by op, from now until the profile is closed:
     *
     * <pre>{@code
     * tns.showLines();
     * Script script = tns.compile(text, name);
     * Profile profile = tns.profile();
     * tns.run(script);
     * profile.close();
     * System.err.print(profile.report(tns.peaks()));
     * }</pre>
     *
     * <p>The program takes longer meanwhile, by less than a microsecond for each statement and each op.
     */
    public Profile profile() {
        if (session.profile() != null) {
            throw new IllegalStateException("a profile is being taken");
        }
        Profile profile = new Profile(this::settle, () -> {
            session.profile(null);
            cpu.observer(null);
            devices.observer(null);
        });
        session.profile(profile);
        cpu.observer(profile);
        devices.observer(profile);
        return profile;
    }

    /** Waits for a device that computes while the script goes on, or what comes next would seem to take its time. */
    private boolean settle() {
        Device device = session.device();
        if (device.isHost() || device.recording() instanceof Recording recording && recording.records()) {
            return false;
        }
        device.synchronize();
        return true;
    }

    /**
     * The most that this processor reaches on the threads in use, measured now; null where there is no memory to do so, or
     * no time after {@link #cancel}, and where another device has computed too, whose peaks are others.
     */
    public @Nullable Peaks peaks() {
        return session.stopping() || session.accelerator() != null ? null : Peaks.of(new CpuDevice(cpu.threads()));
    }

    /** Where remarks go on what was tried in vain, such as a step that cannot be replayed. */
    public void notes(Consumer<String> reader) {
        session.notes(reader);
    }

    /**
     * The device, by its name, on which constructors make tensors from now on.
     *
     * @throws ScriptException when it is not there, with the reason
     */
    public void device(String name) {
        Device device = guarded(() -> {
            Device found = session.device((Object) name);
            if (found == null) {
                throw new TnsException(ErrorKind.DEVICE, "there is no device " + name)
                        .help("cpu, cuda, or cuda:1 for the second card");
            }
            return found;
        });
        session.device(device);
    }

    /** Confines the files that scripts may read, write and import; at first they may use any. */
    public void files(FileAccess access) {
        session.files(access);
    }

    /** Sets a variable: a number, bool, string, tensor, or any value a script gave out. */
    public void set(String name, Object value) {
        names.cell(name).set(fromHost(value));
    }

    private static Object fromHost(Object value) {
        if (value instanceof Integer i) {
            return (long) i;
        }
        // The host may go on holding it.
        return value instanceof Float f ? (Object) (double) f : value instanceof Tensor t ? t.share() : value;
    }

    /** The value of a variable, or null when nothing has set it. */
    public @Nullable Object get(String name) {
        return names.get(name);
    }

    /** The names that have been set. */
    public List<String> names() {
        return names.names();
    }

    /** All built-in functions. */
    public OpTable ops() {
        return ops;
    }

    /** Calls the function of that name. */
    public Object call(String name, Object... arguments) {
        Callable callable = function(null, name);
        if (callable == null) {
            throw failure(ErrorKind.NAME, "'" + name + "' is not a function", null);
        }
        return called(callable, arguments);
    }

    private Object called(Callable callable, Object[] arguments) {
        Object[] converted = new Object[arguments.length];
        for (int i = 0; i < converted.length; i++) {
            converted[i] = fromHost(arguments[i]);
        }
        session.allow();
        return guarded(() -> callable.call(session, converted));
    }

    /** Unsets a variable. */
    public void remove(String name) {
        names.remove(name);
    }

    /** Whether {@link #call} or, with a receiver, {@link #invoke} would find a function of that name. */
    public boolean isCallable(@Nullable Object receiver, String name) {
        return function(receiver, name) != null;
    }

    /** Calls {@code receiver.name(arguments)}: a member of the receiver, or the function with the receiver first. */
    public Object invoke(Object receiver, String name, Object... arguments) {
        if (receiver instanceof Members members && members.member(name) instanceof Callable own) {
            return called(own, arguments);
        }
        Callable callable = function(null, name);
        if (callable == null) {
            throw failure(ErrorKind.NAME, TypeName.describe(receiver) + " has no method '" + name + "'", null);
        }
        Object[] all = new Object[arguments.length + 1];
        all[0] = receiver;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return called(callable, all);
    }

    private @Nullable Callable function(@Nullable Object receiver, String name) {
        if (receiver instanceof Members members && members.member(name) instanceof Callable member) {
            return member;
        }
        return names.get(name) instanceof Callable own ? own : ops.find(name);
    }

    /** Hands on what scripts have printed so far. */
    public void flush() {
        session.out().flush();
    }

    /** A float32 tensor of the given shape over a copy of {@code data}. */
    public Tensor tensor(float[] data, int... shape) {
        return Tensor.upload(session.device(), DType.FLOAT32, Shape.of(shape), data.clone());
    }

    /** A float64 tensor of the given shape over a copy of {@code data}. */
    public Tensor tensor(double[] data, int... shape) {
        return Tensor.upload(session.device(), DType.FLOAT64, Shape.of(shape), data.clone());
    }

    /** An int64 tensor of the given shape over a copy of {@code data}. */
    public Tensor tensor(long[] data, int... shape) {
        return Tensor.upload(session.device(), DType.INT64, Shape.of(shape), data.clone());
    }

    /** The elements of a tensor in row-major order. */
    public float[] floats(Object tensor) {
        return HostArray.floats(plain(tensor));
    }

    /** The elements of a tensor in row-major order. */
    public double[] doubles(Object tensor) {
        return HostArray.doubles(plain(tensor));
    }

    /** The elements of a tensor in row-major order; floats truncate. */
    public long[] longs(Object tensor) {
        return HostArray.longs(plain(tensor));
    }

    private static Tensor plain(Object value) {
        return switch (value) {
            case Tensor t -> t;
            case Param p -> p.value();
            default -> throw new IllegalArgumentException("not a tensor: " + value);
        };
    }

    private FileValue load(String path, Source importer) {
        Path file = find(path, importer);
        FileValue known = imported.get(file);
        if (known != null) {
            return known;
        }
        if (importing.contains(file)) {
            List<String> chain = new java.util.ArrayList<>(importing.reversed().stream()
                    .map(p -> p.getFileName().toString())
                    .toList());
            chain.add(file.getFileName().toString());
            throw new TnsException(ErrorKind.NAME, "import: files import each other: " + String.join(" -> ", chain));
        }
        importing.push(file);
        try {
            Namespace own = new Namespace();
            define(own, session.arguments());
            String text = Files.readString(session.files().toRead(file.toString()));
            ScriptParser.parse(new Source(shown(file), text), own, ops, lines).run(session);
            FileValue value = new FileValue(file.getFileName().toString(), own);
            imported.put(file, value);
            return value;
        } catch (IOException e) {
            throw new TnsException(ErrorKind.IO, "import: cannot read " + file, e);
        } finally {
            importing.pop();
        }
    }

    /** The name of a file in messages: from the working folder on, where it lies in that. */
    private static String shown(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file).toString() : file.toString();
    }

    /** The file an import names: beside the importing one, then along TNS_PATH. */
    private static Path find(String path, Source importer) {
        String name = path.endsWith(".tns") ? path : path + ".tns";
        Path beside =
                Path.of(importer.name()).toAbsolutePath().resolveSibling(name).normalize();
        if (Files.exists(beside)) {
            return beside;
        }
        String more = System.getenv("TNS_PATH");
        if (more != null) {
            for (String folder : more.split(java.io.File.pathSeparator, -1)) {
                Path candidate = Path.of(folder, name).toAbsolutePath().normalize();
                if (Files.exists(candidate)) {
                    return candidate;
                }
            }
        }
        throw new TnsException(ErrorKind.IO, "import: there is no " + name + " beside the script or on TNS_PATH");
    }
}
