package tns.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.expr.Operand;
import tns.expr.PointwiseRunner;
import tns.expr.Program;
import tns.expr.ScalarRunner;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * Runs hot programs as one vectorised loop each, and the others block by block. The bits are the same.
 *
 * <p>A program is hot when it has done so much work, with the same of its inputs repeating, that making its loop pays;
 * the loop is made and warmed up in the background ({@link FusedLoops}), and block by block goes on until then.
 */
final class FusedRunner implements PointwiseRunner {
    /** Element-steps below which a run stays on the caller's thread: about 50 microseconds of work. */
    private static final long PARALLEL_MIN_WORK = 1 << 19;

    /** Elements a thread takes at a time, and between two checks for cancellation. */
    private static final int SHARE_ELEMENTS = 1 << 15;

    /** What the overhead of a run costs, in element-steps. */
    private static final int RUN_OVERHEAD = 64;

    /**
     * Up to so many elements that do not fill their vectors go through a mask; of more the last few are copied to vectors
     * of their own. Adam's step of 20 elements takes 57 ns with a mask and 113 without, that of 200 takes 127 and 180 (AMD
     * EPYC, one core, 2026-11-26).
     */
    private static final int RAGGED_MAX_ELEMENTS = 512;

    /** Runs after which that loop is made. */
    private static final long RAGGED_AFTER_RUNS = 5000;

    /**
     * Up to so many steps of a single float are taken one by one: a loss has a few numbers of its own in every step of
     * training (the tutorial's epoch 4.92 µs before, 4.73 so; AMD EPYC without AVX-512, one core, 2026-11-27).
     */
    private static final int FEW_STEPS = 8;

    /**
     * Loops of more steps take the compiler seconds, so vector loops for the single steps are made for the meantime. Of 4 M
     * elements lgamma took 630 ms step by step, so 82, and a power 105 to 150 and 43 (AMD EPYC without AVX-512, busy,
     * 2026-11-27).
     */
    private static final int LONG_PROGRAM = 120;

    /** Shorter rows are better gathered in blocks, as are those that leave vectors partly filled unless they are long. */
    private static final int LEAST_ROW = 128;

    private static final int LEAST_RAGGED_ROW = 1024;

    /** A multiple of so many elements fills vectors of any length; to ask for theirs would load the Vector API. */
    private static final int LONGEST_VECTOR = 16;

    /** That operands do not lie as a direct run needs them: no program has as many inputs as this has bits. */
    private static final long NOT_DIRECT = -1;

    private final Parallel parallel;
    private final BlockRunner blocks;
    private final FusedLoops loops;
    private final MachineCode machine;
    private final long raggedAfterRuns;
    private final Map<Program, Compiled> programs = new ConcurrentHashMap<>();
    private final ThreadLocal<FusedBlocks> memory = ThreadLocal.withInitial(FusedBlocks::new);

    FusedRunner(Parallel parallel, BlockRunner blocks, FusedLoops loops, MachineCode machine) {
        this.parallel = parallel;
        this.blocks = blocks;
        this.loops = loops;
        this.machine = machine;
        this.raggedAfterRuns = Math.clamp(loops.promoteAfter(), 1, RAGGED_AFTER_RUNS);
    }

    /** The loops of one program; a handful at most, as there are few ways in which its inputs repeat. */
    private final class Compiled {
        private final Program program;
        private final boolean fits;
        private volatile Variant[] variants = {};
        /** Code for runs that are bound, by how their operands lie. */
        private final Map<List<Object>, Optional<MachineCode.Pointwise>> bound = new ConcurrentHashMap<>();

        Compiled(Program program) {
            this.program = program;
            fits = StepCode.fits(program);
        }

        Variant variant(long uniforms) {
            for (Variant variant : variants) {
                if (variant.uniforms == uniforms) {
                    return variant;
                }
            }
            return add(uniforms);
        }

        /** Code for operands of which some are the same; null where there can be none. */
        MachineCode.@Nullable Pointwise bound(long uniforms, Object[] arrays, int[] at) {
            int[] same = new int[arrays.length];
            for (int k = 0; k < same.length; k++) {
                int first = 0;
                while (arrays[first] != arrays[k] || at[first] != at[k]) {
                    first++;
                }
                boolean repeats = first < program.inputs() && (uniforms >> first & 1) != 0;
                same[k] = repeats ? k : first;
            }
            List<Object> key = List.of(uniforms, Arrays.stream(same).boxed().toList());
            return bound.computeIfAbsent(
                            key, places -> Optional.ofNullable(MachineCode.loop(program, uniforms, same, blocks)))
                    .orElse(null);
        }

        private synchronized Variant add(long uniforms) {
            for (Variant variant : variants) {
                if (variant.uniforms == uniforms) {
                    return variant;
                }
            }
            Variant[] more = java.util.Arrays.copyOf(variants, variants.length + 1);
            Variant added =
                    new Variant(uniforms, new CodedLoop<>(machine, () -> MachineCode.loop(program, uniforms, blocks)));
            more[variants.length] = added;
            variants = more;
            return added;
        }
    }

