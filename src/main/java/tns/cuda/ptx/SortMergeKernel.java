package tns.cuda.ptx;

/**
 * Merges sorted runs of items two by two, a thread for every item: its place is its number in its own run plus how many
 * items of the other run come before it, which a binary search finds.
 *
 * <p>Parameters: the number of items in all rows; the size n of a row; the items of a run, a power of 2; the array of
 * items; then another one for the result or, in the last merge, the input, the values and the int64 positions,
 * contiguous [rows, n].
 *
 * @param wide whether items have a word for their position
 * @param element bytes of an element in the last merge, else 0
 */
public record SortMergeKernel(boolean wide, int element) implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    @Override
    public Kernel render() {
        PtxWriter w = new PtxWriter("sort_merge", THREADS);
        String count = w.parameter(PtxType.B32);
        String n = w.parameter(PtxType.B32);
        String run = w.parameter(PtxType.B32);
        String[] source = SortItems.parameters(w, wide);
        String[] target = element == 0 ? SortItems.parameters(w, wide) : new String[0];
        String[] last = element == 0 ? new String[0] : new String[] {w.pointer(), w.pointer(), w.pointer()};
        Walk.write(w, count, 1, (index, inside) -> {
            String[] item = SortItems.registers(w, wide);
            SortItems.load(w, "", "global", item, SortItems.places(w, source, index[0]));
            String row = w.make(PtxType.B32, "mul.lo.u32", w.make(PtxType.B32, "div.u32", index[0], n), n);
            String place = w.make(PtxType.B32, "add.u32", row, place(w, source[0], item[0], index[0], row, n, run));
            if (element == 0) {
                SortItems.store(w, "", "global", SortItems.places(w, target, place), item);
            } else {
                SortItems.writeResult(w, "", new Unit(element), last, row, place, item);
            }
        });
        return w.kernel();
    }

    /** Where in its row an item comes to be. */
    private static String place(PtxWriter w, String keys, String key, String index, String row, String n, String run) {
        String at = w.make(PtxType.B32, "sub.u32", index, row);
        String pair = w.make(PtxType.B32, "add.u32", run, run);
        String within = w.make(PtxType.B32, "and.b32", at, w.make(PtxType.B32, "sub.u32", pair, "1"));
        String start = w.make(PtxType.B32, "sub.u32", at, within);
        String middle = w.make(PtxType.B32, "min.u32", w.make(PtxType.B32, "add.u32", start, run), n);
        String end = w.make(PtxType.B32, "min.u32", w.make(PtxType.B32, "add.u32", start, pair), n);
        String right = w.make(PtxType.PRED, "setp.ge.u32", within, run);
        String otherStart = w.make(PtxType.B32, "selp.b32", start, middle, right);
        String low = w.make(PtxType.B32, "mov.u32", otherStart);
        String high = w.make(PtxType.B32, "selp.b32", middle, end, right);
        String top = w.label();
        String done = w.label();
        w.place(top);
        w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", low, high), done);
        String half = w.make(PtxType.B32, "shr.u32", w.make(PtxType.B32, "add.u32", low, high), "1");
        String number = w.make(PtxType.B32, "add.u32", row, half);
        String other = w.register(PtxType.B64);
        w.op("ld.global.u64", other, "[" + w.make(PtxType.B64, "mad.wide.u32", number, "8", keys) + "]");
        // Items of the left run come before equal ones of the right: they stood there before.
        String equal = w.make(PtxType.PRED, "setp.eq.and.u64", other, key, right);
        String before = w.make(PtxType.PRED, "setp.lt.or.u64", other, key, equal);
        w.op("selp.b32", low, w.make(PtxType.B32, "add.u32", half, "1"), low, before);
        w.op("selp.b32", high, high, half, before);
        w.jump(top);
        w.place(done);
        // In the left run: start + within + found; in the right one: start + (within - run) + found.
        String found = w.make(PtxType.B32, "sub.u32", low, otherStart);
        String own = w.make(PtxType.B32, "selp.b32", w.make(PtxType.B32, "sub.u32", at, run), at, right);
        return w.make(PtxType.B32, "add.u32", own, found);
    }
}
