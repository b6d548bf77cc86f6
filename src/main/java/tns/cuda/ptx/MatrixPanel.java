package tns.cuda.ptx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import tns.tensor.DType;

/**
 * Writes how one operand of a matrix product gets from global memory to registers and on to shared memory, where it lies
 * step of k by step of k.
 *
 * <p>Lines beyond the last are read as the last one again: what comes of them is not stored, and no load needs a
 * condition. Of the steps of k only those of the first panel may be too few; missing ones are read as a given value.
 */
final class MatrixPanel {
    private final PtxWriter w;
    private final DType dtype;
    private final MatrixSide side;
    private final int lines;
    private final MatrixTile tile;
    private final int pitch;
    private final int loads;

    /** The address that moves on from panel to panel; of the block, or of the thread when it reads at one place only. */
    private String pointer = "";

    private String stepStride = "";
    private String firstStep = "";
    private String thread = "";

    /** Where each load reads: a register of elements to go from the pointer, empty for none, and bytes on top. */
    private final String[] offsets;

    private final int[] bytes;

    /** What has been read and not yet written. */
    private final String[][] staged;

    /** @param lines of the operand in a tile */
    MatrixPanel(PtxWriter w, DType dtype, MatrixSide side, int lines, MatrixTile tile) {
        this.w = w;
        this.dtype = dtype;
        this.side = side;
        this.lines = lines;
        this.tile = tile;
        this.pitch = tile.pitch(lines, MatrixKernel.result(dtype));
        loads = lines * tile.depth() / side.width() / tile.threads();
        offsets = new String[loads];
        bytes = new int[loads];
        staged = new String[loads][side.width()];
        for (String[] vector : staged) {
            Arrays.setAll(vector, e -> w.register(Element.raw(dtype)));
        }
    }

    /** Bytes of shared memory. */
    int sharedBytes() {
        return pitch * tile.depth() * MatrixKernel.result(dtype).bytes();
    }

    /** Steps of k read by neighbouring threads before the next line: 32 bytes at least, which memory moves at once. */
    private int run() {
        return side.width() == 1 ? 8 : 2 * side.width();
    }

    /** The first line of the thread's load {@code q}, relative to that of load 0. */
    private int lineAfter(int q) {
        int first = q * tile.threads() * side.width();
        return side.alongLine() ? first % (lines * run()) / run() : 0;
    }

    /** The first step of k of the thread's load {@code q}, relative to that of load 0. */
    private int stepAfter(int q) {
        int first = q * tile.threads() * side.width();
        return side.alongLine() ? first / (lines * run()) * run() : first / lines;
    }

    /**
     * Writes where the thread reads.
     *
     * @param thread its number in the block
     * @param base the address of the operand's element at line 0 and the block's first step of k
     * @param firstLine of the tile
     * @param count of lines that the operand has
     * @param lineStride elements between lines
     * @param stepStride elements between steps of k
     */
    void aim(String thread, String base, String firstLine, String count, String lineStride, String stepStride) {
        this.thread = thread;
        this.stepStride = stepStride;
        firstStep = w.register(PtxType.B32);
        String line = w.register(PtxType.B32);
        place(thread, line, firstStep);
        String last = w.make(PtxType.B32, "sub.u32", count, Integer.toString(side.alongLine() ? 1 : side.width()));
        String first = w.make(PtxType.B32, "add.u32", firstLine, line);
        Map<String, String> known = new HashMap<>();
        for (int q = 0; q < loads; q++) {
            int ahead = stepAfter(q);
            if (side.alongLine() && side.width() > 1) {
                bytes[q] = ahead * dtype.bytes();
                ahead = 0;
            }
            int after = lineAfter(q);
            int steps = ahead;
            offsets[q] =
                    known.computeIfAbsent(after + " " + ahead, key -> offset(first, after, last, steps, lineStride));
        }
        if (known.size() == 1) {
            pointer = w.make(PtxType.B64, "mad.wide.s32", offsets[0], Integer.toString(dtype.bytes()), base);
            Arrays.fill(offsets, "");
        } else {
            pointer = w.make(PtxType.B64, "mov.u64", base);
        }
    }

    private String offset(String first, int after, String last, int steps, String lineStride) {
        String line = after == 0 ? first : w.make(PtxType.B32, "add.u32", first, Integer.toString(after));
        line = w.make(PtxType.B32, "min.u32", line, last);
        String at = w.make(PtxType.B32, "mul.lo.s32", line, unit(!side.alongLine(), lineStride));
        String k = steps == 0 ? firstStep : w.make(PtxType.B32, "add.u32", firstStep, Integer.toString(steps));
        return w.make(PtxType.B32, "mad.lo.s32", k, unit(side.alongLine(), stepStride), at);
    }

