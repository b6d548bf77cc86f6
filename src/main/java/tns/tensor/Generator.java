package tns.tensor;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The random stream of the CPU: PyTorch's generator and its ways from bits to uniform, normal and integer draws.
 *
 * <p>After the same seed the same calls give PyTorch's numbers: uniform and integer draws bit for bit, normal draws
 * within an ulp or two. Draws come as host arrays, new ones each time. Used by one thread at a time.
 */
public final class Generator {
    /** Everything the next draws depend on, to be taken up again later; immutable. */
    public static final class State {
        private final long seed;
        private final int[] words;
        private final int position;
        private final @Nullable Double kept;
        private final long calls;

        private State(long seed, int[] words, int position, @Nullable Double kept, long calls) {
            this.seed = seed;
            this.words = words;
            this.position = position;
            this.kept = kept;
            this.calls = calls;
        }

        /** The state as numbers, to be written down. */
        public long[] numbers() {
            long[] numbers = Arrays.copyOf(Arrays.stream(words).asLongStream().toArray(), NUMBERS);
            numbers[words.length] = position;
            numbers[words.length + 1] = seed;
            numbers[words.length + 2] = kept == null ? 0 : 1;
            numbers[words.length + 3] = kept == null ? 0 : Double.doubleToRawLongBits(kept);
            numbers[words.length + 4] = calls;
            return numbers;
        }

        /** The state that {@link #numbers} wrote down, or null when they are not of that making. */
        public static @Nullable State of(long[] numbers) {
            int n = MersenneTwister.WORDS;
            if (numbers.length != NUMBERS || numbers[n] < 0 || numbers[n] > n) {
                return null;
            }
            int[] words = new int[n];
            for (int i = 0; i < n; i++) {
                words[i] = (int) numbers[i];
                if (words[i] != numbers[i]) {
                    return null;
                }
            }
            Double kept = numbers[n + 2] == 0 ? null : (Double) Double.longBitsToDouble(numbers[n + 3]);
            return new State(numbers[n + 1], words, (int) numbers[n], kept, numbers[n + 4]);
        }
    }

    /** The words, position, seed, whether a normal draw is kept and which, and the calls of devices. */
    private static final int NUMBERS = MersenneTwister.WORDS + 5;

    private static final float FLOAT_STEP = 0x1p-24f;
    private static final double DOUBLE_STEP = 0x1p-53;
    private static final long WIDE_RANGE = 1L << 32;

    private final MersenneTwister twister = new MersenneTwister();
    private long seed;
    // The sine half of the last single normal draw. Only seeding drops it: other draws leave it for the next one.
    private @Nullable Double kept;
    private long calls;

    /** A generator that starts somewhere else each time. */
    public Generator() {
        this(new SplittableRandom().nextLong() >>> 1);
    }

    /** A generator at the start of the stream of {@code seed}. */
    public Generator(long seed) {
        seed(seed);
    }

    /** Starts the stream of {@code seed}, of which the low 32 bits count. */
    public void seed(long seed) {
        this.seed = seed;
        kept = null;
        calls = 0;
        twister.seed((int) seed);
    }

    /** The seed the stream was started from. */
    public long seed() {
        return seed;
    }

    /** The number of the next draw of a device that has a generator of its own, as {@link Philox}; from 0 on. */
    public long nextCall() {
        return calls++;
    }

    /** Takes the number of the last draw of a device back: it did not happen. */
    public void takeBackCall() {
        calls--;
    }

    /** The present state. */
    public State save() {
        return new State(seed, twister.words(), twister.position(), kept, calls);
    }

    /** Goes on as at the moment {@code state} was saved, by this generator or another. */
    public void restore(State state) {
        seed = state.seed;
        kept = state.kept;
        calls = state.calls;
        twister.restore(state.words, state.position);
    }

    /** The next 32 bits. */
    public int random() {
        return twister.next();
    }

    /** The next 64 bits; the first of two draws is the upper half. */
    public long random64() {
        long upper = random();
        return upper << 32 | Integer.toUnsignedLong(random());
    }

    /**
     * {@code n} draws of a float dtype, uniform from {@code low} to below {@code high}: a float[] or double[]. PyTorch's
     * binaries multiply and add with one rounding; without that a quarter of the draws would be an ulp off.
     */
    public Object uniform(DType dtype, int n, double low, double high) {
        return switch (dtype) {
            case FLOAT32 -> {
                float[] draws = uniformFloats(n);
                float start = (float) low;
                float width = (float) high - start;
                for (int i = 0; i < n; i++) {
                    draws[i] = Math.fma(draws[i], width, start);
                }
                yield draws;
            }
            case FLOAT64 -> {
                double[] draws = uniformDoubles(n);
                for (int i = 0; i < n; i++) {
                    draws[i] = Math.fma(draws[i], high - low, low);
                }
                yield draws;
            }
            case INT64, BOOL -> throw notFloat(dtype);
        };
    }

    /** {@code n} draws of a float dtype from the standard normal distribution: a float[] or double[]. */
    public Object normal(DType dtype, int n) {
        return normal(dtype, n, 0, 1);
    }