    /** A program with a choice of inputs that repeat, on its way to a loop. */
    private static final class Variant {
        private final long uniforms;
        /** Element-steps so far, roughly: threads may overwrite each other's additions. */
        private long work;

        private boolean requested;
        private volatile @Nullable FusedLoop loop;
        /** The same of machine code. */
        private final CodedLoop<FusedLoop> coded;

        /** Short runs of a number of elements that fills no vectors. */
        private int raggedRuns;

        private volatile @Nullable FusedLoop ragged;

        Variant(long uniforms, CodedLoop<FusedLoop> coded) {
            this.uniforms = uniforms;
            this.coded = coded;
        }
    }

    private Compiled compiled(Program program) {
        Compiled known = programs.get(program);
        return known != null ? known : programs.computeIfAbsent(program, Compiled::new);
    }

    /** The loop if there is one by now; counts the work and asks for a loop when it has become worth it. */
    private @Nullable FusedLoop loop(Program program, Variant variant, long elements) {
        FusedLoop loop = variant.loop;
        if (loop != null && elements <= MachineCode.FEW) {
            return loop; // the short way of a small model, which is most of its time
        }
        boolean codeIsBest = machine.isBest(elements);
        if (loop != null && !codeIsBest) {
            return loop;
        }
        long work = (elements + RUN_OVERHEAD) * program.steps().size();
        FusedLoop coded = machine.suits(elements) ? variant.coded.get(work) : null;
        if (coded != null && codeIsBest) {
            return coded;
        }
        if (loop == null && !variant.requested) {
            variant.work += work;
            if (variant.work >= loops.promoteAfter()) {
                variant.requested = true;
                loops.request(program, variant.uniforms, made -> variant.loop = made);
                loop = variant.loop;
            }
        }
        return loop != null ? loop : coded;
    }

    /**
     * The loop of a program whose inputs in the bit set {@code uniforms} repeat, for one who feeds it himself; null when
     * there is none, or not yet: {@link #run} takes it there.
     */
    @Nullable
    FusedLoop loop(Program program, long uniforms) {
        Compiled compiled = compiled(program);
        return compiled.fits ? loop(program, compiled.variant(uniforms), 0) : null;
    }

    /** What makes the loops. */
    FusedLoops loops() {
        return loops;
    }

    @Override
    public void run(Program program, Operand[] inputs, Operand[] outputs, int[] shape) {
        Compiled compiled = compiled(program);
        if (!compiled.fits) {
            blocks.run(program, inputs, outputs, shape);
            return;
        }
        int size = BlockRunner.checkedSize(program, inputs, outputs, shape);
        if (size == 0) {
            return;
        }
        Walk[] from = BlockRunner.walks(inputs, shape);
        Walk[] to = BlockRunner.walks(outputs, shape);
        int row = rowLength(program.lane(), from, to);
        long uniforms = 0;
        for (int i = 0; i < program.inputs(); i++) {
            boolean repeats = row > 0 ? from[i].innerStride() == 0 : from[i].isUniform();
            if (repeats && FusedBlocks.holds(program.lane(), from[i].array())) {
                uniforms |= 1L << i;
            }
        }
        FusedLoop loop = loop(program, compiled.variant(uniforms), size);
        if (loop == null && program.steps().size() > LONG_PROGRAM) {
            blocks.run(program, from, to, size);
        } else if (loop == null) {
            blocks.plain(program, from, to, size);
        } else {
            long repeated = uniforms;
            int unit = Math.max(1, row);
            Parallel.Body body = row > 0
                    ? (begin, end) -> memory.get().rows(loop, program, repeated, from, to, row, begin, end)
                    : (begin, end) -> memory.get().run(loop, program, from, to, begin, end);
            boolean alone = (long) size * (program.steps().size() + 4) < PARALLEL_MIN_WORK;
            parallel.range(size / unit, alone ? size / unit : Math.max(1, SHARE_ELEMENTS / unit), body);
        }
    }

    /**
     * The length of the rows, shorter than the whole, in each of which every operand lies as a loop reads it: side by
     * side, or as a single element. 0 where there are none, or they are too short to be taken one by one.
     *
     * <p>Of (2048, 2048) floats, x + row took 2.5 ms through blocks, so 2.3; x * column 2.9 and 2.1; an outer product
     * 2.3 and 1.5 (AMD EPYC without AVX-512, one core, busy, least of 60 each, 2026-11-27).
     */
    private static int rowLength(Lane lane, Walk[] inputs, Walk[] outputs) {
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (int k = 0; k < inputs.length + outputs.length; k++) {
            boolean isInput = k < inputs.length;
            Walk walk = isInput ? inputs[k] : outputs[k - inputs.length];
            boolean fits = walk.innerStride() == 1 || isInput && walk.innerStride() == 0;
            if (!fits || !FusedBlocks.holds(lane, walk.array())) {
                return 0;
            }
            // Inner sizes are products of the last dims: the least divides the others.
            least = Math.min(least, walk.innerSize());
            most = Math.max(most, walk.innerSize());
        }
        boolean isLong = least >= (least % LONGEST_VECTOR == 0 ? LEAST_ROW : LEAST_RAGGED_ROW);
        return least < most && isLong ? least : 0;
    }

