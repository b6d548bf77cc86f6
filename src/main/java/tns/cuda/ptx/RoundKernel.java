package tns.cuda.ptx;

/**
 * Rounds float32 to the nearest bfloat16, to an even last bit where two are as near; NaN becomes the one with the bits
 * 0x7fc0, and what is too large infinity. Works on the bits, so that it needs no machine of a certain age.
 *
 * <p>Parameters: the number of units of {@code width} elements; the addresses of the first element of the source, aligned
 * to a unit, and of the target, aligned to 16 bytes; the number of single elements that follow the units.
 *
 * @param width elements of a unit, 1 or 4
 * @param packed whether results are 2 bytes each; else float32 that no longer have the lower bits
 */
public record RoundKernel(int width, boolean packed) implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    private static final int FLIGHT = 4;

    @Override
    public Kernel render() {
        PtxWriter w = new PtxWriter("round", THREADS);
        String count = w.parameter(PtxType.B32);
        String source = w.pointer();
        String target = w.pointer();
        String rest = w.parameter(PtxType.B32);
        round(w, width, count, source, target);
        if (width > 1) {
            String sourceEnd = w.make(PtxType.B64, "mad.wide.u32", count, Integer.toString(4 * width), source);
            String targetEnd = w.make(PtxType.B64, "mad.wide.u32", count, Integer.toString(bytes() * width), target);
            round(w, 1, rest, sourceEnd, targetEnd);
        }
        return w.kernel();
    }

    private int bytes() {
        return packed ? 2 : 4;
    }

    private void round(PtxWriter w, int unit, String count, String source, String target) {
        int flight = unit == 1 && width > 1 ? 1 : FLIGHT;
        Walk.write(w, count, flight, (index, inside) -> {
            String[][] values = new String[flight][unit];
            for (int u = 0; u < flight; u++) {
                for (int i = 0; i < unit; i++) {
                    values[u][i] = w.make(PtxType.B32, "mov.u32", "0");
                }
                String at = w.make(PtxType.B64, "mad.wide.u32", index[u], Integer.toString(4 * unit), source);
                w.op(Walk.guard(inside[u]) + "ld.global" + suffix(unit, 32), operand(values[u]), "[" + at + "]");
            }
            for (int u = 0; u < flight; u++) {
                String at = w.make(PtxType.B64, "mad.wide.u32", index[u], Integer.toString(bytes() * unit), target);
                String[] results = results(w, values[u]);
                int bits = packed && unit == 1 ? 16 : 32;
                w.op(
                        Walk.guard(inside[u]) + "st.global" + suffix(results.length, bits),
                        "[" + at + "]",
                        operand(results));
            }
        });
    }

    private static String suffix(int registers, int bits) {
        return (registers == 1 ? "" : ".v" + registers) + ".u" + bits;
    }

    private static String operand(String[] registers) {
        return registers.length == 1 ? registers[0] : "{" + String.join(", ", registers) + "}";
    }

    /** What a unit stores: two results to a word, one in the lower half of a word, or words without a lower half. */
    private String[] results(PtxWriter w, String[] values) {
        String[] rounded = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = rounded(w, values[i]);
        }
        if (packed && values.length == 1) {
            return new String[] {w.make(PtxType.B32, "shr.u32", rounded[0], "16")};
        }
        for (int i = packed ? 1 : 0; i < values.length; i += packed ? 2 : 1) {
            rounded[i] = w.make(PtxType.B32, "and.b32", rounded[i], "0xffff0000");
        }
        if (!packed) {
            return rounded;
        }
        String[] words = new String[values.length / 2];
        for (int i = 0; i < words.length; i++) {
            String low = w.make(PtxType.B32, "shr.u32", rounded[2 * i], "16");
            words[i] = w.make(PtxType.B32, "or.b32", low, rounded[2 * i + 1]);
        }
        return words;
    }

    /** A word whose upper half is the result: half of the last bit is added, and a bit less where that is 0 already. */
    private static String rounded(PtxWriter w, String bits) {
        String last = w.make(PtxType.B32, "and.b32", w.make(PtxType.B32, "shr.u32", bits, "16"), "1");
        String half = w.make(PtxType.B32, "add.u32", last, "0x7fff");
        String sum = w.make(PtxType.B32, "add.u32", bits, half);
        String magnitude = w.make(PtxType.B32, "and.b32", bits, "0x7fffffff");
        String nan = w.make(PtxType.PRED, "setp.gt.u32", magnitude, "0x7f800000");
        return w.make(PtxType.B32, "selp.b32", "0x7fc00000", sum, nan);
    }
}
