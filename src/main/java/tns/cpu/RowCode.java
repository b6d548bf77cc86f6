package tns.cpu;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tns.expr.Program;
import tns.expr.RowProgram;
import tns.expr.RowProgram.Extent;
import tns.expr.RowProgram.Fold;

/**
 * Writes a row program as the byte code of one method over the Vector API: a loop over rows, in it one after the other a
 * loop for every value that varies within the row, and straight-line code for those that do not, which are in registers
 * as vectors of one number.
 *
 * <p>Folds in the order of {@link RowExecutor#LAYOUT}: each of its threads is a lane of some accumulator.
 */
final class RowCode {
    private static final int LANES = RowExecutor.LAYOUT.threads();

    private static final ClassDesc TOTALS = ClassDesc.of(RowTotals.class.getName());
    private static final ClassDesc MATH = ClassDesc.of(Math.class.getName());
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(
            ConstantDescs.CD_void,
            ConstantDescs.CD_Object.arrayType(),
            ConstantDescs.CD_int.arrayType(),
            ConstantDescs.CD_int,
            ConstantDescs.CD_int,
            ConstantDescs.CD_int);

    /** The parameters of that. */
    private static final int ARRAYS = 1;

    private static final int STARTS = 2;
    private static final int ROWS = 3;
    private static final int COUNT = 4;
    private static final int PIECE = 5;

    private final CodeBuilder code;
    private final StepCode steps;
    private final RowProgram program;
    private final RowPlaces places;
    /** Whether rows may end within {@link #LANES}. */
    private final boolean ragged;

    /** For each value that is in memory the variable of its array, and of where its row begins. */
    private final int[] arrays;

    private final int[] starts;
    /** For each value the variable of its vector: at the loop's place, or of the row. */
    private final int[] vectors;

    /** The variable of each constant. */
    private final Map<Long, Integer> constants = new HashMap<>();
    /** Variables for programs' registers. */
    private final List<Integer> registers = new ArrayList<>();

    /** The constants' array. */
    private final int numbers;

    /** Working memory: a row, and two arrays of lanes. */
    private final int room;

    private final int all;
    private final int part;
    private final int[] accumulators;
    /** Which row it is, where in it a loop is, and in an array of lanes. */
    private final int row;

    private final int i;
    private final int lane;
    /** Where the row's last whole group of lanes ends, and which elements of the last vector count. */
    private final int whole;

    private final int inside;

    private RowCode(CodeBuilder code, RowProgram program, boolean ragged) {
        this.code = code;
        this.program = program;
        this.ragged = ragged;
        places = new RowPlaces(program);
        steps = new StepCode(code, program.lane());
        int count = program.values().size();
        arrays = new int[count];
        starts = VectorCode.locals(code, count, TypeKind.INT);
        vectors = VectorCode.locals(code, count, TypeKind.REFERENCE);
        numbers = steps.array(ARRAYS, places.numbers());
        room = steps.array(ARRAYS, places.room());
        all = steps.array(ARRAYS, places.all());
        part = steps.array(ARRAYS, places.part());
        accumulators = VectorCode.locals(code, LANES / steps.length(), TypeKind.REFERENCE);
        i = code.allocateLocal(TypeKind.INT);
        row = code.allocateLocal(TypeKind.INT);
        lane = code.allocateLocal(TypeKind.INT);
        whole = code.allocateLocal(TypeKind.INT);
        inside = steps.variable();
    }

    /** The loop of a program that {@link RowPlaces#fits}, for rows of a multiple of {@link #LANES} unless ragged. */
    static RowLoop compile(RowProgram program, boolean ragged) {
        return VectorCode.make(RowLoop.class, "Rows", RUN, ROWS, code -> new RowCode(code, program, ragged).write());
    }

    private void write() {
        prepare();
        for (int k = 0; k < vectors.length; k++) {
            if (places.isAhead(k)) {
                foldAhead(k);
            }
        }
        rows(() -> {
            for (int k = 0; k < vectors.length; k++) {
                write(k);
            }
        });
        code.return_();
    }

