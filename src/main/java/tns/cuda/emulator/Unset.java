package tns.cuda.emulator;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which registers may be read before they are set: those that are not set on every way to a line. Nearly always there
 * are none, and then no thread has to look whether they are.
 */
final class Unset {
    private final List<Line> lines;
    private final int registers;
    /** What is set wherever the line may be come to by a branch; null for what is not come to so. */
    private final @Nullable BitSet[] branched;

    private final List<List<Integer>> read = new ArrayList<>();

    Unset(List<Line> lines, int registers) {
        this.lines = lines;
        this.registers = registers;
        this.branched = new BitSet[lines.size() + 1];
        boolean more = true;
        while (more) {
            more = pass();
        }
    }

    /** The registers that line {@code number} reads and that may not be set then, in the order of reading. */
    List<Integer> readBy(int number) {
        return read.get(number);
    }

    /** Goes through the lines once; answers whether less is known to be set after a branch than before. */
    private boolean pass() {
        boolean changed = false;
        read.clear();
        BitSet set = new BitSet(registers);
        boolean reached = true;
        for (int i = 0; i < lines.size(); i++) {
            BitSet other = branched[i];
            if (other != null) {
                if (!reached) {
                    set = (BitSet) other.clone();
                    reached = true;
                } else {
                    set.and(other);
                }
            }
            Line line = lines.get(i);
            read.add(reached ? unsetIn(line, set) : List.of());
            if (reached && line.instruction().operation == Operation.BRANCH) {
                changed |= meet(line.instruction().target, set);
            }
            if (line.always()) {
                for (int register : line.instruction().writes()) {
                    set.set(register);
                }
            }
            reached &= line.goesOn();
        }
        return changed;
    }

    private List<Integer> unsetIn(Line line, BitSet set) {
        List<Integer> unset = new ArrayList<>();
        if (!line.always() && !set.get(line.predicate())) {
            unset.add(line.predicate());
        }
        for (int slot : line.instruction().reads()) {
            if (slot < registers && !set.get(slot) && !unset.contains(slot)) {
                unset.add(slot);
            }
        }
        return unset;
    }

    private boolean meet(int target, BitSet set) {
        BitSet known = branched[target];
        if (known == null) {
            branched[target] = (BitSet) set.clone();
            return true;
        }
        int before = known.cardinality();
        known.and(set);
        return known.cardinality() != before;
    }
}
