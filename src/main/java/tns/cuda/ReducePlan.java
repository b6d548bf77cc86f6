package tns.cuda;

import java.util.ArrayList;
import java.util.List;
import tns.cuda.ptx.ReduceKernel;
import tns.cuda.ptx.ReduceKernel.Grouping;
import tns.cuda.ptx.ReduceKernel.Reach;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.Reduction;

/**
 * How one launch of a {@link ReduceKernel} covers a reduction. What decides the order of folding, which is all but the
 * alignment of addresses, follows from the shape, the strides and the program alone.
 *
 * @param rows whether neighbouring threads go along the folded elements, else across the outputs
 * @param neighbours folded elements of a group
 * @param along threads of a block along the folded elements
 * @param partGroups groups of folded elements that a part of the folding has
 * @param parts into how many parts the folding is cut, each for blocks of its own
 * @param blocksAcross blocks that cover the outputs of a part
 */
record ReducePlan(
        Task task,
        ReduceKernel kernel,
        boolean rows,
        int neighbours,
        int along,
        int partGroups,
        int parts,
        int blocksAcross) {
    private static final int THREADS = ReduceKernel.THREADS;
    private static final int GROUP = ReduceKernel.GROUP;

    /** Below this many elements every group is one: more threads count for more than wide accesses. */
    private static final long GROUP_MIN_ELEMENTS = 1 << 16;

    /** The same for groups of outputs, each of which leaves three threads of four without an output. */
    private static final long KEPT_GROUP_MIN_ELEMENTS = 1 << 18;

    /** Shorter folds are cut best into single elements, of which every thread along has a few. */
    private static final int GROUP_MIN_FOLDED = 64;

    /** From here on there are more elements than threads that fit a machine: each then has several groups. */
    private static final long BUSY_MIN_ELEMENTS = 1 << 20;

    /** Blocks that fill every machine, and those that fill it to the end when one block takes longer than another. */
    private static final int BLOCKS = 1024;

    private static final int MOST_BLOCKS = 4096;

    /** The least elements a block should have where there are fewer than BLOCKS, and from there to MOST_BLOCKS. */
    private static final int PART_ELEMENTS = 4096;

    private static final int LONG_PART_ELEMENTS = 1 << 16;

    /** Threads across that read whole sectors of memory. */
    private static final int SIDE_BY_SIDE = 32;

    /**
     * What is to be folded.
     *
     * @param inputs the dtypes of the inputs; of keys and positions, of the keys alone
     * @param addresses of the inputs, where the walks count from
     * @param kept the kept dims over the inputs
     * @param folded the folded dims over the inputs
     */
    record Task(
            Reduction reduction,
            DType dtype,
            Program program,
            List<DType> inputs,
            long[] addresses,
            Walk kept,
            Walk folded) {
        /** The address of the first element of input k that is walked. */
        long first(int k) {
            long elements = (long) kept.origins()[k] + folded.origins()[k];
            return addresses[k] + elements * inputs.get(k).bytes();
        }
    }

    /** The plan for a reduction that has outputs. */
    static ReducePlan of(Task task) {
        int inputs = task.inputs().size();
        long all = (long) task.kept().elements() * task.folded().elements();
        boolean rows = task.folded().innerPace(inputs) <= task.kept().innerPace(inputs);
        Grouping wished = wished(task, rows, all);
        int accumulators = ReduceKernel.accumulators(task.program(), task.dtype());
        int lanes = wished == Grouping.KEPT ? GROUP : 1;
        int folding = task.folded().elements() / (wished == Grouping.FOLDED ? GROUP : 1);
        int outputs = task.kept().elements() / lanes;
        int along =
                along(rows, outputs, all < BUSY_MIN_ELEMENTS ? folding : (folding + accumulators - 1) / accumulators);
        int across = THREADS / along;
        int blocks = (outputs + across - 1) / across;
        long work = (long) Math.min(across, outputs) * lanes * task.folded().elements();
        long fewer = Math.min(BLOCKS / blocks, work / PART_ELEMENTS);
        long parts = blocks >= BLOCKS ? 1 : Math.min(MOST_BLOCKS / blocks, Math.max(fewer, work / LONG_PART_ELEMENTS));
        if (parts < 2) {
            return of(task, rows, wished, along, folding, false);
        }
        long step = (long) along * accumulators;
        long partGroups = ((folding + parts - 1) / parts + step - 1) / step * step;
        return of(task, rows, wished, along, (int) Math.min(folding, partGroups), false);
    }

    /** The plan that folds what the parts of another left, in their order and in one part. */
    static ReducePlan join(Task task) {
        int inputs = task.inputs().size();
        boolean rows = task.folded().innerPace(inputs) <= task.kept().innerPace(inputs);
        int folding = task.folded().elements();
        int along = along(rows, task.kept().elements(), folding);
        return of(task, rows, Grouping.NONE, along, folding, isPosition(task.reduction()));
    }

    /** Threads along, no more than there is work for; of those across, there are enough for accesses side by side. */
    private static int along(boolean rows, int outputs, int wanted) {
        return Math.min(power(wanted), rows ? THREADS : THREADS / Math.min(SIDE_BY_SIDE, power(outputs)));
    }

    private static Grouping wished(Task task, boolean rows, long all) {
        int inputs = task.inputs().size();
        Walk folded = task.folded();
        Walk kept = task.kept();
        if (rows) {
            boolean whole = folded.rank() == 1 || folded.innerSize() % GROUP == 0;
            boolean many = all >= GROUP_MIN_ELEMENTS && folded.elements() >= GROUP_MIN_FOLDED;
            return many && whole && sideBySide(folded, inputs) ? Grouping.FOLDED : Grouping.NONE;
        }
        boolean whole = kept.innerSize() % GROUP == 0;
        return all >= KEPT_GROUP_MIN_ELEMENTS && whole && sideBySide(kept, inputs) ? Grouping.KEPT : Grouping.NONE;
    }

    /** Whether neighbours of the walk are neighbours in memory, or the same element in some of the inputs. */
    private static boolean sideBySide(Walk walk, int inputs) {
        boolean any = false;
        boolean all = true;
        for (int k = 0; k < inputs; k++) {
            int stride = walk.innerStride(k);
            any |= stride == 1;
            all &= stride == 1 || stride == 0;
        }
        return any && all;
    }

    private static ReducePlan of(Task task, boolean rows, Grouping wished, int along, int partGroups, boolean joins) {
        List<ReduceKernel.Operand> operands = new ArrayList<>();
        Grouping grouping = wished;
        for (int k = 0; k < task.inputs().size(); k++) {
            Reach reach = reach(task, k, wished);
            operands.add(new ReduceKernel.Operand(task.inputs().get(k), reach));
            if (wished == Grouping.KEPT && reach == Reach.SINGLES) {
                // Threads side by side are better than each with a group apart, and give the same bits.
                grouping = Grouping.NONE;
            }
        }
        if (grouping == Grouping.NONE) {
            operands.replaceAll(operand -> new ReduceKernel.Operand(operand.dtype(), Reach.SINGLES));
        }
        int neighbours = grouping == Grouping.FOLDED ? GROUP : 1;
        int folding = task.folded().elements() / neighbours;
        int parts = folding == 0 ? 1 : (folding + partGroups - 1) / partGroups;
        Walk kept = task.kept().grouped(grouping == Grouping.KEPT ? GROUP : 1);
        int across = THREADS / along;
        ReduceKernel kernel = new ReduceKernel(
                task.reduction(),
                task.dtype(),
                task.program(),
                operands,
                grouping,
                Math.max(1, task.kept().rank()),
                Math.max(1, task.folded().rank()),
                joins,
                parts > 1 && isPosition(task.reduction()));
        return new ReducePlan(
                task,
                kernel,
                rows,
                neighbours,
                along,
                Math.max(1, partGroups),
                parts,
                (kept.elements() + across - 1) / across);
    }

    private static Reach reach(Task task, int k, Grouping grouping) {
        if (grouping == Grouping.NONE) {
            return Reach.SINGLES;
        }
        Walk grouped = grouping == Grouping.FOLDED ? task.folded() : task.kept();
        Walk other = grouping == Grouping.FOLDED ? task.kept() : task.folded();
        if (grouped.innerStride(k) == 0) {
            return Reach.SAME;
        }
        int bytes = task.inputs().get(k).bytes();
        int alignment = Math.min(16, GROUP * bytes);
        boolean aligned = task.first(k) % alignment == 0;
        for (int d = 0; d < grouped.rank() - 1; d++) {
            aligned &= (long) grouped.strides()[k][d] * bytes % alignment == 0;
        }
        for (int stride : other.strides()[k]) {
            aligned &= (long) stride * bytes % alignment == 0;
        }
        return aligned ? Reach.VECTOR : Reach.SINGLES;
    }

    static boolean isPosition(Reduction reduction) {
        return reduction == Reduction.ARGMAX || reduction == Reduction.ARGMIN;
    }

    /** The least power of two that is not less. */
    private static int power(int count) {
        return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
    }

    int blocks() {
        return blocksAcross * parts;
    }

    /**
     * The kernel's parameters.
     *
     * @param targets the address of the output's first element, or those of the keys and of the positions
     * @param targetStrides of the output for every kept dim
     */
    long[] arguments(long[] targets, int[] targetStrides) {
        int inputs = task.inputs().size();
        Grouping grouping = kernel.grouping();
        Walk kept = task.kept().with(targetStrides);
        int step = grouping == Grouping.KEPT ? kept.innerStride(inputs) : 0;
        Walk outer = kept.grouped(grouping == Grouping.KEPT ? GROUP : 1);
        Walk inner = task.folded().grouped(neighbours);
        int groups = task.folded().elements() / neighbours;
        int across = THREADS / along;
        Arguments arguments = new Arguments();
        arguments.add(
                outer.elements(), groups, task.folded().elements() - groups * neighbours, partGroups, blocksAcross);
        int acrossShift = rows ? Integer.numberOfTrailingZeros(along) : 0;
        int alongShift = rows ? 0 : Integer.numberOfTrailingZeros(across);
        arguments.add(acrossShift, across - 1, alongShift, along - 1, kept.elements());
        for (int k = 0; k < task.addresses().length; k++) {
            arguments.add(k < inputs ? task.first(k) : task.addresses()[k]);
        }
        for (long target : targets) {
            arguments.add(target);
        }
        addWalk(arguments, outer, inputs + 1);
        arguments.add(step);
        addWalk(arguments, inner, inputs);
        return arguments.toArray();
    }

    private static void addWalk(Arguments arguments, Walk walk, int arrays) {
        for (int d = 1; d < walk.rank(); d++) {
            arguments.add(walk.sizes()[d]);
        }
        for (int k = 0; k < arrays; k++) {
            arguments.add(walk.rank() == 0 ? new int[1] : walk.strides()[k]);
        }
    }
}
