package tns.expr;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Turns a {@link Sequence} into a {@link Program}: drops unused steps and gives each value a slot, reusing registers.
 */
final class Allocation {
    private static final int UNUSED = -1;

    private final Sequence sequence;
    private final int inputs;
    private final Term[] results;
    /** The number of the last node that reads each node, {@link #UNUSED} for none, the size for results. */
    private final int[] lastUse;

    private final int[] slots;
    private final List<Long> constants = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    Allocation(Sequence sequence, int inputs, Term[] results) {
        this.sequence = sequence;
        this.inputs = inputs;
        this.results = results;
        this.lastUse = new int[sequence.size()];
        this.slots = new int[sequence.size()];
    }

    Program program() {
        findLastUses();
        for (int id = 0; id < slots.length; id++) {
            Sequence.Node node = sequence.node(id);
            if (node.kind() == Sequence.Kind.INPUT) {
                slots[id] = (int) node.bits();
            } else if (node.kind() == Sequence.Kind.CONSTANT && lastUse[id] != UNUSED) {
                slots[id] = inputs + constants.size();
                constants.add(node.bits());
            }
        }
        int registers = placeSteps();
        List<Integer> outputs = Arrays.stream(results).map(r -> slots[r.id()]).toList();
        return new Program(sequence.lane(), inputs, constants, registers, steps, outputs);
    }

    private void findLastUses() {
        Arrays.fill(lastUse, UNUSED);
        for (Term result : results) {
            lastUse[result.id()] = sequence.size();
        }
        for (int id = sequence.size() - 1; id >= 0; id--) {
            Sequence.Node node = sequence.node(id);
            if (lastUse[id] != UNUSED && node.kind() == Sequence.Kind.STEP) {
                for (int operand : new int[] {node.a(), node.b(), node.c()}) {
                    if (operand >= 0) {
                        lastUse[operand] = Math.max(lastUse[operand], id);
                    }
                }
            }
        }
    }

    private int placeSteps() {
        int first = inputs + constants.size();
        int registers = 0;
        Deque<Integer> free = new ArrayDeque<>();
        for (int id = 0; id < slots.length; id++) {
            Sequence.Node node = sequence.node(id);
            Opcode op = node.op();
            if (op == null || lastUse[id] == UNUSED) {
                continue;
            }
            int a = slots[node.a()];
            int b = node.b() < 0 ? -1 : slots[node.b()];
            int c = node.c() < 0 ? -1 : slots[node.c()];
            release(node.a(), id, first, free);
            if (node.b() != node.a()) {
                release(node.b(), id, first, free);
            }
            if (node.c() != node.a() && node.c() != node.b()) {
                release(node.c(), id, first, free);
            }
            slots[id] = free.isEmpty() ? first + registers++ : free.pop();
            steps.add(new Step(op, slots[id], a, b, c));
        }
        return registers;
    }

    private void release(int operand, int at, int first, Deque<Integer> free) {
        if (operand >= 0 && lastUse[operand] == at && slots[operand] >= first) {
            free.push(slots[operand]);
        }
    }
}
