package tns.cuda.ptx;

import java.util.Arrays;
import tns.expr.Lane;
import tns.tensor.DType;

/**
 * How an element of a dtype travels between memory and a register of a lane, converted as
 * {@link tns.expr.Operand} defines it.
 */
final class Element {
    private Element() {}

    /** Bytes of one element in memory. */
    static int bytes(DType dtype) {
        return dtype.bytes();
    }

    /** The register type of a lane. */
    static PtxType register(Lane lane) {
        return switch (lane) {
            case F32 -> PtxType.F32;
            case F64 -> PtxType.F64;
            case I64 -> PtxType.B64;
        };
    }

    /** The register type that holds an element as it lies in memory. */
    static PtxType raw(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> PtxType.F32;
            case FLOAT64 -> PtxType.F64;
            case INT64 -> PtxType.B64;
            case BOOL -> PtxType.B32;
        };
    }

    /** The suffix of a load or store: {@code f32}, {@code f64}, {@code u64}, {@code u8}. */
    static String access(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "f32";
            case FLOAT64 -> "f64";
            case INT64 -> "u64";
            case BOOL -> "u8";
        };
    }

    /** Loads {@code group} neighbouring elements by accesses as wide as possible; the address is a multiple of each. */
    static String[] load(PtxWriter w, DType dtype, String address, int group) {
        String[] raw = new String[group];
        Arrays.setAll(raw, e -> w.register(raw(dtype)));
        transfer("ld.global", dtype, group, (instruction, from, to, at) -> {
            String target = vector(raw, from, to);
            w.op(instruction, target, place(address, at));
        });
        return raw;
    }

    /** Stores neighbouring elements, already as they lie in memory, by accesses as wide as possible. */
    static void store(PtxWriter w, DType dtype, String address, String[] raw) {
        transfer(
                "st.global",
                dtype,
                raw.length,
                (instruction, from, to, at) -> w.op(instruction, place(address, at), vector(raw, from, to)));
    }

    /** A place {@code bytes} after an address. */
    static String place(String address, int bytes) {
        return bytes == 0 ? "[" + address + "]" : "[" + address + "+" + bytes + "]";
    }

    private static String vector(String[] registers, int from, int to) {
        return to - from == 1
                ? registers[from]
                : "{" + String.join(", ", Arrays.copyOfRange(registers, from, to)) + "}";
    }

    /** Cuts a group of elements into accesses of at most four elements and 16 bytes. */
    private static void transfer(String instruction, DType dtype, int group, Transfer each) {
        int bytes = bytes(dtype);
        int most = Math.min(Math.min(4, 16 / bytes), group);
        String vector = most == 1 ? "" : ".v" + most;
        for (int from = 0; from < group; from += most) {
            each.at(instruction + vector + "." + access(dtype), from, from + most, from * bytes);
        }
    }

    /** One access of a group: elements {@code from} to {@code to}, {@code at} bytes from the group's first. */
    @FunctionalInterface
    private interface Transfer {
        void at(String instruction, int from, int to, int at);
    }

    /** Converts an element just loaded to the lane. */
    static String toLane(PtxWriter w, DType from, Lane lane, String raw) {
        return switch (lane) {
            case F32 ->
                switch (from) {
                    case FLOAT32 -> raw;
                    case FLOAT64 -> w.make(PtxType.F32, "cvt.rn.f32.f64", raw);
                    case INT64 -> w.make(PtxType.F32, "cvt.rn.f32.s64", raw);
                    case BOOL -> w.make(PtxType.F32, "cvt.rn.f32.u32", raw);
                };
            case F64 ->
                switch (from) {
                    case FLOAT32 -> w.make(PtxType.F64, "cvt.f64.f32", raw);
                    case FLOAT64 -> raw;
                    case INT64 -> w.make(PtxType.F64, "cvt.rn.f64.s64", raw);
                    case BOOL -> w.make(PtxType.F64, "cvt.rn.f64.u32", raw);
                };
            case I64 ->
                switch (from) {
                    case FLOAT32 -> toLong(w, w.make(PtxType.F64, "cvt.f64.f32", raw));
                    case FLOAT64 -> toLong(w, raw);
                    case INT64 -> raw;
                    case BOOL -> w.make(PtxType.B64, "cvt.u64.u32", raw);
                };
        };
    }

    /** Converts a value of the lane to what is stored. */
    static String toMemory(PtxWriter w, Lane lane, DType to, String value) {
        if (to == DType.BOOL) {
            String set = w.register(PtxType.PRED);
            switch (lane) {
                case F32 -> w.op("setp.neu.f32", set, value, "0f00000000");
                case F64 -> w.op("setp.neu.f64", set, value, "0d0000000000000000");
                case I64 -> w.op("setp.ne.s64", set, value, "0");
            }
            return w.make(PtxType.B32, "selp.b32", "1", "0", set);
        }
        return switch (lane) {
            case F32 ->
                switch (to) {
                    case FLOAT64 -> w.make(PtxType.F64, "cvt.f64.f32", value);
                    case INT64 -> toLong(w, w.make(PtxType.F64, "cvt.f64.f32", value));
                    default -> value;
                };
            case F64 ->
                switch (to) {
                    case FLOAT32 -> w.make(PtxType.F32, "cvt.rn.f32.f64", value);
                    case INT64 -> toLong(w, value);
                    default -> value;
                };
            case I64 ->
                switch (to) {
                    case FLOAT32 -> w.make(PtxType.F32, "cvt.rn.f32.s64", value);
                    case FLOAT64 -> w.make(PtxType.F64, "cvt.rn.f64.s64", value);
                    default -> value;
                };
        };
    }

    /** {@link tns.expr.Operand#toLong}: the conversion saturates where the definition gives the least long. */
    private static String toLong(PtxWriter w, String value) {
        String low = w.register(PtxType.PRED);
        String fits = w.register(PtxType.PRED);
        w.op("setp.ge.f64", low, value, "0dC3E0000000000000");
        w.op("setp.lt.and.f64", fits, value, "0d43E0000000000000", low);
        String converted = w.make(PtxType.B64, "cvt.rzi.s64.f64", value);
        return w.make(PtxType.B64, "selp.b64", converted, "0x8000000000000000", fits);
    }
}
