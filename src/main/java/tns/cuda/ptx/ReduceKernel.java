package tns.cuda.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.Reduction;

/**
 * The kernel that folds some dims of the values of a pointwise program.
 *
 * <p>A block is {@code across} by {@code along} threads: across the outputs, along what is folded into each. The folded
 * elements of an output, in the order of the walk, are taken in groups: of {@value #GROUP} neighbours where
 * {@link Grouping#FOLDED}, else of one. A part of the folding is {@code partGroups} groups. Within a part, thread y of
 * those along takes groups y, y + along, y + 2 along, …; it folds each group by neighbours into one and adds the k-th of
 * them to accumulator {@code k % accumulators}. Elements left over after the last whole group are elements of the last
 * part, and thread y adds those at y, y + along, … to its accumulator 0. Then neighbouring accumulators are folded, and
 * then, while there is more than one thread along, thread y is folded with thread y + half. Accumulators start as the
 * fold of no elements.
 *
 * <p>Parameters, in order: groups of outputs, groups of folded elements, left-over elements, partGroups, blocks that
 * lie across (the parts follow each other in the grid), how far to shift and what to mask of a thread's number for its
 * place across, the same for its place along, elements of the output of a part; the address of every input, or of keys
 * and positions; the address of the output, or of keys and positions; of the kept dims all sizes but the first, the
 * strides of every input and of the output, and the output's stride within a group; of the folded dims all sizes but
 * the first and the strides of every input. Sizes and strides count groups where the dim is grouped.
 *
 * @param reduction the fold
 * @param dtype what a value of the program is converted to before it is folded
 * @param program from the inputs to one value; not used where the kernel joins
 * @param operands the inputs
 * @param grouping what a thread takes at a time
 * @param keptRank kept dims, at least 1
 * @param foldedRank folded dims, at least 1
 * @param joins whether the input is keys and positions that an earlier kernel left, of ARGMAX and ARGMIN alone
 * @param parts whether the output is keys and positions for a later kernel to join, of ARGMAX and ARGMIN alone
 */
