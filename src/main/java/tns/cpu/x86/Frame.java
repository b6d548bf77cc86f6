package tns.cpu.x86;

import static tns.cpu.x86.Assembler.RSP;

import tns.cpu.x86.Assembler.Memory;

/** The stack's memory of a function, in vectors: some for as long as it runs, above them some for a program's values. */
final class Frame {
    /** A function takes so much of the stack: room for each value of the longest program, and half as many others. */
    static final int BYTES = 20 << 10;

    private int kept;
    private int used;

    /** A vector for as long as the function runs. */
    Memory keep() {
        if (used != kept) {
            throw new IllegalStateException("kept while a program is written");
        }
        kept++;
        return next();
    }

    /** A vector for a value of the program at hand. */
    Memory next() {
        int at = used++ * Assembler.VECTOR;
        if (at + Assembler.VECTOR > BYTES) {
            throw new IllegalStateException("more values than the frame holds");
        }
        return Memory.at(RSP, at);
    }

    /** Forgets the program's values. */
    void free() {
        used = kept;
    }
}