    /**
     * The short way for few elements in gapless tensors of the lane's type, or single ones perhaps repeated: no operands,
     * no walks. Most of a small model's time is such runs.
     *
     * @return whether it was one; if not, nothing has been computed
     */
    boolean direct(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        int n = shape.elements();
        Object[] arrays = new Object[program.inputs() + outputs.length];
        int[] at = new int[arrays.length];
        long uniforms = gathered(program, inputs, n, outputs, arrays, at);
        return uniforms != NOT_DIRECT && direct(program, uniforms, arrays, at, n);
    }

    /** Finds the operands of a direct run, and which of the inputs repeat; {@link #NOT_DIRECT} where it is none. */
    private static long gathered(Program program, Tensor[] inputs, int n, Tensor[] outputs, Object[] arrays, int[] at) {
        int count = program.inputs();
        long uniforms = 0;
        for (int i = 0; i < count; i++) {
            Tensor input = inputs[i];
            View view = input.view();
            Object array = HostBuffer.array(input.buffer());
            boolean repeats = input.elements() == 1;
            if (!repeats && !(input.elements() == n && view.isContiguous())) {
                repeats = view.isRepeated();
                if (!repeats) {
                    return NOT_DIRECT;
                }
            }
            if (!FusedBlocks.holds(program.lane(), array)) {
                return NOT_DIRECT;
            }
            arrays[i] = array;
            at[i] = view.offset();
            uniforms |= repeats ? 1L << i : 0;
        }
        for (int k = 0; k < outputs.length; k++) {
            Object array = HostBuffer.array(outputs[k].buffer());
            if (!FusedBlocks.holds(program.lane(), array) || !outputs[k].isContiguous()) {
                return NOT_DIRECT;
            }
            arrays[count + k] = array;
            at[count + k] = outputs[k].view().offset();
        }
        return uniforms;
    }

    private boolean direct(Program program, long uniforms, Object[] arrays, int[] at, int n) {
        if (n == 1 && program.lane() == Lane.F32 && program.steps().size() <= FEW_STEPS) {
            ScalarRunner.one(program, arrays, at);
            return true;
        }
        Compiled compiled = compiled(program);
        if (!compiled.fits || n == 0) {
            return false;
        }
        Variant variant = compiled.variant(uniforms);
        FusedLoop loop = loop(program, variant, n);
        if (loop == null) {
            return blocks.small(program, uniforms, arrays, at, n);
        }
        boolean masked = n <= RAGGED_MAX_ELEMENTS && !loop.takesAny() && !FusedBlocks.fillsVectors(program.lane(), n);
        FusedLoop ragged = masked ? ragged(program, variant) : null;
        if (ragged != null) {
            ragged.run(arrays, at, n);
        } else {
            memory.get().run(loop, program, uniforms, arrays, at, n);
        }
        return true;
    }

    /**
     * A direct run of at most so many elements, to be done again and again on the same operands; null where it is none.
     *
     * @param usual the run as it is otherwise
     */
    @Nullable
    Runnable bound(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs, Runnable usual) {
        int n = shape.elements();
        Object[] arrays = new Object[program.inputs() + outputs.length];
        int[] at = new int[arrays.length];
        long uniforms = gathered(program, inputs, n, outputs, arrays, at);
        boolean suits = uniforms != NOT_DIRECT && n > 0 && n <= MachineCode.FEW && compiled(program).fits;
        return suits ? new Bound(program, uniforms, arrays, at, n, usual) : null;
    }

    /** A run on operands that stay where they are: by machine code where there is some, once it has been done often. */
    private final class Bound implements Runnable {
        private final Program program;
        private final long uniforms;
        private final Object[] arrays;
        private final int[] at;
        private final int n;
        private final Runnable usual;
        private int runs;
        private @Nullable Runnable code;

        Bound(Program program, long uniforms, Object[] arrays, int[] at, int n, Runnable usual) {
            this.usual = usual;
            this.program = program;
            this.uniforms = uniforms;
            this.arrays = arrays;
            this.at = at;
            this.n = n;
        }

        @Override
        public void run() {
            Runnable made = code;
            if (made != null) {
                made.run();
                return;
            }
            if (machine.isWorthBinding(++runs)) {
                MachineCode.Pointwise loop = compiled(program).bound(uniforms, arrays, at);
                code = loop == null ? this::evaluate : loop.bind(arrays, at, n);
            }
            evaluate();
        }

        private void evaluate() {
            if (!direct(program, uniforms, arrays, at, n)) {
                usual.run();
            }
        }
    }

    /** The loop for any number of elements if there is one by now; asks for it when there have been enough runs. */
    private @Nullable FusedLoop ragged(Program program, Variant variant) {
        FusedLoop ragged = variant.ragged;
        if (ragged == null && variant.raggedRuns < raggedAfterRuns && ++variant.raggedRuns == raggedAfterRuns) {
            loops.requestRagged(program, variant.uniforms, made -> variant.ragged = made);
            ragged = variant.ragged;
        }
        return ragged;
    }
}
