package tns.cuda.ptx;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text of one kernel in the making: parameters, virtual registers, labels and instructions in order.
 *
 * <p>Rounding is written out in every instruction ({@code add.rn.f32}): without it a driver may contract a product and a
 * sum, and the bits would no longer be the CPU's.
 */
final class PtxWriter {
    /** The oldest language and machine the kernels need; every later driver compiles them for its own. */
    private static final String HEADER = ".version 6.4\n.target sm_70\n.address_size 64\n";

    private final String name;
    private final int threads;
    private final Map<PtxType, Integer> registers = new EnumMap<>(PtxType.class);
    private final List<String> parameters = new ArrayList<>();
    private final StringBuilder globals = new StringBuilder();
    private final StringBuilder body = new StringBuilder();
    private int labels;
    private int residents;

    /** A kernel for blocks of {@code threads} threads. */
    PtxWriter(String name, int threads) {
        this.name = name;
        this.threads = threads;
    }

    /**
     * Leaves the kernel as many registers as let {@code blocks} blocks run on a multiprocessor at a time. Without a word on
     * it the assembler aims at more blocks, and spills a register or two to get there.
     */
    void residents(int blocks) {
        residents = blocks;
    }

    /** A new virtual register. */
    String register(PtxType type) {
        return type.prefix() + (registers.merge(type, 1, Integer::sum) - 1);
    }

    /** A new label, to be placed by {@link #place}. */
    String label() {
        return "L" + labels++;
    }

    void place(String label) {
        body.append(label).append(":\n");
    }

    /** One instruction, such as {@code op("add.rn.f32", d, a, b)}. */
    void op(String instruction, String... operands) {
        body.append('\t').append(instruction);
        if (operands.length > 0) {
            body.append(' ').append(String.join(", ", operands));
        }
        body.append(";\n");
    }

    /** One instruction into a new register of {@code type}, which is returned. */
    String make(PtxType type, String instruction, String... operands) {
        String target = register(type);
        String[] all = new String[operands.length + 1];
        all[0] = target;
        System.arraycopy(operands, 0, all, 1, operands.length);
        op(instruction, all);
        return target;
    }

    /** Jumps when the predicate holds. */
    void jumpIf(String predicate, String label) {
        op("@" + predicate + " bra", label);
    }

    /** Jumps unless the predicate holds. */
    void jumpUnless(String predicate, String label) {
        op("@!" + predicate + " bra", label);
    }

    void jump(String label) {
        op("bra", label);
    }

    /** The next parameter, loaded into a register. Every parameter takes a slot of 8 bytes at the launch. */
    String parameter(PtxType type) {
        String word = type == PtxType.B32 ? "u32" : type == PtxType.B64 ? "u64" : type.word();
        String parameter = "p" + parameters.size();
        parameters.add(".param ." + word + " " + parameter);
        return make(type, "ld.param." + word, "[" + parameter + "]");
    }

    /** The next parameter: an address in global memory. */
    String pointer() {
        return make(PtxType.B64, "cvta.to.global.u64", parameter(PtxType.B64));
    }

    /** A table of 64-bit words in constant memory, under the name given; once per kernel. */
    void constants(String table, long[] words) {
        if (globals.indexOf(" " + table + "[") < 0) {
            globals.append(".const .align 8 .b64 ")
                    .append(table)
                    .append('[')
                    .append(words.length)
                    .append("] = {");
            for (int i = 0; i < words.length; i++) {
                globals.append(i == 0 ? "" : ", ").append("0x").append(Long.toHexString(words[i]));
            }
            globals.append("};\n");
        }
    }

    /** A zone of shared memory of the block; the name stands for its address. */
    void shared(String zone, int bytes) {
        globals.append(".shared .align 16 .b8 ")
                .append(zone)
                .append('[')
                .append(bytes)
                .append("];\n");
    }

    /** The number of this thread among all of the grid, and the number of all: both 32 bits. */
    String[] gridPosition() {
        String thread = make(PtxType.B32, "mov.u32", "%tid.x");
        String block = make(PtxType.B32, "mov.u32", "%ctaid.x");
        String width = make(PtxType.B32, "mov.u32", "%ntid.x");
        String blocks = make(PtxType.B32, "mov.u32", "%nctaid.x");
        return new String[] {
            make(PtxType.B32, "mad.lo.u32", block, width, thread), make(PtxType.B32, "mul.lo.u32", blocks, width)
        };
    }

    /** The finished kernel. */
    Kernel kernel() {
        op("ret");
        StringBuilder text = new StringBuilder(HEADER).append(globals);
        text.append(".visible .entry ").append(name).append('(');
        text.append(parameters.stream().collect(Collectors.joining(",\n\t", parameters.isEmpty() ? "" : "\n\t", "\n")));
        text.append(")\n.maxntid ").append(threads).append(", 1, 1\n");
        text.append(residents == 0 ? "" : ".minnctapersm " + residents + "\n").append("{\n");
        registers.forEach((type, count) -> text.append("\t.reg .")
                .append(type.word())
                .append(' ')
                .append(type.prefix())
                .append('<')
                .append(count)
                .append(">;\n"));
        text.append(body).append("}\n");
        return new Kernel(name, text.toString(), threads);
    }
}