    /** Folds an operand in all rows before anything else is done; its value for each row goes to memory. */
    private void foldAhead(int k) {
        if (program.values().get(k) instanceof RowProgram.Folded(Fold by, Program f)) {
            rows(() -> {
                fold(k, by, f);
                steps.storeOne(vectors[k], arrays[k], starts[k]);
            });
        }
    }

    /** A loop over rows. */
    private void rows(Runnable body) {
        begin();
        code.iconst_0().istore(row);
        Label top = code.newLabel();
        Label end = code.newLabel();
        code.labelBinding(top).iload(row).iload(ROWS).if_icmpge(end);
        body.run();
        for (int k = 0; k < vectors.length; k++) {
            advance(k);
        }
        code.iinc(row, 1).goto_(top);
        code.labelBinding(end);
    }

    /** Goes to the first row. */
    private void begin() {
        for (int k = 0; k < vectors.length; k++) {
            if (places.of(k) == k) {
                code.aload(STARTS).loadConstant(k).iaload().istore(starts[k]);
            }
        }
    }

    /** Before the rows. */
    private void prepare() {
        code.iload(COUNT).loadConstant(-LANES).iand().istore(whole);
        for (int k = 0; k < vectors.length; k++) {
            if (places.of(k) == k) {
                arrays[k] = steps.array(ARRAYS, k);
            }
        }
        for (int k = 0; k < vectors.length; k++) {
            switch (program.values().get(k)) {
                case RowProgram.Length _ -> steps.integer(COUNT, vectors[k]);
                case RowProgram.Mapped(Extent _, Program f) -> prepare(f);
                case RowProgram.Folded(Fold _, Program f) -> prepare(f);
                default -> {}
            }
        }
    }

    private void prepare(Program f) {
        for (long pattern : f.constants()) {
            constants.computeIfAbsent(pattern, bits -> steps.variable());
        }
        int needed = f.slots() - f.inputs() - f.constants().size();
        while (registers.size() < needed) {
            registers.add(steps.variable());
        }
    }

