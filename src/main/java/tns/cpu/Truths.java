package tns.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.Program;
import tns.expr.ScalarRunner;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Pointwise programs of truth values alone, and folds of them, computed on the bytes that hold them.
 *
 * <p>Whatever the steps of such a program, it is an exclusive or of products of its inputs (its algebraic normal form),
 * which is found by running the program for each combination of inputs. {@code a & b} of 4 M elements took 23.6 ms by
 * blocks of longs (AMD EPYC without AVX-512, one core, 2026-11-27).
 */
final class Truths {
    /** Inputs of a program at most: there are eight products of three. */
    private static final int MOST_INPUTS = 3;

    /** Fewer are left to those who need no preparations. */
    private static final int LEAST_ELEMENTS = 256;

    private static final int SHARE_ELEMENTS = 1 << 17;

    /** Fewer at a time are faster side by side. */
    private static final int LEAST_FOLDED = 64;

    /** Ones that a byte can count. */
    private static final int MOST_IN_BYTE = 255;

    /** Of each two bytes the lower. */
    private static final long LOW_BYTES = 0x00FF_00FF_00FF_00FFL;

    private static final int[] GAPLESS = {1};
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private Truths() {}

    /**
     * Folds truth values without gaps: all that there is to know is how many of them hold.
     *
     * @return whether they were such; if not, nothing has been computed
     */
    static boolean reduce(Parallel parallel, Reduction reduction, Tensor input, Tensor output) {
        int rows = output.elements();
        int n = rows == 0 ? 0 : input.elements() / rows;
        boolean folds = reduction != Reduction.ARGMAX && reduction != Reduction.ARGMIN;
        if (!folds || n < LEAST_FOLDED || !(HostBuffer.array(input) instanceof byte[] x) || !input.isContiguous()) {
            return false;
        }
        int pieces = (n + SHARE_ELEMENTS - 1) / SHARE_ELEMENTS;
        long[] counts = new long[rows * pieces];
        int at = input.view().offset();
        parallel.range(rows * pieces, Math.max(1, SHARE_ELEMENTS / n), (first, last) -> {
            for (int task = first; task < last; task++) {
                int from = task % pieces * SHARE_ELEMENTS;
                int begin = at + task / pieces * n + from;
                counts[task] = count(x, begin, begin + Math.min(SHARE_ELEMENTS, n - from));
            }
        });
        Object y = HostBuffer.array(output);
        int target = output.view().offset();
        for (int row = 0; row < rows; row++) {
            long count = 0;
            for (int piece = 0; piece < pieces; piece++) {
                count += counts[row * pieces + piece];
            }
            long result = switch (reduction) {
                case SUM -> count;
                case MAX, ARGMAX -> count > 0 ? 1 : 0;
                case MIN, ARGMIN, PROD -> count == n ? 1 : 0;
            };
            if (y instanceof long[] longs) {
                longs[target + row] = result;
            } else {
                ((byte[]) y)[target + row] = (byte) result;
            }
        }
        return true;
    }

    /**
     * How many of these bytes are 1, the others being 0. Bytes are added side by side: 4 M in 0.17 to 0.20 ms, where counting
     * the bits of each eight took 0.34 to 0.70 (AMD EPYC without AVX-512, one core, alternating, 2026-11-27).
     */
    private static long count(byte[] x, int from, int to) {
        long count = 0;
        int i = from;
        while (to - i >= Long.BYTES) {
            long eight = 0;
            for (int end = Math.min(to - Long.BYTES, i + (MOST_IN_BYTE - 1) * Long.BYTES); i <= end; i += Long.BYTES) {
                eight += (long) EIGHT.get(x, i);
            }
            long four = (eight & LOW_BYTES) + (eight >>> Byte.SIZE & LOW_BYTES);
            count += four * 0x0001_0001_0001_0001L >>> 3 * Short.SIZE;
        }
        for (; i < to; i++) {
            count += x[i];
        }
        return count;
    }

    /**
     * Computes a program of truth values.
     *
     * @return whether it was such a program, over operands without gaps or repeated; if not, nothing has been computed
     */
    static boolean run(Parallel parallel, Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        int n = shape.elements();
        int count = program.inputs();
        if (program.lane() != Lane.I64 || count == 0 || count > MOST_INPUTS || n < LEAST_ELEMENTS) {
            return false;
        }
        byte[][] arrays = new byte[MOST_INPUTS][];
        int[] at = new int[MOST_INPUTS];
        int repeated = 0;
        for (int i = 0; i < count; i++) {
            boolean repeats = inputs[i].view().isRepeated();
            if (!(HostBuffer.array(inputs[i]) instanceof byte[] array)
                    || !repeats && !(inputs[i].elements() == n && inputs[i].isContiguous())) {
                return false;
            }
            arrays[i] = array;
            at[i] = inputs[i].view().offset();
            repeated |= repeats ? 1 << i : 0;
        }
        for (Tensor output : outputs) {
            if (!(HostBuffer.array(output) instanceof byte[]) || !output.isContiguous()) {
                return false;
            }
        }
        byte[][] products = products(program, outputs.length);
        for (int k = 0; k < outputs.length; k++) {
            byte[] factors = products[k];
            for (int i = 0; i < MOST_INPUTS; i++) {
                if ((repeated >> i & 1) != 0) {
                    fix(factors, i, arrays[i][at[i]]);
                }
            }
            byte[] y = (byte[]) HostBuffer.array(outputs[k]);
            Loop loop =
                    new Loop(factors, arrays, at, repeated, y, outputs[k].view().offset());
            parallel.range(n, SHARE_ELEMENTS, loop);
        }
        return true;
    }

