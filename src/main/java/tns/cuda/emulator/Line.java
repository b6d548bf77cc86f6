package tns.cuda.emulator;

/**
 * An instruction of the text, perhaps under a predicate.
 *
 * @param instruction a branch among them goes to the number of a line
 * @param predicate the register asked, or {@link #ALWAYS}
 * @param unless whether it is run where the predicate is false
 */
record Line(Instruction instruction, int predicate, boolean unless) {
    /** No predicate. */
    static final int ALWAYS = -1;

    boolean always() {
        return predicate == ALWAYS;
    }

    /** Whether the next line may follow it. */
    boolean goesOn() {
        Operation operation = instruction.operation;
        return !always() || operation != Operation.BRANCH && operation != Operation.RETURN;
    }
}
