package tns.expr;

/** Executes a program for every element of a shape. */
public interface PointwiseRunner {
    /**
     * Computes {@code outputs[k] = program output k (inputs)} for every index of {@code shape}; nothing for an empty
     * shape, one element for a shape of rank 0. Elements are converted to the lane when loaded and to the output's type
     * when stored.
     *
     * <p>An output may be the same array as an input if each index reads and writes the same position; otherwise
     * outputs must not overlap anything.
     *
     * @throws IllegalArgumentException if the number of operands or strides does not fit
     */
    void run(Program program, Operand[] inputs, Operand[] outputs, int[] shape);
}
