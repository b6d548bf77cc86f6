package tns.cuda.ptx;

/**
 * A piece of memory that is moved as it is, whatever its elements are.
 *
 * @param bytes its size and alignment: 1, 2, 4, 8 or 16
 */
record Unit(int bytes) {
    /** The registers that hold one. */
    String[] registers(PtxWriter w) {
        return bytes == 16
                ? new String[] {w.register(PtxType.B64), w.register(PtxType.B64)}
                : new String[] {w.register(bytes == 8 ? PtxType.B64 : PtxType.B32)};
    }

    /** Loads one where the guard, {@code @%p0 } or nothing, holds. */
    void load(PtxWriter w, String guard, String space, String[] registers, String address) {
        w.op(guard + "ld." + space + suffix(), operand(registers), "[" + address + "]");
    }

    /** Stores one where the guard holds. */
    void store(PtxWriter w, String guard, String space, String address, String[] registers) {
        w.op(guard + "st." + space + suffix(), "[" + address + "]", operand(registers));
    }

    private String suffix() {
        return bytes == 16 ? ".v2.u64" : ".u" + 8 * bytes;
    }

    private static String operand(String[] registers) {
        return registers.length == 1 ? registers[0] : "{" + String.join(", ", registers) + "}";
    }
}