    /** The lesser of two integers. */
    private void least() {
        code.invokestatic(
                MATH, "min", MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int));
    }

    /** Goes on to the next row. */
    private void advance(int k) {
        if (places.of(k) != k) {
            return;
        }
        if (places.step(k, LANES) == LANES) {
            code.iload(starts[k]).iload(COUNT).iadd().istore(starts[k]);
        } else if (places.step(k, LANES) == 1) {
            code.iinc(starts[k], 1);
        }
    }

    /**
     * Brings the constants of a function into their variables, and those of what is computed anew for it. From memory, as
     * the compiler must not see that they are the same for all rows: it would keep them through all other loops too, and
     * for that in memory in their own (exp beside a sum: 4096 elements in 2.9 µs for 1.4, AMD EPYC, 2026-11-27).
     */
    private void loadConstants(Program f) {
        for (long pattern : f.constants()) {
            steps.loadOne(numbers, places.constant(pattern), Objects.requireNonNull(constants.get(pattern)));
        }
        for (int k = 0; k < f.inputs(); k++) {
            if (RowProgram.uses(f, k)
                    && places.of(k) == RowPlaces.NOWHERE
                    && program.values().get(k) instanceof RowProgram.Mapped(Extent extent, Program inner)
                    && extent == Extent.ELEMENT) {
                loadConstants(inner);
            }
        }
    }

    private void write(int k) {
        switch (program.values().get(k)) {
            case RowProgram.Input(Extent extent)
            when extent == Extent.ROW || extent == Extent.UNIFORM ->
                steps.loadOneFrom(arrays[k], starts[k], vectors[k]);
            case RowProgram.Mapped(Extent extent, Program f)
            when extent == Extent.ELEMENT -> {
                int place = places.of(k);
                if (place != RowPlaces.NOWHERE && !isFoldedAtOnce(k)) {
                    map(f, vectors[k], arrays[place], starts[place]);
                }
            }
            case RowProgram.Mapped(Extent _, Program f) -> {
                loadConstants(f);
                compute(f, 0, StepCode.NONE, vectors[k]);
                storeOne(k);
            }
            case RowProgram.Folded _ when places.isAhead(k) -> steps.loadOneFrom(arrays[k], starts[k], vectors[k]);
            case RowProgram.Folded(Fold by, Program f) -> {
                fold(k, by, f);
                storeOne(k);
            }
            default -> {}
        }
    }

    private void fold(int k, Fold by, Program f) {
        if (k > 0 && isFoldedAtOnce(k - 1)) {
            Program g = Objects.requireNonNull(places.function(k - 1));
            int place = places.of(k - 1);
            loadConstants(g);
            Source source = (offset, mask) -> {
                compute(g, offset, mask, vectors[k]);
                steps.store(vectors[k], arrays[place], starts[place], i, offset, mask);
            };
            fold(by, source, vectors[k]);
        } else if (places.isWritten(f)) {
            map(f, vectors[k], room, StepCode.NONE);
            Source source = (offset, mask) -> steps.load(room, StepCode.NONE, i, offset, mask, vectors[k]);
            fold(by, source, vectors[k]);
        } else {
            loadConstants(f);
            fold(by, (offset, mask) -> compute(f, offset, mask, vectors[k]), vectors[k]);
        }
    }

    /** Whether value {@code k} is written to memory in the loop that folds it: one that has it in registers. */
    private boolean isFoldedAtOnce(int k) {
        return places.isFoldedAtOnce(k) && !places.isWritten(places.program(k));
    }

    private void storeOne(int k) {
        if (places.output(k) != RowPlaces.NOWHERE) {
            steps.storeOne(vectors[k], arrays[k], starts[k]);
        }
    }

    /** Computes a program for the elements {@code offset} on from the loop's place, but for those outside the mask. */
    private void compute(Program f, int offset, int mask, int to) {
        int[] slots = new int[f.slots()];
        for (int k = 0; k < f.inputs(); k++) {
            slots[k] = vectors[k];
            if (RowProgram.uses(f, k)) {
                load(k, offset, mask);
            }
        }
        int free = 0;
        for (int slot = f.inputs(); slot < slots.length; slot++) {
            slots[slot] = f.isConstant(slot)
                    ? Objects.requireNonNull(constants.get(f.constants().get(slot - f.inputs())))
                    : registers.get(free++);
        }
        steps.write(f, slots);
        steps.copy(slots[f.outputs().getFirst()], to);
    }

    /** Brings a value of the elements into its vector: from memory, or by computing it. */
    private void load(int k, int offset, int mask) {
        Extent extent = program.values().get(k).extent();
        int place = places.of(k);
        if (extent != Extent.ELEMENT && extent != Extent.COLUMN) {
            return;
        }
        if (place != RowPlaces.NOWHERE) {
            steps.load(arrays[place], starts[place], i, offset, mask, vectors[k]);
        } else if (program.values().get(k) instanceof RowProgram.Mapped(Extent _, Program f)) {
            compute(f, offset, mask, vectors[k]);
        }
    }

    /** A loop that writes a function of the elements to an array from a variable's place on. */
    private void map(Program f, int vector, int array, int start) {
        loadConstants(f);
        Label top = code.newLabel();
        Label end = code.newLabel();
        code.iconst_0().istore(i);
        code.labelBinding(top)
                .iload(i)
                .loadConstant(steps.length())
                .iadd()
                .iload(COUNT)
                .if_icmpgt(end);
        compute(f, 0, StepCode.NONE, vector);
        steps.store(vector, array, start, i, 0, StepCode.NONE);
        code.iinc(i, steps.length()).goto_(top);
        code.labelBinding(end);
        if (ragged) {
            Label done = code.newLabel();
            code.iload(i).iload(COUNT).if_icmpge(done);
            steps.inside(i, COUNT, inside);
            compute(f, 0, inside, vector);
            steps.store(vector, array, start, i, 0, inside);
            code.labelBinding(done);
        }
    }

    /** Brings elements to be folded into a vector. */
    @FunctionalInterface
    private interface Source {
        void load(int offset, int mask);
    }

    /** Folds the vectors that the source gives in {@code vector}, and leaves the result there. */
    private void fold(Fold by, Source source, int vector) {
        if (by == Fold.SUM) {
            sum(source, vector);
        } else {
            int from = code.allocateLocal(TypeKind.INT);
            code.iconst_0().istore(from);
            steps.number(Float.NEGATIVE_INFINITY, accumulators[0]);
            for (int a = 1; a < accumulators.length; a++) {
                steps.copy(accumulators[0], accumulators[a]);
            }
            groups(by, source, vector, from, whole, all);
            if (ragged) {
                rest(by, source, vector, all);
            }
            steps.result(TOTALS, "greatest", vector, all);
        }
    }

    private void sum(Source source, int vector) {
        int from = code.allocateLocal(TypeKind.INT);
        int end = code.allocateLocal(TypeKind.INT);
        int into = steps.variable();
        // Rows of one piece need no sum of pieces.
        Label several = code.newLabel();
        Label chosen = code.newLabel();
        code.iload(COUNT).iload(PIECE).if_icmpgt(several).aload(all).goto_(chosen);
        code.labelBinding(several).aload(part);
        code.labelBinding(chosen).astore(into);
        code.iconst_0().istore(from);
        Label piece = code.newLabel();
        code.labelBinding(piece);
        code.iload(from).iload(PIECE).iadd().iload(whole);
        least();
        code.istore(end);
        for (int accumulator : accumulators) {
            steps.copy(steps.zero(), accumulator);
        }
        groups(Fold.SUM, source, vector, from, end, into);
        if (ragged) {
            Label filled = code.newLabel();
            code.iload(from).iload(PIECE).iadd().iload(whole).if_icmple(filled);
            rest(Fold.SUM, source, vector, into);
            code.labelBinding(filled);
        }
        Label done = code.newLabel();
        code.iload(COUNT).iload(PIECE).if_icmple(done);
        code.aload(all).aload(part).iload(from);
        code.invokestatic(
                TOTALS,
                "carry",
                MethodTypeDesc.of(
                        ConstantDescs.CD_void,
                        steps.element().arrayType(),
                        steps.element().arrayType(),
                        ConstantDescs.CD_int));
        code.iload(from).iload(PIECE).iadd().istore(from);
        code.iload(from).iload(COUNT).if_icmplt(piece);
        code.labelBinding(done);
        steps.result(TOTALS, "sum", vector, all);
    }

    /** Folds whole groups of lanes from a place to another into the accumulators, and writes those to an array. */
    private void groups(Fold by, Source source, int vector, int from, int to, int into) {
        Label top = code.newLabel();
        Label end = code.newLabel();
        code.iload(from).istore(i);
        code.labelBinding(top).iload(i).iload(to).if_icmpge(end);
        for (int a = 0; a < accumulators.length; a++) {
            source.load(a * steps.length(), StepCode.NONE);
            accumulate(by, accumulators[a], vector, StepCode.NONE);
        }
        code.iload(i).loadConstant(LANES).iadd().istore(i).goto_(top);
        code.labelBinding(end);
        code.iconst_0().istore(lane);
        for (int a = 0; a < accumulators.length; a++) {
            steps.store(accumulators[a], into, StepCode.NONE, lane, a * steps.length(), StepCode.NONE);
        }
    }

    /** Folds the elements after the last whole group into lanes in an array. */
    private void rest(Fold by, Source source, int vector, int into) {
        Label top = code.newLabel();
        Label end = code.newLabel();
        code.iload(whole).istore(i).iconst_0().istore(lane);
        code.labelBinding(top).iload(i).iload(COUNT).if_icmpge(end);
        steps.inside(i, COUNT, inside);
        source.load(0, inside);
        steps.load(into, StepCode.NONE, lane, 0, StepCode.NONE, accumulators[0]);
        accumulate(by, accumulators[0], vector, inside);
        steps.store(accumulators[0], into, StepCode.NONE, lane, 0, StepCode.NONE);
        code.iinc(i, steps.length()).iinc(lane, steps.length()).goto_(top);
        code.labelBinding(end);
    }

    private void accumulate(Fold by, int accumulator, int vector, int mask) {
        if (by == Fold.SUM) {
            steps.add(accumulator, vector, mask);
        } else {
            steps.greatest(accumulator, vector, mask);
        }
    }
}
