package tns.cpu;

import tns.expr.Opcode;
import tns.expr.Program;

/**
 * The loops over blocks of one lane type: one for every machine step, and transfers between blocks and operands.
 *
 * <p>Blocks hold {@link #blockLength} elements. A <em>uniform</em> is an array of {@link #uniformLength} equal
 * elements; a loop told by an operand's length that it is one reads it again and again. Where both lengths are the same
 * there is no difference.
 *
 * @param <A> float[], double[] or long[]
 */
abstract class Loops<A> {
    private final int blockLength;
    private final int uniformLength;

    Loops(int blockLength, int uniformLength) {
        this.blockLength = blockLength;
        this.uniformLength = uniformLength;
    }

    /** Greatest number of elements that can be processed at once. */
    final int blockLength() {
        return blockLength;
    }

    final int uniformLength() {
        return uniformLength;
    }

    abstract A allocate(int length);

    /** An array of {@code count} null references. */
    abstract A[] allocateSlots(int count);

    /**
     * Makes {@code uniform[0, n)} a constant of the program.
     *
     * @param alike how many of the first elements are equal already
     * @return how many are now
     */
    abstract int repeatConstant(A uniform, int alike, Program program, int slot, int n);

    /** The same with element {@code at} of {@code source}, an array of the lane's type. */
    abstract int repeat(A uniform, int alike, Object source, int at, int n);

    /** Fills {@code target[0, n)} with the first element of {@code uniform}. */
    abstract void fill(A target, A uniform, int n);

    /** Loads {@code n} elements of the operand from number {@code start} in row-major order, converted to the lane. */
    abstract void load(A target, Walk source, int start, int n);

    /** Stores {@code source[0, n)}, converted, as the elements from number {@code start} in row-major order. */
    abstract void store(A source, Walk target, int start, int n);

    /**
     * {@code target[i] = op(a[i], b[i], c[i])} for i < n; the rest of the target block may be overwritten with
     * anything. Unused operands are {@code a}. The target may be an operand, but is never a uniform.
     */
    abstract void apply(Opcode op, A target, A a, A b, A c, int n);
}
