package tns.cpu;

import org.jspecify.annotations.Nullable;
import tns.expr.Lane;

/** What turns squares of floats in registers: machine code where there can be some, else a loop of vector operations. */
final class Turns {
    /** Columns to warm up the loop with, and about how many steps each of its vectors takes. */
    private static final int WARM_UP_ELEMENTS = 1 << 10;

    private static final int STEPS = 12;

    private final BackgroundLoop<FusedLoop> vectors;
    private final MachineCode machine;
    private final CodedLoop<Squares> code;

    /** @param maker what makes loops; null to do without */
    Turns(@Nullable FusedLoops maker, MachineCode machine) {
        this.machine = machine;
        code = new CodedLoop<>(machine, MachineCode::squares);
        vectors = BackgroundLoop.of(
                maker,
                () -> TurnCode.squares(),
                () -> FusedLoops.arrays(Lane.F32, TurnCode.OPERANDS, WARM_UP_ELEMENTS),
                WARM_UP_ELEMENTS,
                STEPS);
    }

    /** A loop with the operands of {@link TurnCode}, and how many rows and columns a square has. */
    record Squares(FusedLoop loop, int side) {}

    /** The loop if there is one by now; so many elements are about to be turned. */
    @Nullable
    Squares get(int elements) {
        Squares coded = code.get((long) elements * STEPS);
        if (coded != null && machine.isBest(elements)) {
            return coded;
        }
        FusedLoop loop = vectors.get(elements);
        return loop == null ? coded : new Squares(loop, VectorF32Loops.vectorBytes() / Float.BYTES);
    }
}
