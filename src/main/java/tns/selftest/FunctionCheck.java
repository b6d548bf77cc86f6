package tns.selftest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import tns.cpu.CpuDevice;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.selftest.SelfTest.Finding;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Every function of one float32 gives the bits of the CPU: at samples of floats of every size first, and then, where a
 * device is no emulation, in the rest of the time at all 2^32 of them, one function after the other, the quickest first.
 *
 * <p>One core of an AMD EPYC computes a function at all of them in 1 to 8 s, the sine, the cosine and the tangent in 85 s,
 * as most floats are far from 0: 335 s for all functions (2026-11-26). A device's results are brought over meanwhile.
 */
public final class FunctionCheck {
    /** Floats of a sample, which is spread over all patterns, so that it has every exponent. */
    private static final int SAMPLE = 1 << 22;

    private static final int SMALL_SAMPLE = 1 << 10;

    /** Seconds after which samples have shown what they can. */
    private static final double MOST_SAMPLED = 8;

    private static final Map<String, UnaryOperator<Expr>> FUNCTIONS = new LinkedHashMap<>();

    static {
        FUNCTIONS.put("exp", Expr::exp);
        FUNCTIONS.put("exp2", Expr::exp2);
        FUNCTIONS.put("expm1", Expr::expm1);
        FUNCTIONS.put("log", Expr::log);
        FUNCTIONS.put("log2", Expr::log2);
        FUNCTIONS.put("log10", Expr::log10);
        FUNCTIONS.put("log1p", Expr::log1p);
        FUNCTIONS.put("sqrt", Expr::sqrt);
        FUNCTIONS.put("rsqrt", Expr::rsqrt);
        FUNCTIONS.put("reciprocal", Expr::reciprocal);
        FUNCTIONS.put("sin", Expr::sin);
        FUNCTIONS.put("cos", Expr::cos);
        FUNCTIONS.put("tan", Expr::tan);
        FUNCTIONS.put("asin", Expr::asin);
        FUNCTIONS.put("acos", Expr::acos);
        FUNCTIONS.put("atan", Expr::atan);
        FUNCTIONS.put("sinh", Expr::sinh);
        FUNCTIONS.put("cosh", Expr::cosh);
        FUNCTIONS.put("tanh", Expr::tanh);
        FUNCTIONS.put("asinh", Expr::asinh);
        FUNCTIONS.put("acosh", Expr::acosh);
        FUNCTIONS.put("atanh", Expr::atanh);
        FUNCTIONS.put("sigmoid", Expr::sigmoid);
        FUNCTIONS.put("log_sigmoid", Expr::logSigmoid);
        FUNCTIONS.put("erf", Expr::erf);
        FUNCTIONS.put("erfc", Expr::erfc);
        FUNCTIONS.put("floor", Expr::floor);
        FUNCTIONS.put("ceil", Expr::ceil);
        FUNCTIONS.put("trunc", Expr::trunc);
        FUNCTIONS.put("round", Expr::round);
    }

    private final CpuDevice cpu = new CpuDevice();
    private final Device device;
    private final long sampled;
    private final long end;
    private final List<String> failures = new ArrayList<>();
    /** How long each function took in the last sample. */
    private final Map<String, Long> times = new HashMap<>();

    FunctionCheck(Device device, double seconds) {
        this.device = device;
        long start = System.nanoTime();
        this.sampled = start + (long) (Math.min(seconds / 3, MOST_SAMPLED) * 1e9);
        this.end = start + (long) (seconds * 1e9);
    }

    /** The functions that are checked. */
    public static Collection<UnaryOperator<Expr>> functions() {
        return Collections.unmodifiableCollection(FUNCTIONS.values());
    }

    /** One sample at least, whatever the time. */
    static Finding run(Device device, double seconds) {
        return run(device, seconds, SAMPLE);
    }

    /** The same with a sample of another size. */
    static Finding run(Device device, double seconds, int sample) {
        FunctionCheck check = new FunctionCheck(device, seconds);
        String what = device.name().endsWith("-emu") ? check.samples(SMALL_SAMPLE, check.end) : check.all(sample);
        return new Finding(what + ", bit for bit against the CPU", check.failures);
    }

    List<String> failures() {
        return failures;
    }

    /** Samples one after the other until then; {@link #times} are those of the last. */
    private String samples(int size, long until) {
        int passes = 0;
        do {
            sample(size, passes++);
        } while (System.nanoTime() < until);
        return FUNCTIONS.size() + " functions at " + (long) passes * size + " of 2^32 floats";
    }

