package tns.cuda.ptx;

import tns.tensor.DType;

/**
 * Sorts tiles of rows in shared memory, by Batcher's bitonic network. A block sorts one tile, or as many small ones as
 * give its threads work; a thread compares one pair of items in every step.
 *
 * <p>Parameters: the number of tiles; the size n of a row; the tiles of a row; the input, contiguous [rows, n]; then,
 * when a tile is a whole row, the values and the int64 positions, contiguous [rows, n], else the array of items.
 *
 * @param dtype of the elements
 * @param descending the order
 * @param size elements of a tile, a power of 2 from 2 to 2048; the last one of a row may have fewer
 * @param whole whether a tile is a row, so that the result is final
 */
public record SortTileKernel(DType dtype, boolean descending, int size, boolean whole) implements KernelText {
    private static final int LEAST_SLOTS = 512;
    private static final String KEYS = "keys";
    private static final String POSITIONS = "positions";

    /** Whether items of the dtype take a word for the key and another for the position. */
    public static boolean isWide(DType dtype) {
        return SortItems.isWide(dtype);
    }

    /** Tiles that a block sorts. */
    public int tiles() {
        return slots() / size;
    }

    private int slots() {
        return Math.max(size, LEAST_SLOTS);
    }

    private int threads() {
        return slots() / 2;
    }

    @Override
    public Kernel render() {
        return new Rendering().kernel();
    }

    /** One kernel being written. */
    private final class Rendering {
        private final PtxWriter w = new PtxWriter("sort_tile", threads());
        private final boolean wide = SortItems.isWide(dtype);
        private final SortItems items = new SortItems(w, dtype, descending);
        private final Unit element = new Unit(dtype.bytes());
        private final String tileCount = w.parameter(PtxType.B32);
        private final String n = w.parameter(PtxType.B32);
        private final String tilesOfRow = w.parameter(PtxType.B32);
        private final String input = w.pointer();
        private final String values = whole ? w.pointer() : "";
        private final String positions = whole ? w.pointer() : "";
        private final String[] output = whole ? new String[0] : SortItems.parameters(w, wide);
        private final String thread = w.make(PtxType.B32, "mov.u32", "%tid.x");

        Kernel kernel() {
            w.shared(KEYS, 8 * slots());
            if (wide) {
                w.shared(POSITIONS, 4 * slots());
            }
            Slot[] own = {slot(thread), slot(w.make(PtxType.B32, "add.u32", thread, Integer.toString(threads())))};
            for (Slot slot : own) {
                SortItems.store(w, "", "shared", places(slot.number), loaded(slot));
            }
            w.op("bar.sync", "0");
            network();
            for (Slot slot : own) {
                String[] item = SortItems.registers(w, wide);
                SortItems.load(w, "", "shared", item, places(slot.number));
                write(slot, item);
            }
            return w.kernel();
        }

        /** A place in shared memory, and of which element: {@code row} is where its row starts. */
        private record Slot(String number, String row, String position, String inside) {}

        private Slot slot(String number) {
            int bits = Integer.numberOfTrailingZeros(size);
            String block = w.make(PtxType.B32, "mov.u32", "%ctaid.x");
            String inBlock = w.make(PtxType.B32, "shr.u32", number, Integer.toString(bits));
            String tile = w.make(PtxType.B32, "mad.lo.u32", block, Integer.toString(tiles()), inBlock);
            String inTile = w.make(PtxType.B32, "and.b32", number, Integer.toString(size - 1));
            String row = tile;
            String position = inTile;
            if (!whole) {
                row = w.make(PtxType.B32, "div.u32", tile, tilesOfRow);
                String before = w.make(PtxType.B32, "mul.lo.u32", row, tilesOfRow);
                String ofRow = w.make(PtxType.B32, "sub.u32", tile, before);
                position = w.make(PtxType.B32, "mad.lo.u32", ofRow, Integer.toString(size), inTile);
            }
            String exists = w.make(PtxType.PRED, "setp.lt.u32", tile, tileCount);
            String inside = w.make(PtxType.PRED, "setp.lt.and.u32", position, n, exists);
            return new Slot(number, w.make(PtxType.B32, "mul.lo.u32", row, n), position, inside);
        }

