package tns.cuda.ptx;

import java.util.Arrays;
import java.util.List;
import tns.expr.Program;
import tns.tensor.DType;

/**
 * The kernel of a pointwise program: every thread walks the elements in strides of the grid.
 *
 * <p>Parameters, in order: the address of each operand's first element, inputs before outputs, or the number itself where
 * the host knows it; the number of elements; where an operand is strided, the size of every dim of the walk and then,
 * operand by operand, the strides in elements. When nothing is strided a thread takes several neighbouring elements at a
 * time, in loads and stores of up to 16 bytes, and the rest of the walk one by one; addresses must then be multiples of
 * 16.
 *
 * <p>Several walks over contiguous operands may go side by side in one launch, each over blocks of its own. Then the
 * operands that all share come first, and after them for each walk the number of the block after its last, its number of
 * elements and its addresses.
 *
 * @param program what is computed
 * @param operands dtype and access of each input, then of each output
 * @param rank dims of the walk; 0 when nothing is strided
 * @param width elements a thread takes at a time: 1 when anything is strided
 * @param sets walks side by side; with more than one nothing is strided
 */
public record PointwiseKernel(Program program, List<Operand> operands, int rank, int width, int sets)
        implements KernelText {
    /** Threads of a block: enough to fill every machine since Volta at the registers these kernels need. */
    public static final int THREADS = 256;

    /** The kind of an operand. */
    public record Operand(DType dtype, Access access) {}

    public PointwiseKernel {
        operands = List.copyOf(operands);
    }

    @Override
    public Kernel render() {
        return new Rendering().kernel();
    }

    /** The elements a thread takes: {@code start, start + step, …} below {@code count}. */
    private record Walk(String start, String step, String count) {}

    /** One kernel being written. */
    private final class Rendering {
        private final PtxWriter w = new PtxWriter("pointwise", THREADS);
        private final String[] base = new String[operands.size()];
        private final String[] sizes = new String[rank];
        private final String[][] strides = new String[operands.size()][];
        private final String[] uniform = new String[operands.size()];

        Kernel kernel() {
            Walk walk = sets == 1 ? whole() : oneOfSeveral();
            Arrays.setAll(sizes, d -> w.parameter(PtxType.B32));
            for (int k = 0; k < base.length; k++) {
                if (operands.get(k).access() == Access.STRIDED) {
                    String[] own = new String[rank];
                    Arrays.setAll(own, d -> w.parameter(PtxType.B32));
                    strides[k] = own;
                }
            }
            for (int k = 0; k < program.inputs(); k++) {
                if (operands.get(k).access() == Access.UNIFORM) {
                    uniform[k] = load(k, base[k], 1)[0];
                }
            }
            if (width == 1) {
                loop(walk.start, walk.step, walk.count, 1);
            } else {
                String groups = w.make(
                        PtxType.B32, "shr.u32", walk.count, Integer.toString(31 - Integer.numberOfLeadingZeros(width)));
                String rest = w.make(PtxType.B32, "mul.lo.u32", groups, Integer.toString(width));
                String single = w.make(PtxType.B32, "add.u32", rest, walk.start);
                loop(walk.start, walk.step, groups, width);
                loop(single, walk.step, walk.count, 1);
            }
            return w.kernel();
        }

        /** The one walk of the launch, over which the whole grid goes. */
        private Walk whole() {
            for (int k = 0; k < base.length; k++) {
                base[k] = operand(k);
            }
            String count = w.parameter(PtxType.B32);
            String[] position = w.gridPosition();
            return new Walk(position[0], position[1], count);
        }

        /** The parameter of an operand: its address, or its value. */
        private String operand(int k) {
            Operand operand = operands.get(k);
            if (operand.access() != Access.VALUE) {
                return w.pointer();
            }
            String value = w.parameter(Element.raw(operand.dtype()));
            uniform[k] = Element.toLane(w, operand.dtype(), program.lane(), value);
            return value;
        }

        /** The walk this block belongs to: they share out the blocks of the grid in their order. */
        private Walk oneOfSeveral() {
            for (int k = 0; k < base.length; k++) {
                if (operands.get(k).access().isShared()) {
                    base[k] = operand(k);
                }
            }
            String block = w.make(PtxType.B32, "mov.u32", "%ctaid.x");
            String first = w.make(PtxType.B32, "mov.u32", "0");
            String end = w.register(PtxType.B32);
            String count = w.register(PtxType.B32);
            for (int s = 0; s < sets; s++) {
                String ownEnd = w.parameter(PtxType.B32);
                String ownCount = w.parameter(PtxType.B32);
                // Each walk whose blocks begin at or before this one takes over from the walk before.
                String here = s == 0 ? "" : w.make(PtxType.PRED, "setp.ge.u32", block, end);
                if (s > 0) {
                    w.op("selp.b32", first, end, first, here);
                }
                choose(end, "b32", ownEnd, here);
                choose(count, "b32", ownCount, here);
                for (int k = 0; k < base.length; k++) {
                    if (!operands.get(k).access().isShared()) {
                        String own = w.pointer();
                        if (s == 0) {
                            base[k] = w.register(PtxType.B64);
                        }
                        choose(base[k], "b64", own, here);
                    }
                }
            }
            String width = w.make(PtxType.B32, "mov.u32", "%ntid.x");
            String thread = w.make(PtxType.B32, "mov.u32", "%tid.x");
            String within = w.make(PtxType.B32, "sub.u32", block, first);
            String blocks = w.make(PtxType.B32, "sub.u32", end, first);
            return new Walk(
                    w.make(PtxType.B32, "mad.lo.u32", within, width, thread),
                    w.make(PtxType.B32, "mul.lo.u32", blocks, width),
                    count);
        }

        private void choose(String target, String type, String own, String here) {
            if (here.isEmpty()) {
                w.op("mov." + type, target, own);
            } else {
                w.op("selp." + type, target, own, target, here);
            }
        }

        /** Elements (or groups of them) {@code start, start + step, …} below {@code end}. */
        private void loop(String start, String step, String end, int group) {
            String i = w.make(PtxType.B32, "mov.u32", start);
            String top = w.label();
            String done = w.label();
            w.place(top);
            w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", i, end), done);
            element(i, group);
            w.op("add.u32", i, i, step);
            w.jump(top);
            w.place(done);
        }

        private void element(String i, int group) {
            String[] at = addresses(i, group);
            String[][] inputs = new String[program.inputs()][];
            for (int k = 0; k < inputs.length; k++) {
                inputs[k] = uniform[k] == null ? load(k, at[k], group) : repeated(uniform[k], group);
            }
            String[][] results = new String[program.outputs().size()][group];
            for (int e = 0; e < group; e++) {
                String[] element = new String[inputs.length];
                for (int k = 0; k < inputs.length; k++) {
                    element[k] = inputs[k][e];
                }
                String[] values = new ProgramSteps(w, program).write(element);
                for (int o = 0; o < results.length; o++) {
                    results[o][e] = values[o];
                }
            }
            for (int o = 0; o < results.length; o++) {
                int k = program.inputs() + o;
                neighbours(k, group).store(at[k], results[o]);
            }
        }

        private static String[] repeated(String register, int group) {
            String[] all = new String[group];
            Arrays.fill(all, register);
            return all;
        }

        /** The address of each operand's element {@code i}, or of the first of group {@code i}. */
        private String[] addresses(String i, int group) {
            String[] at = new String[base.length];
            String[] offsets = rank == 0 ? new String[base.length] : offsets(i);
            for (int k = 0; k < at.length; k++) {
                Operand operand = operands.get(k);
                int bytes = Element.bytes(operand.dtype());
                at[k] = switch (operand.access()) {
                    case UNIFORM, VALUE -> base[k];
                    case CONTIGUOUS ->
                        w.make(
                                PtxType.B64,
                                "add.s64",
                                base[k],
                                w.make(PtxType.B64, "mul.wide.u32", i, Integer.toString(bytes * group)));
                    case STRIDED ->
                        w.make(
                                PtxType.B64,
                                "add.s64",
                                base[k],
                                w.make(PtxType.B64, "mul.wide.s32", offsets[k], Integer.toString(bytes)));
                };
            }
            return at;
        }

        /** Where element {@code i} lies in each strided operand, in elements: its index taken apart dim by dim. */
        private String[] offsets(String i) {
            String[] offsets = new String[base.length];
            String rest = i;
            for (int d = rank - 1; d >= 0; d--) {
                String index = rest;
                if (d > 0) {
                    String quotient = w.make(PtxType.B32, "div.u32", rest, sizes[d]);
                    String whole = w.make(PtxType.B32, "mul.lo.u32", quotient, sizes[d]);
                    index = w.make(PtxType.B32, "sub.u32", rest, whole);
                    rest = quotient;
                }
                for (int k = 0; k < offsets.length; k++) {
                    if (strides[k] != null) {
                        offsets[k] = offsets[k] == null
                                ? w.make(PtxType.B32, "mul.lo.s32", index, strides[k][d])
                                : w.make(PtxType.B32, "mad.lo.s32", index, strides[k][d], offsets[k]);
                    }
                }
            }
            return offsets;
        }

        private String[] load(int k, String address, int group) {
            return neighbours(k, group).load(address);
        }

        private Neighbours neighbours(int k, int group) {
            return new Neighbours(w, operands.get(k).dtype(), program.lane(), group, group > 1);
        }
    }
}
