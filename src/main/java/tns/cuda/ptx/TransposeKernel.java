package tns.cuda.ptx;

import java.util.Arrays;

/**
 * Copies elements between two views whose memory runs along different dims, a square tile for every block: it is read
 * along the source's dim, {@code a}, into shared memory, and written from there along the target's dim, {@code b}.
 *
 * <p>Parameters: the addresses of the first element of the source and of the target; the sizes of dims a and b; the
 * source's strides of a and b; the target's; the number of tiles along a and b; then the size of each outer dim, and the
 * strides of the source and those of the target for them. Blocks are numbered a first, then b, then the outer dims.
 *
 * @param bytes of an element
 * @param tile elements along the side of a tile, 32 or 64
 * @param outer the number of outer dims
 */
public record TransposeKernel(int bytes, int tile, int outer) implements KernelText {
    /** Threads of a block: a few rows of a tile, so that each has several loads under way. */
    public static final int THREADS = 256;

    private static final String TILE = "tile";

    @Override
    public Kernel render() {
        return new Rendering().kernel();
    }

    /**
     * Bytes from one row of the tile to the next. The odd element (or word, of bytes) puts the elements of a column in
     * different banks.
     */
    private int pitch() {
        return tile * bytes + Math.max(4, bytes);
    }

    /** One kernel being written. */
    private final class Rendering {
        private final PtxWriter w = new PtxWriter("transpose", THREADS);
        private final Unit element = new Unit(bytes);
        /** Rows of the tile that the threads of a block take at a time. */
        private final int step = THREADS / tile;

        private final int passes = tile / step;
        private String source = w.pointer();
        private String target = w.pointer();
        private final String sizeA = w.parameter(PtxType.B32);
        private final String sizeB = w.parameter(PtxType.B32);
        private final String sourceA = w.parameter(PtxType.B32);
        private final String sourceB = w.parameter(PtxType.B32);
        private final String targetA = w.parameter(PtxType.B32);
        private final String targetB = w.parameter(PtxType.B32);
        private final String tilesA = w.parameter(PtxType.B32);
        private final String tilesB = w.parameter(PtxType.B32);

        Kernel kernel() {
            w.shared(TILE, tile * pitch());
            String block = w.make(PtxType.B32, "mov.u32", "%ctaid.x");
            String[] plane = divided(block, tilesA);
            String firstA = w.make(PtxType.B32, "mul.lo.u32", plane[1], Integer.toString(tile));
            String[] rest = divided(plane[0], tilesB);
            String firstB = w.make(PtxType.B32, "mul.lo.u32", rest[1], Integer.toString(tile));
            outer(rest[0]);
            String thread = w.make(PtxType.B32, "mov.u32", "%tid.x");
            String side = w.make(PtxType.B32, "and.b32", thread, Integer.toString(tile - 1));
            int bits = Integer.numberOfTrailingZeros(tile);
            String row = w.make(PtxType.B32, "shr.u32", thread, Integer.toString(bits));
            String zone = w.make(PtxType.B32, "mov.u32", TILE);
            read(
                    w.make(PtxType.B32, "add.u32", firstA, side),
                    w.make(PtxType.B32, "add.u32", firstB, row),
                    zone,
                    side,
                    row);
            w.op("bar.sync", "0");
            write(
                    w.make(PtxType.B32, "add.u32", firstB, side),
                    w.make(PtxType.B32, "add.u32", firstA, row),
                    zone,
                    side,
                    row);
            return w.kernel();
        }

        /** Moves the addresses to where the block's outer index is. */
        private void outer(String number) {
            String[] sizes = parameters();
            String[] sourceStrides = parameters();
            String[] targetStrides = parameters();
            String rest = number;
            for (int d = outer - 1; d >= 0; d--) {
                String[] split = d > 0 ? divided(rest, sizes[d]) : new String[] {rest, rest};
                source = moved(source, split[1], sourceStrides[d]);
                target = moved(target, split[1], targetStrides[d]);
                rest = split[0];
            }
        }

        private String[] parameters() {
            String[] all = new String[outer];
            Arrays.setAll(all, d -> w.parameter(PtxType.B32));
            return all;
        }

        /** Lane along a, rows along b: element (a, b) comes to row b of the tile. */
        private void read(String a, String b, String zone, String side, String row) {
            String insideA = w.make(PtxType.PRED, "setp.lt.u32", a, sizeA);
            String first = moved(moved(source, a, sourceA), b, sourceB);
            String[] places = places(first, sourceB);
            String[] guards = guards(b, sizeB, insideA);
            String[][] values = new String[passes][];
            for (int pass = 0; pass < passes; pass++) {
                values[pass] = element.registers(w);
                element.load(w, guards[pass], "global", values[pass], places[pass]);
            }
            String line = w.make(PtxType.B32, "mad.lo.u32", row, Integer.toString(pitch()), zone);
            String at = w.make(PtxType.B32, "mad.lo.u32", side, Integer.toString(bytes), line);
            for (int pass = 0; pass < passes; pass++) {
                element.store(w, guards[pass], "shared", at + "+" + pass * step * pitch(), values[pass]);
            }
        }

        /** Lane along b, rows along a: element (a, b) comes from row b of the tile. */
        private void write(String b, String a, String zone, String side, String row) {
            String insideB = w.make(PtxType.PRED, "setp.lt.u32", b, sizeB);
            String line = w.make(PtxType.B32, "mad.lo.u32", side, Integer.toString(pitch()), zone);
            String at = w.make(PtxType.B32, "mad.lo.u32", row, Integer.toString(bytes), line);
            String first = moved(moved(target, b, targetB), a, targetA);
            String[] places = places(first, targetA);
            String[] guards = guards(a, sizeA, insideB);
            String[][] values = new String[passes][];
            for (int pass = 0; pass < passes; pass++) {
                values[pass] = element.registers(w);
                element.load(w, guards[pass], "shared", values[pass], at + "+" + pass * step * bytes);
            }
            for (int pass = 0; pass < passes; pass++) {
                element.store(w, guards[pass], "global", places[pass], values[pass]);
            }
        }

        /** The guard of each pass: its row and the thread's lane are inside. */
        private String[] guards(String row, String size, String lane) {
            String[] guards = new String[passes];
            for (int pass = 0; pass < passes; pass++) {
                String index = w.make(PtxType.B32, "add.u32", row, Integer.toString(pass * step));
                guards[pass] = Walk.guard(w.make(PtxType.PRED, "setp.lt.and.u32", index, size, lane));
            }
            return guards;
        }

        /** The address of each pass, {@code step} rows on from one to the next. */
        private String[] places(String first, String stride) {
            String advance = w.make(PtxType.B64, "mul.wide.s32", stride, Integer.toString(step * bytes));
            String[] places = new String[passes];
            places[0] = first;
            for (int pass = 1; pass < passes; pass++) {
                places[pass] = w.make(PtxType.B64, "add.s64", places[pass - 1], advance);
            }
            return places;
        }

        private String moved(String address, String index, String stride) {
            String offset = w.make(PtxType.B32, "mul.lo.s32", index, stride);
            return w.make(PtxType.B64, "mad.wide.s32", offset, Integer.toString(bytes), address);
        }

        /** Quotient and remainder. */
        private String[] divided(String number, String by) {
            String quotient = w.make(PtxType.B32, "div.u32", number, by);
            String whole = w.make(PtxType.B32, "mul.lo.u32", quotient, by);
            return new String[] {quotient, w.make(PtxType.B32, "sub.u32", number, whole)};
        }
    }
}
