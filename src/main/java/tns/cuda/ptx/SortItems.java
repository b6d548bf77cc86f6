package tns.cuda.ptx;

import tns.tensor.DType;

/**
 * What is sorted instead of elements: an unsigned key whose order is the wanted one, and the position the element had,
 * which decides between equal keys and so makes every sort a stable one.
 *
 * <p>NaN are above all and equal among themselves, both zeros are equal, descending turns all bits of the key round. A
 * key of at most 32 bits stands with its position in one 64-bit word; of longer ones the position has a word of its own.
 */
final class SortItems {
    private final PtxWriter w;
    private final DType dtype;
    private final boolean descending;

    SortItems(PtxWriter w, DType dtype, boolean descending) {
        this.w = w;
        this.dtype = dtype;
        this.descending = descending;
    }

    /** Whether the position has a word of its own. */
    static boolean isWide(DType dtype) {
        return dtype == DType.FLOAT64 || dtype == DType.INT64;
    }

    /** An item in registers that follows every element, {@code position} being behind theirs. */
    String[] padding(String position) {
        return isWide(dtype)
                ? new String[] {w.make(PtxType.B64, "mov.u64", "-1"), w.make(PtxType.B32, "mov.u32", position)}
                : new String[] {packed(w.make(PtxType.B32, "mov.u32", "-1"), position)};
    }

    /** The item of an element. */
    String[] item(String raw, String position) {
        String key = switch (dtype) {
            case FLOAT32 -> key(FloatFormat.BINARY32, raw);
            case FLOAT64 -> key(FloatFormat.BINARY64, raw);
            case INT64 -> w.make(PtxType.B64, "xor.b64", raw, "0x8000000000000000");
            case BOOL -> raw;
        };
        PtxType type = isWide(dtype) ? PtxType.B64 : PtxType.B32;
        String turned = descending ? w.make(type, "not." + type.word(), key) : key;
        return isWide(dtype) ? new String[] {turned, position} : new String[] {packed(turned, position)};
    }

    /** The key of a float: negative ones with all bits turned, the others with the sign turned. */
    private String key(FloatFormat format, String raw) {
        String untyped = "." + format.untyped();
        String nan = w.make(PtxType.PRED, "setp.nan." + format.word(), raw, raw);
        String value = w.make(format.value(), "add.rn." + format.word(), raw, format.literal(0));
        String bits = w.make(format.pattern(), "mov" + untyped, value);
        String sign = w.make(format.pattern(), "shr." + format.signed(), bits, Integer.toString(format.bits() - 1));
        String mask = w.make(format.pattern(), "or" + untyped, sign, format.signMask());
        String key = w.make(format.pattern(), "xor" + untyped, bits, mask);
        return w.make(format.pattern(), "selp" + untyped, "-1", key, nan);
    }

    private String packed(String key, String position) {
        String upper = w.make(PtxType.B64, "shl.b64", w.make(PtxType.B64, "cvt.u64.u32", key), "32");
        return w.make(PtxType.B64, "or.b64", upper, w.make(PtxType.B64, "cvt.u64.u32", position));
    }

    /** Registers for an item. */
    static String[] registers(PtxWriter w, boolean wide) {
        return wide
                ? new String[] {w.register(PtxType.B64), w.register(PtxType.B32)}
                : new String[] {w.register(PtxType.B64)};
    }

    /** The position in an item, 32 bits. */
    static String position(PtxWriter w, String[] item) {
        return item.length == 2 ? item[1] : w.make(PtxType.B32, "cvt.u32.u64", item[0]);
    }

    /** Whether item {@code a} comes before item {@code b}. */
    static String isBefore(PtxWriter w, String[] a, String[] b) {
        if (a.length == 1) {
            return w.make(PtxType.PRED, "setp.lt.u64", a[0], b[0]);
        }
        String equal = w.make(PtxType.PRED, "setp.eq.u64", a[0], b[0]);
        String earlier = w.make(PtxType.PRED, "setp.lt.and.u32", a[1], b[1], equal);
        return w.make(PtxType.PRED, "setp.lt.or.u64", a[0], b[0], earlier);
    }

    /** Where item {@code number} of an array of items is: the address of its key, and of its position. */
    static String[] places(PtxWriter w, String[] arrays, String number) {
        String[] places = new String[arrays.length];
        places[0] = w.make(PtxType.B64, "mad.wide.u32", number, "8", arrays[0]);
        if (arrays.length == 2) {
            places[1] = w.make(PtxType.B64, "mad.wide.u32", number, "4", arrays[1]);
        }
        return places;
    }

    /** The parameters that say where the keys and the positions of an array of items are. */
    static String[] parameters(PtxWriter w, boolean wide) {
        return wide ? new String[] {w.pointer(), w.pointer()} : new String[] {w.pointer()};
    }

    /** Loads an item from its places where the guard holds. */
    static void load(PtxWriter w, String guard, String space, String[] item, String[] places) {
        w.op(guard + "ld." + space + ".u64", item[0], "[" + places[0] + "]");
        if (item.length == 2) {
            w.op(guard + "ld." + space + ".u32", item[1], "[" + places[1] + "]");
        }
    }

    /** Stores an item where the guard holds. */
    static void store(PtxWriter w, String guard, String space, String[] places, String[] item) {
        w.op(guard + "st." + space + ".u64", "[" + places[0] + "]", item[0]);
        if (item.length == 2) {
            w.op(guard + "st." + space + ".u32", "[" + places[1] + "]", item[1]);
        }
    }

    /**
     * Writes a sorted item's element and position to place {@code number}, where the guard holds.
     *
     * @param arrays the input, the values and the int64 positions
     * @param row the number of the first element of the row
     */
    static void writeResult(
            PtxWriter w, String guard, Unit element, String[] arrays, String row, String number, String[] item) {
        String position = position(w, item);
        String from = w.make(PtxType.B32, "add.u32", row, position);
        String bytes = Integer.toString(element.bytes());
        String[] value = element.registers(w);
        element.load(w, guard, "global", value, w.make(PtxType.B64, "mad.wide.u32", from, bytes, arrays[0]));
        element.store(w, guard, "global", w.make(PtxType.B64, "mad.wide.u32", number, bytes, arrays[1]), value);
        String wide = w.make(PtxType.B64, "cvt.u64.u32", position);
        String to = w.make(PtxType.B64, "mad.wide.u32", number, "8", arrays[2]);
        w.op(guard + "st.global.u64", "[" + to + "]", wide);
    }
}
