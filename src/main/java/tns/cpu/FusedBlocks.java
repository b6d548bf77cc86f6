package tns.cpu;

import java.util.Arrays;
import tns.expr.Lane;
import tns.expr.Program;

/**
 * Feeds a fused loop: operands that lie as the loop reads them are passed as they are, others go through blocks that
 * stay in the L1 cache, as do the last elements that do not fill a vector. One thread's working memory.
 */
final class FusedBlocks {
    /** Elements of a block: with 6 operands 24 KiB of floats. A multiple of every vector length. */
    private static final int BLOCK_ELEMENTS = 1024;

    private float[][] floats = {};
    private double[][] doubles = {};
    private float[][] floatTails = {};
    private double[][] doubleTails = {};

    /** Whether {@code array} is of the lane's own type, so that a loop can work on it. */
    static boolean holds(Lane lane, Object array) {
        return lane == Lane.F32 ? array instanceof float[] : array instanceof double[];
    }

    /** A zeroed array of the lane's own type. */
    static Object array(Lane lane, int length) {
        return lane == Lane.F32 ? new float[length] : new double[length];
    }

    /** Whether so many elements leave no vector partly filled. */
    static boolean fillsVectors(Lane lane, int n) {
        return n % (VectorF32Loops.vectorBytes() / (lane.bits() / Byte.SIZE)) == 0;
    }

    private Object[] blocks(Lane lane, int count) {
        if (lane == Lane.F32) {
            if (floats.length < count) {
                floats = new float[count][BLOCK_ELEMENTS];
            }
            return floats;
        }
        if (doubles.length < count) {
            doubles = new double[count][BLOCK_ELEMENTS];
        }
        return doubles;
    }

    /** Computes elements {@code [start, end)} of the outputs. */
    void run(FusedLoop loop, Program program, Walk[] inputs, Walk[] outputs, int start, int end) {
        Lane lane = program.lane();
        int count = program.inputs();
        Object[] arrays = new Object[count + outputs.length];
        int[] at = new int[arrays.length];
        Object[] blocks = blocks(lane, arrays.length);
        long uniforms = 0;
        boolean direct = true;
        for (int k = 0; k < arrays.length; k++) {
            Walk walk = k < count ? inputs[k] : outputs[k - count];
            boolean repeats = k < count && walk.isUniform() && holds(lane, walk.array());
            if (repeats || walk.isRun() && holds(lane, walk.array())) {
                arrays[k] = walk.array();
                at[k] = walk.offset() + (repeats ? 0 : start);
                uniforms |= repeats ? 1L << k : 0;
            } else {
                direct = false;
            }
        }
        if (direct) {
            run(loop, program, uniforms, arrays, at, end - start);
            return;
        }
        long given = uniforms;
        for (int from = start; from < end; from += BLOCK_ELEMENTS) {
            int n = Math.min(BLOCK_ELEMENTS, end - from);
            for (int k = 0; k < arrays.length; k++) {
                Walk walk = k < count ? inputs[k] : outputs[k - count];
                if ((given >> k & 1) != 0) {
                    continue;
                }
                if (walk.isRun() && holds(lane, walk.array())) {
                    at[k] = walk.offset() + from;
                } else {
                    arrays[k] = blocks[k];
                    at[k] = 0;
                    if (k < count) {
                        load(lane, blocks[k], walk, from, n);
                    }
                }
            }
            run(loop, program, given, arrays, at, n);
            for (int k = count; k < arrays.length; k++) {
                if (arrays[k] == blocks[k]) {
                    store(lane, blocks[k], outputs[k - count], from, n);
                }
            }
        }
    }

    /**
     * Computes the rows {@code [first, last)} of so many elements each, of operands that lie in every row as the loop reads
     * them: without gaps, or the same one throughout where the bit set {@code uniforms} has the input.
     */
    void rows(
            FusedLoop loop,
            Program program,
            long uniforms,
            Walk[] inputs,
            Walk[] outputs,
            int length,
            int first,
            int last) {
        int count = program.inputs();
        Walk[] walks = Arrays.copyOf(inputs, count + outputs.length);
        System.arraycopy(outputs, 0, walks, count, outputs.length);
        Object[] arrays = new Object[walks.length];
        Arrays.setAll(arrays, k -> walks[k].array());
        int[] at = new int[walks.length];
        for (int row = first; row < last; row++) {
            for (int k = 0; k < walks.length; k++) {
                at[k] = walks[k].position(row * length);
            }
            run(loop, program, uniforms, arrays, at, length);
        }
    }

    private static void load(Lane lane, Object block, Walk source, int start, int n) {
        Object array = source.array();
        if (lane == Lane.F32) {
            float[] target = (float[]) block;
            source.forEachRun(start, n, (p, stride, at, count) -> Transfer.load(target, at, count, array, p, stride));
        } else {
            double[] target = (double[]) block;
            source.forEachRun(start, n, (p, stride, at, count) -> Transfer.load(target, at, count, array, p, stride));
        }
    }

    private static void store(Lane lane, Object block, Walk target, int start, int n) {
        Object array = target.array();
        if (lane == Lane.F32) {
            float[] source = (float[]) block;
            target.forEachRun(start, n, (p, stride, at, count) -> Transfer.store(source, at, count, array, p, stride));
        } else {
            double[] source = (double[]) block;
            target.forEachRun(start, n, (p, stride, at, count) -> Transfer.store(source, at, count, array, p, stride));
        }
    }

    /**
     * Computes {@code n} elements of operands that lie as the loop reads them; the last ones, if they do not fill a
     * vector, in arrays of one vector each.
     */
    void run(FusedLoop loop, Program program, long uniforms, Object[] arrays, int[] at, int n) {
        if (loop.takesAny()) {
            loop.run(arrays, at, n);
            return;
        }
        Lane lane = program.lane();
        int inputs = program.inputs();
        int length = VectorF32Loops.vectorBytes() / (lane.bits() / Byte.SIZE);
        int whole = n & -length;
        if (whole > 0) {
            loop.run(arrays, at, whole);
        }
        int rest = n - whole;
        if (rest == 0) {
            return;
        }
        Object[] tails = tails(lane, length, arrays.length);
        Object[] padded = new Object[arrays.length];
        int[] starts = new int[arrays.length];
        for (int k = 0; k < arrays.length; k++) {
            if (k < inputs && (uniforms >> k & 1) != 0) {
                padded[k] = arrays[k];
                starts[k] = at[k];
            } else {
                padded[k] = tails[k];
                if (k < inputs) {
                    copy(lane, arrays[k], at[k] + whole, tails[k], 0, rest);
                }
            }
        }
        loop.run(padded, starts, length);
        for (int k = inputs; k < arrays.length; k++) {
            copy(lane, tails[k], 0, arrays[k], at[k] + whole, rest);
        }
    }

    /** Copies elements of the lane's type, which the compiler then knows: it need not be found out for each few of them. */
    private static void copy(Lane lane, Object from, int at, Object to, int start, int n) {
        if (lane == Lane.F32) {
            System.arraycopy((float[]) from, at, (float[]) to, start, n);
        } else {
            System.arraycopy((double[]) from, at, (double[]) to, start, n);
        }
    }

    private Object[] tails(Lane lane, int length, int count) {
        Object[] tails = lane == Lane.F32 ? floatTails : doubleTails;
        if (tails.length < count) {
            tails = lane == Lane.F32 ? new float[count][length] : new double[count][length];
            if (lane == Lane.F32) {
                floatTails = (float[][]) tails;
            } else {
                doubleTails = (double[][]) tails;
            }
        }
        return tails;
    }
}