    /**
     * {@code n} draws of a float dtype from the normal distribution of this mean and standard deviation: a float[] or
     * double[]. From 16 on they are made in blocks, so 16 draws are not 15 draws and one more.
     */
    public Object normal(DType dtype, int n, double mean, double std) {
        return switch (dtype) {
            case FLOAT32 ->
                n < BoxMuller.BLOCK ? singleFloats(n, mean, std) : blockFloats(n, (float) mean, (float) std);
            case FLOAT64 -> n < BoxMuller.BLOCK ? singleDoubles(n, mean, std) : blockDoubles(n, mean, std);
            case INT64, BOOL -> throw notFloat(dtype);
        };
    }

    /** {@code n} standard normal draws made one after the other, however many they are: never in blocks. */
    public double[] normalOneByOne(int n) {
        return singleDoubles(n, 0, 1);
    }

    /** {@code n} integers from {@code low} to below {@code high}, which must be greater. */
    public long[] integers(long low, long high, int n) {
        if (low >= high) {
            throw new IllegalArgumentException("empty range " + low + " to " + high);
        }
        // Unsigned: the distance of two longs fits 64 bits, but not always 63.
        long range = high - low;
        boolean wide = Long.compareUnsigned(range, WIDE_RANGE) >= 0;
        long[] draws = new long[n];
        for (int i = 0; i < n; i++) {
            long rest = wide ? Long.remainderUnsigned(random64(), range) : Integer.toUnsignedLong(random()) % range;
            draws[i] = rest + low;
        }
        return draws;
    }

    /** The numbers from 0 to {@code n - 1} in random order. */
    public long[] permutation(int n) {
        long[] order = new long[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int i = 0; i < n - 1; i++) {
            int other = i + Integer.remainderUnsigned(random(), n - i);
            long here = order[i];
            order[i] = order[other];
            order[other] = here;
        }
        return order;
    }

    private double uniformDouble() {
        return (random64() & 0x1fffffffffffffL) * DOUBLE_STEP;
    }

    private float[] uniformFloats(int n) {
        float[] draws = new float[n];
        twister.fill(draws, 0, n, FLOAT_STEP);
        return draws;
    }

    private double[] uniformDoubles(int n) {
        double[] draws = new double[n];
        for (int i = 0; i < n; i++) {
            draws[i] = uniformDouble();
        }
        return draws;
    }

    private float[] singleFloats(int n, double mean, double std) {
        float[] draws = new float[n];
        for (int i = 0; i < n; i++) {
            draws[i] = (float) (single() * std + mean);
        }
        return draws;
    }

    private double[] singleDoubles(int n, double mean, double std) {
        double[] draws = new double[n];
        for (int i = 0; i < n; i++) {
            draws[i] = single() * std + mean;
        }
        return draws;
    }

    /** One standard normal draw in float64; a second one comes with it and is kept for the next call. */
    private double single() {
        Double ready = kept;
        if (ready != null) {
            kept = null;
            return ready;
        }
        double turn = uniformDouble();
        double radius = Math.sqrt(-2 * StrictMath.log1p(-uniformDouble()));
        double theta = 2 * Math.PI * turn;
        kept = radius * StrictMath.sin(theta);
        return radius * StrictMath.cos(theta);
    }

    private float[] blockFloats(int n, float mean, float std) {
        float[] draws = new float[n];
        normal(draws, (from, to) -> BoxMuller.transform(draws, from, to, mean, std));
        return draws;
    }

    /** Turns uniform draws {@code from} to before {@code to}, whole blocks of 16, into normal ones, in place. */
    @FunctionalInterface
    public interface Transform {
        void run(int from, int to);
    }

    /**
     * Fills {@code draws}, at least 16, with the draws that {@link #normal(DType, int, double, double)} gives, by somebody
     * else's transform of the same bits as {@link BoxMuller}'s.
     */
    public void normal(float[] draws, Transform transform) {
        int n = draws.length;
        twister.fill(draws, 0, n, FLOAT_STEP);
        transform.run(0, n - n % BoxMuller.BLOCK);
        if (n % BoxMuller.BLOCK != 0) {
            // The last block overlaps the one before it and is drawn anew.
            twister.fill(draws, n - BoxMuller.BLOCK, n, FLOAT_STEP);
            transform.run(n - BoxMuller.BLOCK, n);
        }
    }

    private double[] blockDoubles(int n, double mean, double std) {
        double[] draws = uniformDoubles(n);
        for (int i = 0; i + BoxMuller.BLOCK <= n; i += BoxMuller.BLOCK) {
            BoxMuller.transform(draws, i, mean, std);
        }
        if (n % BoxMuller.BLOCK != 0) {
            int from = n - BoxMuller.BLOCK;
            for (int i = from; i < n; i++) {
                draws[i] = uniformDouble();
            }
            BoxMuller.transform(draws, from, mean, std);
        }
        return draws;
    }

    private static IllegalArgumentException notFloat(DType dtype) {
        return new IllegalArgumentException("random draws of dtype " + dtype);
    }
}
