package tns.cuda.ptx;

import java.util.Arrays;
import tns.expr.Lane;
import tns.tensor.DType;

/**
 * Elements of one operand that lie next to each other, on their way between memory and the registers of a lane.
 *
 * @param count how many
 * @param vector whether their address is a multiple of 16, so that up to 16 bytes go at a time
 */
record Neighbours(PtxWriter w, DType dtype, Lane lane, int count, boolean vector) {
    /** Loads them from {@code address}. */
    String[] load(String address) {
        String[] raw = new String[count];
        Arrays.setAll(raw, e -> w.register(Element.raw(dtype)));
        transfer(
                "ld.global",
                (instruction, from, to, at) -> w.op(instruction, operand(raw, from, to), place(address, at)));
        for (int e = 0; e < count; e++) {
            raw[e] = Element.toLane(w, dtype, lane, raw[e]);
        }
        return raw;
    }

    /** Stores values of the lane at {@code address}. */
    void store(String address, String[] values) {
        String[] raw = new String[count];
        Arrays.setAll(raw, e -> Element.toMemory(w, lane, dtype, values[e]));
        transfer(
                "st.global",
                (instruction, from, to, at) -> w.op(instruction, place(address, at), operand(raw, from, to)));
    }

    private static String place(String address, int bytes) {
        return bytes == 0 ? "[" + address + "]" : "[" + address + "+" + bytes + "]";
    }

    private static String operand(String[] registers, int from, int to) {
        return to - from == 1
                ? registers[from]
                : "{" + String.join(", ", Arrays.copyOfRange(registers, from, to)) + "}";
    }

    /** Cuts them into accesses of at most four elements and 16 bytes. */
    private void transfer(String instruction, Transfer each) {
        int bytes = Element.bytes(dtype);
        int most = vector ? Math.min(Math.min(4, 16 / bytes), count) : 1;
        String form = most == 1 ? "" : ".v" + most;
        for (int from = 0; from < count; from += most) {
            each.at(instruction + form + "." + Element.access(dtype), from, from + most, from * bytes);
        }
    }

    /** One access: elements {@code from} to {@code to}, {@code at} bytes from the first. */
    @FunctionalInterface
    private interface Transfer {
        void at(String instruction, int from, int to, int at);
    }
}
