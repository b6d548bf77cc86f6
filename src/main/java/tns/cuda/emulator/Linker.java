package tns.cuda.emulator;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Makes code of the lines of a kernel: a predicate becomes a branch around its instruction, and where a register may not
 * be set, its state is kept and asked for.
 */
final class Linker {
    private final Slots slots;
    private final List<Line> lines;
    private final Unset unset;
    private final BitSet asked = new BitSet();
    private final List<Instruction> code = new ArrayList<>();

    Linker(Slots slots, List<Line> lines) {
        this.slots = slots;
        this.lines = lines;
        this.unset = new Unset(lines, slots.registers());
        for (int i = 0; i < lines.size(); i++) {
            unset.readBy(i).forEach(asked::set);
        }
    }

    Instruction[] code() {
        int[] starts = new int[lines.size() + 1];
        List<Integer> branches = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            starts[i] = code.size();
            add(lines.get(i), i, branches);
        }
        starts[lines.size()] = code.size();
        for (int branch : branches) {
            code.set(branch, code.get(branch).withTarget(starts[code.get(branch).target]));
        }
        return code.toArray(new Instruction[0]);
    }

    private void add(Line line, int number, List<Integer> branches) {
        Instruction instruction = line.instruction();
        boolean jumps = instruction.operation == Operation.BRANCH;
        List<Integer> questions = unset.readBy(number);
        if (!line.always() && questions.contains(line.predicate())) {
            code.add(of(Operation.CHECK, line.predicate(), number));
        }
        if (jumps && !line.always()) {
            branches.add(code.size());
            Operation operation = line.unless() ? Operation.BRANCH_UNLESS : Operation.BRANCH_IF;
            code.add(of(operation, instruction.target, number, line.predicate()));
            return;
        }
        int around = code.size();
        if (!line.always()) {
            Operation operation = line.unless() ? Operation.BRANCH_IF : Operation.BRANCH_UNLESS;
            code.add(of(operation, 0, number, line.predicate()));
        }
        for (int register : questions) {
            if (register != line.predicate()) {
                code.add(of(Operation.CHECK, register, number));
            }
        }
        if (jumps) {
            branches.add(code.size());
        }
        code.add(instruction);
        for (int register : instruction.writes()) {
            if (asked.get(register)) {
                code.add(of(Operation.MARK, register, number));
            }
        }
        if (!line.always()) {
            code.set(around, code.get(around).withTarget(code.size()));
        }
    }

    private Instruction of(Operation operation, int target, int line, int... operands) {
        return Instruction.of(operation, target, slots.thread(), line, operands);
    }
}
