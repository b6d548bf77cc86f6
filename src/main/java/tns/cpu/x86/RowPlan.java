package tns.cpu.x86;

import tns.expr.Program;

/** Where code for a row program keeps its values, which are asked for by their numbers. */
public interface RowPlan {
    /** Not in memory, or no operand. */
    int NOWHERE = -1;

    /** The value whose array it is in, which is mostly its own; or {@link #NOWHERE}. */
    int of(int k);

    /** Which of the operands that are written it is, or {@link #NOWHERE}. */
    int output(int k);

    /** Whether it is folded for many rows at once, before anything else is computed of them. */
    boolean isAhead(int k);

    /** Whether it is written to memory in the loop that folds it, which is the next value's. */
    boolean isFoldedAtOnce(int k);

    /** How much further on the next row of {@code n} elements begins. */
    int step(int k, int n);

    /** The elements of an array for {@code rows} rows. */
    int size(int k, int rows, int n);

    /** The function of its elements or of those that it folds. */
    Program program(int k);
}