    private boolean isOver() {
        return System.nanoTime() >= end;
    }

    private String all(int size) {
        String samples = samples(size, sampled);
        List<String> names = new ArrayList<>(FUNCTIONS.keySet());
        names.sort(Comparator.comparing(times::get));
        int whole = 0;
        for (String name : names) {
            int blocks = sweep(name);
            if (blocks == FloatBlocks.BLOCKS) {
                whole++;
            } else if (isOver()) {
                return samples + ", " + whole + " of them at all and " + name + " at "
                        + 100 * blocks / FloatBlocks.BLOCKS + " %";
            }
        }
        return whole + " functions at all 2^32 floats";
    }

    private static Program program(String name, Expr x) {
        return Program.of(
                Lane.F32, Objects.requireNonNull(FUNCTIONS.get(name), name).apply(x));
    }

    /** Another {@code pass} takes other floats. */
    private void sample(int size, int pass) {
        int apart = (int) ((1L << 32) / size);
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = Float.intBitsToFloat(i * apart + pass);
        }
        Shape shape = Shape.of(size);
        Tensor[] here = {Tensor.upload(cpu, DType.FLOAT32, shape, x.clone())};
        Tensor[] there = {Tensor.upload(device, DType.FLOAT32, shape, x.clone())};
        for (String name : FUNCTIONS.keySet()) {
            long start = System.nanoTime();
            Program program = program(name, Expr.input(0));
            Tensor expected = mapped(cpu, program, here);
            Tensor found = mapped(device, program, there);
            compare(name, i -> x[i], expected, (float[]) device.download(found.buffer()));
            expected.release();
            found.release();
            times.put(name, System.nanoTime() - start);
        }
    }

    private static Tensor mapped(Device on, Program program, Tensor[] inputs) {
        Tensor y = Tensor.room(on, DType.FLOAT32, inputs[0].shape());
        on.map(program, inputs, y.shape(), new Tensor[] {y});
        return y;
    }

    /** Tries a function at all floats, up to the end of the time or a failure; how many blocks of them have been tried. */
    int sweep(String name) {
        Program program = program(name, FloatBlocks.number(Expr.input(0), Expr.input(1), Expr.input(2)));
        float[] counts = new float[FloatBlocks.SIZE];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = i;
        }
        Tensor here = Tensor.upload(cpu, DType.FLOAT32, Shape.of(counts.length), counts);
        Tensor there = Tensor.upload(device, DType.FLOAT32, Shape.of(counts.length), counts.clone());
        int before = failures.size();
        int block = 0;
        try (ExecutorService beside = Executors.newSingleThreadExecutor()) {
            Future<?> compared = CompletableFuture.completedFuture(null);
            while (block < FloatBlocks.BLOCKS && !isOver()) {
                int own = block++;
                Tensor found = mapped(device, program, numbers(device, there, own));
                float[] values = (float[]) device.download(found.buffer());
                join(compared);
                if (failures.size() > before) {
                    return block;
                }
                compared = beside.submit(() -> {
                    Tensor expected = mapped(cpu, program, numbers(cpu, here, own));
                    compare(name, i -> FloatBlocks.pattern(own, i), expected, values);
                    expected.release();
                    found.release();
                });
            }
            join(compared);
        }
        return block;
    }

    private static void join(Future<?> task) {
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException();
        }
    }

    /** What {@link FloatBlocks#number} is computed from. */
    private static Tensor[] numbers(Device on, Tensor counts, int block) {
        if (FloatBlocks.isCounted(block)) {
            return new Tensor[] {counts, number(on, FloatBlocks.base(block)), number(on, FloatBlocks.scale(block))};
        }
        float[] patterns = new float[FloatBlocks.SIZE];
        for (int i = 0; i < patterns.length; i++) {
            patterns[i] = FloatBlocks.pattern(block, i);
        }
        Tensor special = Tensor.upload(on, DType.FLOAT32, counts.shape(), patterns);
        return new Tensor[] {special, number(on, 0), number(on, 1)};
    }

    private static Tensor number(Device on, float value) {
        return Tensor.scalar(on, DType.FLOAT32, value);
    }

    /** One NaN is as good as another. */
    private void compare(String name, IntFunction<Float> x, Tensor expected, float[] values) {
        float[] known = (float[]) cpu.download(expected.buffer());
        int i = Arrays.mismatch(known, values);
        if (i >= 0) {
            failures.add(name + "(" + x.apply(i) + ") = " + values[i] + ", on the CPU " + known[i]);
        }
    }
}