    /** A stride, which is known to be 1 in the direction of loads of several elements. */
    private String unit(boolean direction, String stride) {
        return direction && side.width() > 1 ? "1" : stride;
    }

    /** Writes the line and the step of k of the thread's load 0. */
    private void place(String thread, String line, String k) {
        int width = side.width();
        if (!side.alongLine()) {
            int across = lines / width;
            w.op("and.b32", line, thread, Integer.toString(across - 1));
            w.op("mul.lo.u32", line, line, Integer.toString(width));
            w.op("shr.u32", k, thread, log(across));
            return;
        }
        int along = run() / width;
        w.op("shr.u32", line, thread, log(along));
        w.op("and.b32", line, line, Integer.toString(lines - 1));
        String inside = w.make(PtxType.B32, "and.b32", thread, Integer.toString(along - 1));
        String runs = w.make(PtxType.B32, "shr.u32", thread, log(along * lines));
        w.op("mul.lo.u32", k, runs, Integer.toString(run()));
        w.op("mad.lo.u32", k, inside, Integer.toString(width), k);
    }

    private static String log(int power) {
        return Integer.toString(31 - Integer.numberOfLeadingZeros(power));
    }

    /** Reads the first panel, which has {@code count} steps of k; the others become {@code missing}. */
    void readFirst(String count, String missing) {
        String type = Element.raw(dtype).word();
        for (int q = 0; q < loads; q++) {
            for (String register : staged[q]) {
                w.op("mov." + type, register, missing);
            }
            int ahead = stepAfter(q);
            String k = ahead == 0 ? firstStep : w.make(PtxType.B32, "add.u32", firstStep, Integer.toString(ahead));
            load(q, "@" + w.make(PtxType.PRED, "setp.lt.u32", k, count) + " ");
        }
        String moved = w.make(PtxType.B64, "mul.wide.s32", count, stepStride);
        w.op("mad.lo.s64", pointer, moved, Integer.toString(dtype.bytes()), pointer);
    }

    /** Reads the next whole panel where the predicate holds. */
    void read(String predicate) {
        for (int q = 0; q < loads; q++) {
            load(q, "@" + predicate + " ");
        }
        String panel = Integer.toString(tile.depth() * dtype.bytes());
        w.op("mad.wide.s32", pointer, stepStride, panel, pointer);
    }

    private void load(int q, String condition) {
        String address = offsets[q].isEmpty()
                ? pointer
                : w.make(PtxType.B64, "mad.wide.s32", offsets[q], Integer.toString(dtype.bytes()), pointer);
        String vector = side.width() == 1 ? "" : ".v" + side.width();
        w.op(
                condition + "ld.global.nc" + vector + "." + Element.access(dtype),
                MatrixKernel.vector(staged[q]),
                MatrixKernel.place(address, bytes[q]));
    }

    /** The address in shared memory where the thread writes, in a zone whose panel of this operand is at {@code at}. */
    String target(String at) {
        String line = w.register(PtxType.B32);
        String k = w.register(PtxType.B32);
        place(thread, line, k);
        String element = w.make(PtxType.B32, "mad.lo.u32", k, Integer.toString(pitch), line);
        int size = MatrixKernel.result(dtype).bytes();
        return w.make(PtxType.B32, "mad.lo.u32", element, Integer.toString(size), at);
    }

    /** Writes what was read to shared memory. */
    void write(String target) {
        DType inside = MatrixKernel.result(dtype);
        int size = inside.bytes();
        boolean vectors = !side.alongLine() && side.width() > 1 && pitch % side.width() == 0;
        for (int q = 0; q < loads; q++) {
            int at = (stepAfter(q) * pitch + lineAfter(q)) * size;
            String[] values = new String[side.width()];
            for (int e = 0; e < values.length; e++) {
                values[e] = Element.toLane(w, dtype, inside.lane(), staged[q][e]);
            }
            if (vectors) {
                w.op(
                        "st.shared.v" + side.width() + "." + Element.access(inside),
                        MatrixKernel.place(target, at),
                        MatrixKernel.vector(values));
                continue;
            }
            int next = side.alongLine() ? pitch * size : size;
            for (int e = 0; e < values.length; e++) {
                w.op("st.shared." + Element.access(inside), MatrixKernel.place(target, at + e * next), values[e]);
            }
        }
    }
}