    /** For each output whether the product of the inputs in the set that the index is, as bits, is part of it. */
    private static byte[][] products(Program program, int count) {
        int rows = 1 << program.inputs();
        Operand[] inputs = new Operand[program.inputs()];
        for (int i = 0; i < inputs.length; i++) {
            byte[] bits = new byte[rows];
            for (int row = 0; row < rows; row++) {
                bits[row] = (byte) (row >> i & 1);
            }
            inputs[i] = new Operand(bits, 0, GAPLESS);
        }
        byte[][] products = new byte[count][1 << MOST_INPUTS];
        Operand[] outputs = new Operand[count];
        for (int k = 0; k < count; k++) {
            outputs[k] = new Operand(products[k], 0, GAPLESS);
        }
        new ScalarRunner().run(program, inputs, outputs, new int[] {rows});
        for (byte[] table : products) {
            // From results to products, input by input: the result without it is part of the result with it.
            for (int bit = 1; bit < rows; bit <<= 1) {
                for (int row = 0; row < rows; row++) {
                    table[row] ^= (row & bit) == 0 ? 0 : table[row ^ bit];
                }
            }
        }
        return products;
    }

    /** Makes an input part of the factors, as it has the same {@code value} everywhere. */
    private static void fix(byte[] factors, int input, byte value) {
        int bit = 1 << input;
        for (int row = 0; row < factors.length; row++) {
            if ((row & bit) != 0) {
                factors[row ^ bit] ^= (byte) (factors[row] & value);
                factors[row] = 0;
            }
        }
    }

    /** Computes the elements of one output. */
    private static final class Loop implements Parallel.Body {
        private final byte[] factors;
        private final byte[][] arrays;
        private final int[] at;
        private final byte[] y;
        private final int target;

        /** Inputs that are not there, or are the same everywhere, have no factors: another's elements stand in. */
        Loop(byte[] factors, byte[][] arrays, int[] at, int repeated, byte[] y, int target) {
            this.factors = factors;
            this.arrays = arrays.clone();
            this.at = at.clone();
            this.y = y;
            this.target = target;
            for (int i = 0; i < MOST_INPUTS; i++) {
                if (arrays[i] == null || (repeated >> i & 1) != 0) {
                    this.arrays[i] = y;
                    this.at[i] = target;
                }
            }
        }

        @Override
        public void run(int from, int to) {
            int whole = from + ((to - from) & -Long.BYTES);
            if (factors[4] + factors[5] + factors[6] + factors[7] == 0) {
                two(from, whole);
            } else {
                three(from, whole);
            }
            for (int e = whole; e < to; e++) {
                int row = arrays[0][at[0] + e] | arrays[1][at[1] + e] << 1 | arrays[2][at[2] + e] << 2;
                int truth = 0;
                for (int set = 0; set < factors.length; set++) {
                    truth ^= (row & set) == set ? factors[set] : 0;
                }
                y[target + e] = (byte) truth;
            }
        }

        private void two(int from, int to) {
            byte[] a = arrays[0];
            byte[] b = arrays[1];
            long none = eight(0);
            long first = eight(1);
            long second = eight(2);
            long both = eight(3);
            for (int e = from; e < to; e += Long.BYTES) {
                long p = (long) EIGHT.get(a, at[0] + e);
                long q = (long) EIGHT.get(b, at[1] + e);
                EIGHT.set(y, target + e, none ^ p & (first ^ q & both) ^ q & second);
            }
        }

        private void three(int from, int to) {
            byte[] a = arrays[0];
            byte[] b = arrays[1];
            byte[] c = arrays[2];
            long none = eight(0);
            long first = eight(1);
            long second = eight(2);
            long firstTwo = eight(3);
            long third = eight(4);
            long firstThird = eight(5);
            long lastTwo = eight(6);
            long all = eight(7);
            for (int e = from; e < to; e += Long.BYTES) {
                long p = (long) EIGHT.get(a, at[0] + e);
                long q = (long) EIGHT.get(b, at[1] + e);
                long without = none ^ p & (first ^ q & firstTwo) ^ q & second;
                long with = third ^ p & (firstThird ^ q & all) ^ q & lastTwo;
                EIGHT.set(y, target + e, without ^ (long) EIGHT.get(c, at[2] + e) & with);
            }
        }

        /** A factor for each of eight elements. */
        private long eight(int set) {
            return factors[set] * 0x0101_0101_0101_0101L;
        }
    }
}
