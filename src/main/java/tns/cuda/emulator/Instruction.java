package tns.cuda.emulator;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One decoded instruction: what it does with which {@link Slots slots} of a thread. */
final class Instruction {
    /** Computes for neighbouring threads: the places of the result and of the operands of the first, and how many. */
    @FunctionalInterface
    interface Loop {
        void run(long[] values, int target, int a, int b, int c, int count);
    }

    final Operation operation;
    /** The slot of the result; where a branch goes. */
    final int target;

    /** The slots of the operands; those it does not have name one that is always set. */
    final int a;

    final int b;
    final int c;
    /** Which line of the text it is from, for messages. */
    final int line;
    /** What a computing one does. */
    private final @Nullable Loop loop;
    /** What is loaded or stored. */
    private final @Nullable Access access;
    /** In which bits of their numbers the threads of a shuffle differ that exchange values. */
    final int mask;

    private Instruction(
            Operation operation,
            int target,
            int a,
            int b,
            int c,
            int line,
            @Nullable Loop loop,
            @Nullable Access access,
            int mask) {
        this.operation = operation;
        this.target = target;
        this.a = a;
        this.b = b;
        this.c = c;
        this.line = line;
        this.loop = loop;
        this.access = access;
        this.mask = mask;
    }

    /** One with up to three operands; the others are {@code none}. */
    static Instruction of(Operation operation, int target, int none, int line, int... operands) {
        int a = operands.length > 0 ? operands[0] : none;
        int b = operands.length > 1 ? operands[1] : none;
        int c = operands.length > 2 ? operands[2] : none;
        return new Instruction(operation, target, a, b, c, line, null, null, 0);
    }

    Instruction withTarget(int other) {
        return new Instruction(operation, other, a, b, c, line, loop, access, mask);
    }

    Instruction withLoop(Loop other) {
        return new Instruction(operation, target, a, b, c, line, other, access, mask);
    }

    Instruction withAccess(Access other) {
        return new Instruction(operation, target, a, b, c, line, loop, other, mask);
    }

    Instruction withMask(int other) {
        return new Instruction(operation, target, a, b, c, line, loop, access, other);
    }

    Loop loop() {
        return Objects.requireNonNull(loop);
    }

    Access access() {
        return Objects.requireNonNull(access);
    }

    /** Whether threads wait for each other here. */
    boolean waits() {
        return operation == Operation.BARRIER || operation == Operation.SHUFFLE;
    }

    /** The slots it reads, in the order in which it reads them; some may come twice. */
    int[] reads() {
        int[] stored = access == null ? new int[0] : access.sources();
        int[] all = new int[3 + stored.length];
        all[0] = a;
        all[1] = b;
        all[2] = c;
        System.arraycopy(stored, 0, all, 3, stored.length);
        return all;
    }

    /** The slots it sets. */
    int[] writes() {
        if (access != null) {
            return access.targets();
        }
        boolean sets = operation == Operation.COMPUTE || operation == Operation.SHUFFLE;
        return sets ? new int[] {target} : new int[0];
    }
}
