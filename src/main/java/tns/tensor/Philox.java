package tns.tensor;

import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.Program;
import tns.expr.ScalarRunner;

/**
 * Random numbers without a state: Philox4x32-10, and the ways from its words to draws.
 *
 * <p>A call of a generator, known by its seed and its number, draws any element without those before it. Block {@code b}
 * of the call is the four words {@code w[0..3]} that ten rounds make of the counter {@code (b, 0, low half of the call,
 * high half of the call)} under the key {@code (low half of the seed, high half of the seed)}. Of a block come:
 *
 * <ul>
 *   <li>four float32: {@code u[4b + j] = (w[j] >>> 8) / 2^24} for uniform draws. For normal ones elements {@code 4b + 2j}
 *       and {@code 4b + 2j + 1} are {@code r cos t} and {@code r sin t}, where {@code r = sqrt(-2 log u)}, {@code u =
 *       w[2j] / 2^32 + 1 / 2^33} and {@code t = 2 pi (w[2j + 1] >>> 8) / 2^24}, everything in float32;
 *   <li>two float64 of the numbers {@code x[j] = (w[2j] << 32 | w[2j + 1]) >>> 11}: {@code u[2b + j] = x[j] / 2^53} for
 *       uniform draws; for normal ones the pair as above with {@code u = (x[0] + 1) / 2^53} and {@code t = 2 pi x[1] /
 *       2^53};
 *   <li>two int64: {@code low + floor((w[2j] << 32 | w[2j + 1]) * (high - low) / 2^64)}, whose odds differ from even ones
 *       by less than {@code (high - low) / 2^64}.
 * </ul>
 *
 * <p>A uniform draw is {@code u * (high - low) + low} in the arithmetic of its dtype, a normal one {@code z * std +
 * mean}. Where rounding would give {@code high}, a uniform draw is {@code low}.
 *
 * <p>Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, SC'11. The normal
 * draws are those of Box and Muller.
 */
public final class Philox {
    /** Rounds of the cipher. */
    public static final int ROUNDS = 10;

    /** What the first and the third word of a counter are multiplied by. */
    public static final int MULTIPLIER_0 = 0xD2511F53;

    public static final int MULTIPLIER_1 = 0xCD9E8D57;

    /** What is added to the words of the key from round to round. */
    public static final int KEY_STEP_0 = 0x9E3779B9;

    public static final int KEY_STEP_1 = 0xBB67AE85;

    private Philox() {}

    /** The four words of a block of a call. */
    public static int[] block(long seed, long call, int number) {
        return words(new int[] {number, 0, (int) call, (int) (call >>> 32)}, (int) seed, (int) (seed >>> 32));
    }

    /** Philox4x32-10 itself. */
    static int[] words(int[] counter, int key0, int key1) {
        int[] c = counter.clone();
        for (int round = 0; round < ROUNDS; round++) {
            long a = (c[0] & 0xFFFF_FFFFL) * (MULTIPLIER_0 & 0xFFFF_FFFFL);
            long b = (c[2] & 0xFFFF_FFFFL) * (MULTIPLIER_1 & 0xFFFF_FFFFL);
            c[0] = (int) (b >>> 32) ^ c[1] ^ key0 + round * KEY_STEP_0;
            c[1] = (int) b;
            c[2] = (int) (a >>> 32) ^ c[3] ^ key1 + round * KEY_STEP_1;
            c[3] = (int) a;
        }
        return c;
    }

    /**
     * From bits to a uniform draw. Inputs: the bits as an integral number, low, high - low, high; output: the draw.
     *
     * @param lane a float lane
     */
    public static Program uniform(Lane lane) {
        Expr u = Expr.input(0).mul(lane == Lane.F32 ? 0x1p-24 : 0x1p-53);
        Expr draw = u.mul(Expr.input(2)).add(Expr.input(1));
        return Program.of(lane, Expr.select(draw.lt(Expr.input(3)), draw, Expr.input(1)));
    }

    /**
     * From bits to a pair of normal draws. Inputs: the bits of the radius and those of the angle as integral numbers,
     * mean, std; outputs: the draws.
     *
     * @param lane a float lane
     */
    public static Program normal(Lane lane) {
        Expr bits = Expr.input(0);
        Expr u = lane == Lane.F32 ? bits.mul(0x1p-32).add(0x1p-33) : bits.add(1).mul(0x1p-53);
        Expr turn = Expr.input(1).mul(lane == Lane.F32 ? 0x1p-24 : 0x1p-53);
        Expr radius = u.log().mul(-2).sqrt();
        Expr angle = turn.mul(2 * Math.PI);
        return Program.of(lane, scaled(radius.mul(angle.cos())), scaled(radius.mul(angle.sin())));
    }

