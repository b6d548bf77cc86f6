package tns.cuda.ptx;

import java.util.Arrays;
import java.util.List;
import tns.expr.Program;
import tns.tensor.DType;

/**
 * The kernel of a pointwise program: every thread walks the elements in strides of the grid.
 *
 * <p>Parameters, in order: the number of elements; the address of each operand's first element, inputs before outputs;
 * where an operand is strided, the size of every dim of the walk and then, operand by operand, the strides in elements.
 * When nothing is strided a thread takes several neighbouring elements at a time, in loads and stores of up to 16 bytes,
 * and the rest of the walk one by one; addresses must then be multiples of 16.
 *
 * @param program what is computed
 * @param operands dtype and access of each input, then of each output
 * @param rank dims of the walk; 0 when nothing is strided
 * @param width elements a thread takes at a time: 1 when anything is strided
 */
public record PointwiseKernel(Program program, List<Operand> operands, int rank, int width) implements KernelText {
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

    /** One kernel being written. */
    private final class Rendering {
        private final PtxWriter w = new PtxWriter("pointwise", THREADS);
        private final ProgramSteps steps = new ProgramSteps(w, program);
        private final String count = w.parameter(PtxType.B32);
        private final String[] base = new String[operands.size()];
        private final String[] sizes = new String[rank];
        private final String[][] strides = new String[operands.size()][];
        private final String[] uniform = new String[operands.size()];

        Kernel kernel() {
            for (int k = 0; k < base.length; k++) {
                base[k] = w.pointer();
            }
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
            String[] position = w.gridPosition();
            if (width == 1) {
                loop(position[0], position[1], count, 1);
            } else {
                String groups = w.make(
                        PtxType.B32, "shr.u32", count, Integer.toString(31 - Integer.numberOfLeadingZeros(width)));
                String rest = w.make(PtxType.B32, "mul.lo.u32", groups, Integer.toString(width));
                String single = w.make(PtxType.B32, "add.u32", rest, position[0]);
                loop(position[0], position[1], groups, width);
                loop(single, position[1], count, 1);
            }
            return w.kernel();
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
                int element = e;
                String[] own = new String[inputs.length];
                Arrays.setAll(own, k -> inputs[k][element]);
                String[] computed = steps.run(own);
                for (int o = 0; o < results.length; o++) {
                    results[o][e] = computed[o];
                }
            }
            for (int o = 0; o < results.length; o++) {
                int k = program.inputs() + o;
                store(k, at[k], results[o]);
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
                    case UNIFORM -> base[k];
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
            DType dtype = operands.get(k).dtype();
            String[] raw = Element.load(w, dtype, address, group);
            for (int e = 0; e < group; e++) {
                raw[e] = Element.toLane(w, dtype, program.lane(), raw[e]);
            }
            return raw;
        }

        private void store(int k, String address, String[] values) {
            DType dtype = operands.get(k).dtype();
            String[] raw = new String[values.length];
            Arrays.setAll(raw, e -> Element.toMemory(w, program.lane(), dtype, values[e]));
            Element.store(w, dtype, address, raw);
        }
    }
}