public record ReduceKernel(
        Reduction reduction,
        DType dtype,
        Program program,
        List<Operand> operands,
        Grouping grouping,
        int keptRank,
        int foldedRank,
        boolean joins,
        boolean parts)
        implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    /** Neighbours in a group: 16 bytes of float32. */
    public static final int GROUP = 4;

    /** Groups of float32 that a thread has on their way at a time, unless its program is long: 64 bytes. */
    private static final int ACCUMULATORS = 4;

    /** Steps of a program that still fits the registers for all of ACCUMULATORS groups. */
    private static final int MOST_STEPS = 16;

    /** Blocks of a multiprocessor at a time, enough to keep its memory busy: 64 registers for a thread. */
    private static final int RESIDENTS = 4;

    /** What a thread takes at a time. */
    public enum Grouping {
        /** One element. */
        NONE,
        /** Neighbours along the innermost folded dim, folded into one. */
        FOLDED,
        /** Neighbours along the innermost kept dim, each for an output of its own. */
        KEPT
    }

    /** How the elements of a group lie in an input. */
    public enum Reach {
        /** Side by side, and the first at a multiple of 16 bytes (or of all the bytes of the group). */
        VECTOR,
        /** Side by side. */
        SINGLES,
        /** One element for all of the group. */
        SAME
    }

    /** The kind of an input. */
    public record Operand(DType dtype, Reach reach) {}

    public ReduceKernel {
        operands = List.copyOf(operands);
    }

    /** Accumulators of a thread for each of its outputs. */
    public static int accumulators(Program program, DType dtype) {
        return program.steps().size() > MOST_STEPS
                ? 1
                : ACCUMULATORS * Float.BYTES / Math.max(Float.BYTES, dtype.bytes());
    }

    /** The bytes of a key that a kernel leaves for a later one; a position has 4. */
    public static int keyBytes(DType dtype) {
        return dtype == DType.INT64 || dtype == DType.FLOAT64 ? 8 : 4;
    }

    @Override
    public Kernel render() {
        return new Rendering().kernel();
    }

    /** One kernel being written. */
    private final class Rendering {
        private final PtxWriter w = new PtxWriter("reduce", THREADS);
        private final FoldSteps fold = new FoldSteps(w, reduction, dtype);
        private final ProgramSteps steps = new ProgramSteps(w, program);
        private final List<PtxType> types = fold.types();
        private final int inputs = joins ? 2 : operands.size();
        private final int outputs = parts ? 2 : 1;

        /** Outputs of a thread. */
        private final int lanes = grouping == Grouping.KEPT ? GROUP : 1;

        /** Folded elements of a group. */
        private final int neighbours = grouping == Grouping.FOLDED ? GROUP : 1;

        private final String keptGroups = w.parameter(PtxType.B32);
        private final String foldedGroups = w.parameter(PtxType.B32);
        private final String leftOver = w.parameter(PtxType.B32);
        private final String partGroups = w.parameter(PtxType.B32);
        private final String blocksAcross = w.parameter(PtxType.B32);
        private final String[] across = {w.parameter(PtxType.B32), w.parameter(PtxType.B32)};
        private final String[] along = {w.parameter(PtxType.B32), w.parameter(PtxType.B32)};
        private final String partElements = w.parameter(PtxType.B32);
        private final String[] sources = pointers(inputs);
        private final String[] targets = pointers(outputs);
        private final String[] keptSizes = words(keptRank - 1);
        private final String[][] keptStrides = new String[inputs][];
        private final String[] targetStrides;
        private final String targetStep;
        private final String[] foldedSizes;
        private final String[][] foldedStrides = new String[inputs][];

        private Rendering() {
            // Keys and positions lie alike: they share their strides.
            int strided = joins ? 1 : inputs;
            for (int k = 0; k < strided; k++) {
                keptStrides[k] = words(keptRank);
            }
            targetStrides = words(keptRank);
            targetStep = w.parameter(PtxType.B32);
            foldedSizes = words(foldedRank - 1);
            for (int k = 0; k < strided; k++) {
                foldedStrides[k] = words(foldedRank);
            }
            for (int k = strided; k < inputs; k++) {
                keptStrides[k] = keptStrides[0];
                foldedStrides[k] = foldedStrides[0];
            }
        }

        private String[] pointers(int count) {
            String[] all = new String[count];
            Arrays.setAll(all, i -> w.pointer());
            return all;
        }

        private String[] words(int count) {
            String[] all = new String[count];
            Arrays.setAll(all, i -> w.parameter(PtxType.B32));
            return all;
        }

        Kernel kernel() {
            w.residents(RESIDENTS);
            String thread = word("mov.u32", "%tid.x");
            String block = word("mov.u32", "%ctaid.x");
            String part = word("div.u32", block, blocksAcross);
            String blockAcross = word("sub.u32", block, word("mul.lo.u32", part, blocksAcross));
            String x = word("and.b32", word("shr.u32", thread, across[0]), across[1]);
            String y = word("and.b32", word("shr.u32", thread, along[0]), along[1]);
            String width = word("add.u32", across[1], "1");
            String firstOutput = word("mul.lo.u32", blockAcross, width);
            String[][] states = accumulated(part, word("add.u32", firstOutput, x), y);
            share(states, word("mad.lo.u32", y, width, x), thread, width);
            store(thread, width, part, word("add.u32", firstOutput, thread));
            return w.kernel();
        }

        /** What this thread folds of its part for output (or group of outputs) {@code output}: a state for each. */
        private String[][] accumulated(String part, String output, String y) {
            String[] bases = bases(output);
            int count = accumulators(program, dtype);
            String[][][] sums = new String[count][lanes][];
            for (String[][] own : sums) {
                Arrays.setAll(own, v -> fold.nothing());
            }
            String height = word("add.u32", along[1], "1");
            String start = word("mul.lo.u32", part, partGroups);
            String limit = word("add.u32", start, partGroups);
            String inside = w.make(PtxType.PRED, "setp.lt.u32", output, keptGroups);
            String end = word("selp.b32", word("min.u32", limit, foldedGroups), "0", inside);
            String last = word("sub.u32", end, "1");
            String stride = word("mul.lo.u32", height, Integer.toString(count));
            String i = word("add.u32", start, y);
            String top = w.label();
            String done = w.label();
            w.place(top);
            w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", i, end), done);
            // All loads first, so that they are on their way together; past the end the last group is loaded again.
            String[] at = new String[count];
            String[] within = new String[count];
            String[][][] raw = new String[count][][];
            for (int u = 0; u < count; u++) {
                String index = u == 0 ? i : word("add.u32", at[u - 1], height);
                at[u] = index;
                within[u] = u == 0 ? "" : "@" + w.make(PtxType.PRED, "setp.lt.u32", index, end);
                raw[u] = group(bases, u == 0 ? index : word("min.u32", index, last));
            }
            for (int u = 0; u < count; u++) {
                add(sums[u], raw[u], at[u], within[u]);
            }
            w.op("add.u32", i, i, stride);
            w.jump(top);
            w.place(done);
            if (neighbours > 1) {
                leftOver(sums[0], bases, y, height, limit, inside);
            }
            String[][] states = new String[lanes][];
            Arrays.setAll(states, v -> {
                String[][] own = new String[count][];
                Arrays.setAll(own, u -> sums[u][v]);
                return fold.fold(own);
            });
            return states;
        }

        /** Where the folded elements of an output start in each input. */
        private String[] bases(String output) {
            String[] offsets = offsets(output, keptSizes, keptStrides);
            String[] bases = new String[inputs];
            Arrays.setAll(bases, k -> address(sources[k], offsets[k], bytes(k)));
            return bases;
        }

        private int bytes(int k) {
            return joins ? types.get(k).bytes() : Element.bytes(operands.get(k).dtype());
        }

        /** The elements of group {@code index} in each input, as they lie in memory. */
        private String[][] group(String[] bases, String index) {
            String[] offsets = offsets(index, foldedSizes, foldedStrides);
            String[][] raw = new String[inputs][];
            for (int k = 0; k < inputs; k++) {
                String place = address(bases[k], offsets[k], bytes(k));
                raw[k] = joins ? new String[] {load(types.get(k), place)} : load(operands.get(k), place);
            }
            return raw;
        }

        private String load(PtxType type, String address) {
            return w.make(type, "ld.global." + type.word(), "[" + address + "]");
        }

        private String[] load(Operand operand, String address) {
            DType from = operand.dtype();
            int group = grouping == Grouping.NONE ? 1 : GROUP;
            if (operand.reach() == Reach.VECTOR) {
                return Element.load(w, from, address, group);
            }
            String[] raw = new String[group];
            String same = operand.reach() == Reach.SAME ? Element.load(w, from, address, 1)[0] : "";
            for (int e = 0; e < group; e++) {
                raw[e] = operand.reach() == Reach.SAME
                        ? same
                        : w.make(
                                Element.raw(from),
                                "ld.global." + Element.access(from),
                                Element.place(address, e * Element.bytes(from)));
            }
            return raw;
        }

        /** Adds a group to the states of its outputs. */
        private void add(String[][] sums, String[][] raw, String index, String within) {
            if (joins) {
                fold.add(sums[0], new String[] {raw[0][0], raw[1][0]}, within);
                return;
            }
            String[][] states = new String[Math.max(lanes, neighbours)][];
            String first = neighbours == 1 || !fold.hasPosition()
                    ? index
                    : word("mul.lo.u32", index, Integer.toString(neighbours));
            for (int e = 0; e < states.length; e++) {
                String position =
                        neighbours == 1 || e == 0 || !fold.hasPosition() ? first : word("add.u32", first, "" + e);
                states[e] = fold.state(value(raw, e), position);
            }
            if (neighbours > 1) {
                fold.add(sums[0], fold.fold(states), within);
            } else {
                for (int v = 0; v < lanes; v++) {
                    fold.add(sums[v], states[v], within);
                }
            }
        }

        /** The program's value for one element of the loaded groups, as the dtype lies in memory. */
        private String value(String[][] raw, int element) {
            if (program.isCopy() && operands.getFirst().dtype() == dtype) {
                return raw[0][element];
            }
            String[] values = new String[inputs];
            Arrays.setAll(values, k -> Element.toLane(w, operands.get(k).dtype(), program.lane(), raw[k][element]));
            return Element.toMemory(w, program.lane(), dtype, steps.write(values)[0]);
        }

        /** Adds the elements after the last whole group, in the last part. */
        private void leftOver(String[][] sums, String[] bases, String y, String height, String limit, String inside) {
            String lastPart = w.make(PtxType.PRED, "setp.ge.and.u32", limit, foldedGroups, inside);
            String end = word("selp.b32", leftOver, "0", lastPart);
            String first = word("mul.lo.u32", foldedGroups, Integer.toString(neighbours));
            String j = word("mov.u32", y);
            String top = w.label();
            String done = w.label();
            w.place(top);
            w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", j, end), done);
            String index = word("add.u32", first, j);
            String[][] raw = new String[inputs][];
            for (int k = 0; k < inputs; k++) {
                Operand operand = operands.get(k);
                String place = operand.reach() == Reach.SAME ? bases[k] : address(bases[k], index, bytes(k));
                raw[k] = Element.load(w, operand.dtype(), place, 1);
            }
            fold.add(sums[0], fold.state(value(raw, 0), index), "");
            w.op("add.u32", j, j, height);
            w.jump(top);
            w.place(done);
        }

        /** Folds the states of the threads along each output through shared memory, into the first {@code width} slots. */
        private void share(String[][] states, String slot, String thread, String width) {
            for (int c = 0; c < types.size(); c++) {
                w.shared("states" + c, THREADS * lanes * types.get(c).bytes());
            }
            String[] own = slots(slot);
            for (int v = 0; v < lanes; v++) {
                put(own, v, states[v]);
            }
            String half = word("mov.u32", Integer.toString(THREADS / 2));
            String top = w.label();
            String skip = w.label();
            String done = w.label();
            String[] to = slots(thread);
            w.place(top);
            w.jumpIf(w.make(PtxType.PRED, "setp.lt.u32", half, width), done);
            w.op("bar.sync", "0");
            w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", thread, half), skip);
            String[] from = slots(word("add.u32", thread, half));
            for (int v = 0; v < lanes; v++) {
                put(to, v, fold.fold(shared(to, v), shared(from, v)));
            }
            w.place(skip);
            w.op("shr.u32", half, half, "1");
            w.jump(top);
            w.place(done);
            w.op("bar.sync", "0");
        }

        /** The address of a slot in the shared memory of each register of a state. */
        private String[] slots(String slot) {
            String[] addresses = new String[types.size()];
            Arrays.setAll(addresses, c -> {
                String zone = word("mov.u32", "states" + c);
                return word("mad.lo.u32", slot, Integer.toString(types.get(c).bytes()), zone);
            });
            return addresses;
        }

        private void put(String[] slot, int v, String[] state) {
            for (int c = 0; c < state.length; c++) {
                PtxType type = types.get(c);
                w.op("st.shared." + type.word(), Element.place(slot[c], v * THREADS * type.bytes()), state[c]);
            }
        }

        private String[] shared(String[] slot, int v) {
            String[] state = new String[types.size()];
            Arrays.setAll(state, c -> {
                PtxType type = types.get(c);
                return w.make(type, "ld.shared." + type.word(), Element.place(slot[c], v * THREADS * type.bytes()));
            });
            return state;
        }

        /** The first {@code width} threads store an output (or a group of them) each. */
        private void store(String thread, String width, String part, String output) {
            String skip = w.label();
            w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", thread, width), skip);
            w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", output, keptGroups), skip);
            String[] slot = slots(thread);
            String first = offsets(output, keptSizes, new String[][] {targetStrides})[0];
            String at = word("mad.lo.u32", part, partElements, first);
            for (int v = 0; v < lanes; v++) {
                String[] state = shared(slot, v);
                if (parts) {
                    for (int c = 0; c < outputs; c++) {
                        PtxType type = types.get(c);
                        w.op("st.global." + type.word(), "[" + address(targets[c], at, type.bytes()) + "]", state[c]);
                    }
                } else {
                    DType to = fold.output();
                    Element.store(w, to, address(targets[0], at, Element.bytes(to)), new String[] {fold.result(state)});
                }
                if (v + 1 < lanes) {
                    at = word("add.s32", at, targetStep);
                }
            }
            w.place(skip);
        }

        /** Where an index lies by each list of strides, in elements: taken apart dim by dim. */
        private String[] offsets(String index, String[] sizes, String[][] strides) {
            List<String> indices = new ArrayList<>();
            String rest = index;
            for (int d = sizes.length; d > 0; d--) {
                String quotient = word("div.u32", rest, sizes[d - 1]);
                indices.addFirst(word("sub.u32", rest, word("mul.lo.u32", quotient, sizes[d - 1])));
                rest = quotient;
            }
            indices.addFirst(rest);
            String[] offsets = new String[strides.length];
            for (int k = 0; k < offsets.length; k++) {
                if (k > 0 && strides[k] == strides[0]) {
                    offsets[k] = offsets[0];
                    continue;
                }
                String sum = word("mul.lo.s32", indices.getFirst(), strides[k][0]);
                for (int d = 1; d < indices.size(); d++) {
                    sum = word("mad.lo.s32", indices.get(d), strides[k][d], sum);
                }
                offsets[k] = sum;
            }
            return offsets;
        }

        private String address(String base, String offset, int bytes) {
            return w.make(PtxType.B64, "mad.wide.s32", offset, Integer.toString(bytes), base);
        }

        private String word(String instruction, String... operands) {
            return w.make(PtxType.B32, instruction, operands);
        }
    }
}
