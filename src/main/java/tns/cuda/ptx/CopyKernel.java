package tns.cuda.ptx;

import java.util.Arrays;

/**
 * Copies elements as they are from one view to another, a thread for every unit, four units at a time.
 *
 * <p>Parameters: the number of units; the addresses of the first element of the source and of the target. Of contiguous
 * memory (rank 0), then: the number of single elements that follow the units. Otherwise: the size of each dim in units,
 * then the strides of the source and those of the target, in units.
 *
 * @param unit bytes of a unit
 * @param element bytes of an element
 * @param rank dims of the walk; 0 for contiguous memory
 */
public record CopyKernel(int unit, int element, int rank) implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    private static final int FLIGHT = 4;

    @Override
    public Kernel render() {
        PtxWriter w = new PtxWriter("copy", THREADS);
        String count = w.parameter(PtxType.B32);
        String source = w.pointer();
        String target = w.pointer();
        if (rank > 0) {
            String[] sizes = parameters(w);
            String[] sourceStrides = parameters(w);
            String[] targetStrides = parameters(w);
            move(w, new Unit(unit), count, FLIGHT, i -> {
                String[] index = split(w, i, sizes);
                return new String[] {address(w, source, index, sourceStrides), address(w, target, index, targetStrides)
                };
            });
            return w.kernel();
        }
        String rest = w.parameter(PtxType.B32);
        move(w, new Unit(unit), count, FLIGHT, i -> both(w, source, target, i, unit));
        if (unit > element) {
            String done = w.make(PtxType.B64, "mul.wide.u32", count, Integer.toString(unit));
            String from = w.make(PtxType.B64, "add.s64", source, done);
            String to = w.make(PtxType.B64, "add.s64", target, done);
            move(w, new Unit(element), rest, 1, i -> both(w, from, to, i, element));
        }
        return w.kernel();
    }

    private static String[] both(PtxWriter w, String source, String target, String i, int bytes) {
        String offset = w.make(PtxType.B64, "mul.wide.u32", i, Integer.toString(bytes));
        return new String[] {
            w.make(PtxType.B64, "add.s64", source, offset), w.make(PtxType.B64, "add.s64", target, offset)
        };
    }

    private String[] parameters(PtxWriter w) {
        String[] all = new String[rank];
        Arrays.setAll(all, d -> w.parameter(PtxType.B32));
        return all;
    }

    private static void move(PtxWriter w, Unit piece, String count, int flight, Places places) {
        Walk.write(w, count, flight, (index, inside) -> {
            String[][] values = new String[flight][];
            String[] targets = new String[flight];
            for (int u = 0; u < flight; u++) {
                String[] place = places.of(index[u]);
                targets[u] = place[1];
                values[u] = piece.registers(w);
                piece.load(w, Walk.guard(inside[u]), "global", values[u], place[0]);
            }
            for (int u = 0; u < flight; u++) {
                piece.store(w, Walk.guard(inside[u]), "global", targets[u], values[u]);
            }
        });
    }

    private String[] split(PtxWriter w, String i, String[] sizes) {
        String[] index = new String[rank];
        String rest = i;
        for (int d = rank - 1; d > 0; d--) {
            String quotient = w.make(PtxType.B32, "div.u32", rest, sizes[d]);
            index[d] = w.make(PtxType.B32, "sub.u32", rest, w.make(PtxType.B32, "mul.lo.u32", quotient, sizes[d]));
            rest = quotient;
        }
        index[0] = rest;
        return index;
    }

    private String address(PtxWriter w, String base, String[] index, String[] strides) {
        String offset = w.make(PtxType.B32, "mul.lo.s32", index[0], strides[0]);
        for (int d = 1; d < rank; d++) {
            offset = w.make(PtxType.B32, "mad.lo.s32", index[d], strides[d], offset);
        }
        return w.make(PtxType.B64, "mad.wide.s32", offset, Integer.toString(unit), base);
    }

    /** Where a unit is read and where it is written. */
    @FunctionalInterface
    private interface Places {
        /** The two addresses of unit {@code i}. */
        String[] of(String i);
    }
}
