package tns.cuda.emulator;

/** The source of a value: a register or a literal. */
@FunctionalInterface
interface Operand {
    /** The bit pattern; 32-bit values in the low half, the upper half then means nothing. */
    long of(Lane lane);
}