    private static Expr scaled(Expr draw) {
        return draw.mul(Expr.input(3)).add(Expr.input(2));
    }

    /** {@code n} draws of a float dtype, uniform from {@code low} to below {@code high}: a float[] or double[]. */
    public static Object uniform(long seed, long call, DType dtype, int n, double low, double high) {
        if (dtype == DType.FLOAT32) {
            float[] bits = new float[n];
            for (int i = 0; i < n; i++) {
                bits[i] = block(seed, call, i >>> 2)[i & 3] >>> 8;
            }
            float start = (float) low;
            float end = (float) high;
            float[] draws = new float[n];
            run(uniform(Lane.F32), n, new Object[] {bits, of(start), of(end - start), of(end)}, draws);
            return draws;
        }
        requireDouble(dtype);
        double[] bits = new double[n];
        for (int i = 0; i < n; i++) {
            bits[i] = word64(block(seed, call, i >>> 1), i & 1) >>> 11;
        }
        double[] draws = new double[n];
        run(uniform(Lane.F64), n, new Object[] {bits, of(low), of(high - low), of(high)}, draws);
        return draws;
    }

    /** {@code n} draws of a float dtype from the normal distribution: a float[] or double[]. */
    public static Object normal(long seed, long call, DType dtype, int n, double mean, double std) {
        int pairs = (n + 1) / 2;
        if (dtype == DType.FLOAT32) {
            float[] radii = new float[pairs];
            float[] angles = new float[pairs];
            for (int i = 0; i < pairs; i++) {
                int[] words = block(seed, call, i >>> 1);
                radii[i] = words[2 * (i & 1)] & 0xFFFF_FFFFL;
                angles[i] = words[2 * (i & 1) + 1] >>> 8;
            }
            float[] cosines = new float[pairs];
            float[] sines = new float[pairs];
            Object[] inputs = {radii, angles, of((float) mean), of((float) std)};
            run(normal(Lane.F32), pairs, inputs, cosines, sines);
            float[] draws = new float[n];
            for (int i = 0; i < n; i++) {
                draws[i] = (i & 1) == 0 ? cosines[i / 2] : sines[i / 2];
            }
            return draws;
        }
        requireDouble(dtype);
        double[] radii = new double[pairs];
        double[] angles = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            int[] words = block(seed, call, i);
            radii[i] = word64(words, 0) >>> 11;
            angles[i] = word64(words, 1) >>> 11;
        }
        double[] cosines = new double[pairs];
        double[] sines = new double[pairs];
        run(normal(Lane.F64), pairs, new Object[] {radii, angles, of(mean), of(std)}, cosines, sines);
        double[] draws = new double[n];
        for (int i = 0; i < n; i++) {
            draws[i] = (i & 1) == 0 ? cosines[i / 2] : sines[i / 2];
        }
        return draws;
    }

    /** {@code n} integers from {@code low} to below {@code high}, which must be greater. */
    public static long[] integers(long seed, long call, int n, long low, long high) {
        long[] draws = new long[n];
        for (int i = 0; i < n; i++) {
            long bits = word64(block(seed, call, i >>> 1), i & 1);
            draws[i] = low + Math.unsignedMultiplyHigh(bits, high - low);
        }
        return draws;
    }

    private static long word64(int[] words, int j) {
        return (long) words[2 * j] << 32 | words[2 * j + 1] & 0xFFFF_FFFFL;
    }

    private static void requireDouble(DType dtype) {
        if (dtype != DType.FLOAT64) {
            throw new IllegalArgumentException("random draws of dtype " + dtype);
        }
    }

    private static float[] of(float value) {
        return new float[] {value};
    }

    private static double[] of(double value) {
        return new double[] {value};
    }

    /** Runs a program over {@code n} elements; arrays of one element repeat. */
    private static void run(Program program, int n, Object[] inputs, Object... outputs) {
        new ScalarRunner().run(program, operands(inputs), operands(outputs), new int[] {n});
    }

    private static Operand[] operands(Object[] arrays) {
        Operand[] operands = new Operand[arrays.length];
        for (int k = 0; k < arrays.length; k++) {
            int length = switch (arrays[k]) {
                case float[] a -> a.length;
                case double[] a -> a.length;
                default -> throw new IllegalStateException("unexpected array " + arrays[k].getClass());
            };
            operands[k] = new Operand(arrays[k], 0, new int[] {length == 1 ? 0 : 1});
        }
        return operands;
    }
}