        private String[] loaded(Slot slot) {
            String[] item = items.padding(slot.position);
            String raw = w.register(Element.raw(dtype));
            String at = address(slot, slot.position);
            String skip = w.label();
            w.jumpUnless(slot.inside, skip);
            w.op("ld.global." + Element.access(dtype), raw, "[" + at + "]");
            String[] found = items.item(raw, slot.position);
            w.op("mov.b64", item[0], found[0]);
            w.place(skip);
            return item;
        }

        private String address(Slot slot, String position) {
            String number = w.make(PtxType.B32, "add.u32", slot.row, position);
            return w.make(PtxType.B64, "mad.wide.u32", number, Integer.toString(dtype.bytes()), input);
        }

        /** Where an item is in shared memory. */
        private String[] places(String number) {
            String key = w.make(PtxType.B32, "mov.u32", KEYS);
            String keyAt = w.make(PtxType.B32, "mad.lo.u32", number, "8", key);
            if (!wide) {
                return new String[] {keyAt};
            }
            String position = w.make(PtxType.B32, "mov.u32", POSITIONS);
            return new String[] {keyAt, w.make(PtxType.B32, "mad.lo.u32", number, "4", position)};
        }

        /**
         * Sorted runs of 2, 4, 8, … items, every other one backwards, are merged two by two in steps that compare items
         * {@code distance} apart. The last merges all run forwards.
         */
        private void network() {
            String run = w.make(PtxType.B32, "mov.u32", "2");
            String nextRun = w.label();
            w.place(nextRun);
            String distance = w.make(PtxType.B32, "shr.u32", run, "1");
            String nextStep = w.label();
            w.place(nextStep);
            step(run, distance);
            w.op("bar.sync", "0");
            w.op("shr.u32", distance, distance, "1");
            w.jumpIf(w.make(PtxType.PRED, "setp.ne.u32", distance, "0"), nextStep);
            w.op("shl.b32", run, run, "1");
            w.jumpIf(w.make(PtxType.PRED, "setp.le.u32", run, Integer.toString(size)), nextRun);
        }

        private void step(String run, String distance) {
            String mask = w.make(PtxType.B32, "sub.u32", distance, "1");
            String low = w.make(PtxType.B32, "and.b32", thread, mask);
            String twice = w.make(PtxType.B32, "add.u32", thread, thread);
            String first = w.make(PtxType.B32, "sub.u32", twice, low);
            String second = w.make(PtxType.B32, "add.u32", first, distance);
            String[] firstPlaces = places(first);
            String[] secondPlaces = places(second);
            String[] a = SortItems.registers(w, wide);
            String[] b = SortItems.registers(w, wide);
            SortItems.load(w, "", "shared", a, firstPlaces);
            SortItems.load(w, "", "shared", b, secondPlaces);
            String backwards = w.make(PtxType.B32, "and.b32", first, run);
            String last = w.make(PtxType.PRED, "setp.eq.u32", run, Integer.toString(size));
            String forwards = w.make(PtxType.PRED, "setp.eq.or.u32", backwards, "0", last);
            String before = SortItems.isBefore(w, b, a);
            // No two items are equal, so that one of them comes before the other.
            String stays = w.make(PtxType.PRED, "xor.pred", before, forwards);
            String exchange = Walk.guard(w.make(PtxType.PRED, "not.pred", stays));
            SortItems.store(w, exchange, "shared", firstPlaces, b);
            SortItems.store(w, exchange, "shared", secondPlaces, a);
        }

        private void write(Slot slot, String[] item) {
            String guard = Walk.guard(slot.inside);
            String number = w.make(PtxType.B32, "add.u32", slot.row, slot.position);
            if (!whole) {
                SortItems.store(w, guard, "global", SortItems.places(w, output, number), item);
                return;
            }
            SortItems.writeResult(w, guard, element, new String[] {input, values, positions}, slot.row, number, item);
        }
    }
}
