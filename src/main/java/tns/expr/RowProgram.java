package tns.expr;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A function of the rows of matrices, such as softmax: values defined one after the other, some for every element, some
 * for a whole row, folded from those of its elements.
 *
 * <p>All matrices have as many rows of as many columns; every row is computed on its own. Defined by {@link RowRunner}.
 * Immutable; equal programs compute the same.
 *
 * @param lane the type of every value
 * @param values in order of definition; number {@code k} is input {@code k} of the programs of later ones
 * @param outputs the numbers of those values that are written
 */
public record RowProgram(Lane lane, List<Value> values, List<Integer> outputs) {
    /** Over what a value varies. */
    public enum Extent {
        /** One value for every element: [rows, n]. */
        ELEMENT,
        /** One for every column, the same in all rows: [n]. */
        COLUMN,
        /** One for every row: [rows]. */
        ROW,
        /** One for all. */
        UNIFORM
    }

    /** What a row's values for its elements are folded by. */
    public enum Fold {
        /** Their sum; 0 of none. */
        SUM,
        /** The greatest, as the step {@link Opcode#MAX} has it: NaN wins. Both zeros count as +0. */
        MAX
    }

    /** Something a program knows by number. */
    public sealed interface Value {
        /** Over what it varies. */
        Extent extent();
    }

    /** The next of the operands that are read, converted to the lane. */
    public record Input(Extent extent) implements Value {}

    /** The number of the element's column, from 0. */
    public record Index() implements Value {
        @Override
        public Extent extent() {
            return Extent.COLUMN;
        }
    }

    /** The number of columns. */
    public record Length() implements Value {
        @Override
        public Extent extent() {
            return Extent.UNIFORM;
        }
    }

    /** A function of earlier values: for every element, or once a row where all of them are the row's. */
    public record Mapped(Extent extent, Program program) implements Value {}

    /** The elements' values of a function, folded. */
    public record Folded(Fold fold, Program program) implements Value {
        @Override
        public Extent extent() {
            return Extent.ROW;
        }
    }

    public RowProgram {
        values = List.copyOf(values);
        outputs = List.copyOf(outputs);
    }

    /** The operands that are read, in order. */
    public List<Extent> inputs() {
        List<Extent> extents = new ArrayList<>(values.size());
        for (Value value : values) {
            if (value instanceof Input) {
                extents.add(value.extent());
            }
        }
        return extents;
    }

    /** Over what each output varies: elements, or rows. */
    public List<Extent> results() {
        List<Extent> extents = new ArrayList<>(outputs.size());
        for (int output : outputs) {
            extents.add(values.get(output).extent());
        }
        return extents;
    }

    /** Whether a program of this one reads value number {@code slot}. */
    public static boolean uses(Program program, int slot) {
        if (slot >= program.inputs()) {
            return false;
        }
        for (Step step : program.steps()) {
            if (step.a() == slot || step.b() == slot || step.c() == slot) {
                return true;
            }
        }
        return program.outputs().contains(slot);
    }

    /** The same function in both float lanes. */
    public static Function<Lane, RowProgram> of(Function<Definition, List<Expr>> function) {
        RowProgram single = in(Lane.F32, function);
        RowProgram twice = in(Lane.F64, function);
        return lane -> lane == Lane.F32 ? single : twice;
    }

    /** The program in a lane of a function that defines values and returns those to be written. */
    public static RowProgram in(Lane lane, Function<Definition, List<Expr>> function) {
        Definition definition = new Definition(lane);
        List<Integer> outputs = new ArrayList<>();
        for (Expr output : function.apply(definition)) {
            outputs.add(output.inputNumber());
        }
        return new RowProgram(lane, definition.values, outputs);
    }

    /** A program being defined: every method defines a value, and gives the expression that stands for it. */
    public static final class Definition {
        private final Lane lane;
        private final List<Value> values = new ArrayList<>();

        private Definition(Lane lane) {
            this.lane = lane;
        }

        /** The next operand. */
        public Expr input(Extent extent) {
            return add(new Input(extent));
        }

        /** The column number. */
        public Expr index() {
            return add(new Index());
        }

        /** The number of columns. */
        public Expr length() {
            return add(new Length());
        }

        /** A value kept for later use: for every element when any of those it depends on is, else once a row. */
        public Expr keep(Expr expr) {
            boolean element = false;
            for (int k = 0; k < values.size(); k++) {
                Extent extent = values.get(k).extent();
                element |= expr.uses(k) && (extent == Extent.ELEMENT || extent == Extent.COLUMN);
            }
            return add(new Mapped(element ? Extent.ELEMENT : Extent.ROW, Program.of(lane, expr)));
        }

        /** The sum over the row. */
        public Expr sum(Expr expr) {
            return add(new Folded(Fold.SUM, Program.of(lane, expr)));
        }

        /** The greatest in the row. */
        public Expr max(Expr expr) {
            return add(new Folded(Fold.MAX, Program.of(lane, expr)));
        }

        private Expr add(Value value) {
            values.add(value);
            return Expr.input(values.size() - 1);
        }
    }
}
