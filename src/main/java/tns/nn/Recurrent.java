package tns.nn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Family;
import tns.op.Joining;
import tns.op.Movement;
import tns.op.None;
import tns.op.RandomOps;
import tns.op.Recurrence;
import tns.op.RecurrentCell;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** {@code rnn}, {@code lstm} and {@code gru}: layers over sequences, with PyTorch's parameters and results. */
public final class Recurrent {
    public static final Family FAMILY = new Family("recurrent layers");

    private static final String OPTIONS = "bias: bool = true, batch_first: bool = false, dropout: float = 0.0,"
            + " bidirectional: bool = false" + Weights.OPTIONS;
    private static final String SHAPES =
            " x is [steps, batch, features], [batch, steps, features] with batch_first, or" + " without batch;";

    static {
        FAMILY.define("rnn(input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: string = 'tanh', "
                        + OPTIONS)
                .doc("A layer whose state h becomes tanh(w_ih @ x + b_ih + w_hh @ h + b_hh) at each step, or relu"
                        + " of it."
                        + SHAPES + " called with x and maybe h it gives (outputs, h).")
                .example("rnn(3, 2)(ones(4, 1, 3))[0].shape", "(4, 1, 2)")
                .is(args -> layer(args, plainCell(args)));
        FAMILY.define("lstm(input_size: int, hidden_size: int, num_layers: int = 1, " + OPTIONS)
                .doc("A long short-term memory layer." + SHAPES
                        + " called with x and maybe (h, c) it gives (outputs, (h, c)).")
                .example("lstm(3, 2, batch_first=true)(ones(1, 4, 3))[0].shape", "(1, 4, 2)")
                .is(args -> layer(args, RecurrentCell.LSTM));
        FAMILY.define("gru(input_size: int, hidden_size: int, num_layers: int = 1, " + OPTIONS)
                .doc("A layer of gated recurrent units." + SHAPES + " called with x and maybe h it gives (outputs, h).")
                .example("gru(3, 2, bidirectional=true)(ones(4, 3))[0].shape", "(4, 4)")
                .is(args -> layer(args, RecurrentCell.GRU));
        RecurrentCells.define(FAMILY);
    }

    private Recurrent() {}

    /** The cell of one gate with the nonlinearity asked for. */
    static RecurrentCell plainCell(Args args) {
        return switch (args.text("nonlinearity")) {
            case "tanh" -> RecurrentCell.TANH;
            case "relu" -> RecurrentCell.RELU;
            case String other ->
                throw new TnsException(ErrorKind.VALUE, args.name() + ": no nonlinearity \"" + other + "\"")
                        .help("tanh or relu");
        };
    }

    /** The settings of one layer. */
    private record Plan(
            RecurrentCell cell,
            int features,
            int hidden,
            int layers,
            int directions,
            boolean bias,
            boolean batchFirst,
            double dropout) {
        String name() {
            return cell.name();
        }

        int runs() {
            return layers * directions;
        }

        /** The end of the names of a run's parameters: {@code _l0}, {@code _l0_reverse}. */
        String suffix(int run) {
            return "_l" + run / directions + (run % directions == 1 ? "_reverse" : "");
        }
    }

    private static Layer layer(Args args, RecurrentCell cell) {
        Plan plan = new Plan(
                cell,
                args.integer("input_size"),
                args.integer("hidden_size"),
                args.integer("num_layers"),
                args.flag("bidirectional") ? 2 : 1,
                args.flag("bias"),
                args.flag("batch_first"),
                RandomOps.probability(cell.name(), args.real("dropout")));
        if (plan.features < 1 || plan.hidden < 1 || plan.layers < 1) {
            throw new TnsException(
                    ErrorKind.VALUE, plan.name() + ": input_size, hidden_size and num_layers must be at least 1");
        }
        Layer layer = new Layer(
                plan.name(), args.settings(), "x: tensor, state: any = none", (self, in) -> forward(plan, self, in));
        Weights weights = new Weights(args);
        for (int run = 0; run < plan.runs(); run++) {
            int width = run < plan.directions ? plan.features : plan.directions * plan.hidden;
            addParameters(layer, weights, cell, width, plan.hidden, plan.bias, plan.suffix(run));
        }
        return layer;
    }

    /** Gives a layer the parameters of one cell, whose names end with {@code suffix}. */
    static void addParameters(
            Layer layer, Weights weights, RecurrentCell cell, int features, int hidden, boolean bias, String suffix) {
        double bound = 1 / Math.sqrt(hidden);
        int rows = cell.gates() * hidden;
        layer.with("weight_ih" + suffix, weights.uniform(bound, rows, features));
        layer.with("weight_hh" + suffix, weights.uniform(bound, rows, hidden));
        if (bias) {
            layer.with("bias_ih" + suffix, weights.uniform(bound, rows));
            layer.with("bias_hh" + suffix, weights.uniform(bound, rows));
        }
    }

    private static Object forward(Plan plan, Layer self, Args in) {
        Tensor given = in.tensor("x");
        boolean batched = given.rank() == 3;
        if (!batched && given.rank() != 2 || given.size(-1) != plan.features) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            plan.name() + ": expected "
                                    + (plan.batchFirst ? "[batch, steps, " : "[steps, batch, ") + plan.features
                                    + "] or [steps, " + plan.features + "], found " + given.describe())
                    .help("the last dim of the input is input_size");
        }
        // Steps first and the batch last, [steps, features, batch]: see Recurrence.
        Tensor x = !batched
                ? Movement.unsqueeze(given, 2)
                : plan.batchFirst ? Movement.permute(given, 1, 2, 0) : Movement.permute(given, 0, 2, 1);
        if (x.size(0) == 0) {
            throw new TnsException(
                    ErrorKind.SHAPE, plan.name() + ": a sequence needs at least 1 step, found " + given.describe());
        }
        requireDType(self, "input", given, self.tensor("weight_ih_l0").dtype());
        Tensor[][] initial = initial(plan, self, in, x, batched);
        Tensor[][] last = new Tensor[plan.cell.states()][plan.runs()];
        for (int level = 0; level < plan.layers; level++) {
            if (level > 0 && plan.dropout > 0 && self.training()) {
                Tensor steps = Movement.transpose(x, 1, 2);
                x = Movement.transpose(RandomOps.dropout(in.context(), steps, plan.dropout, true), 1, 2);
            }
            Tensor[] outputs = new Tensor[plan.directions];
            for (int direction = 0; direction < plan.directions; direction++) {
                int run = level * plan.directions + direction;
                boolean reverse = run % plan.directions == 1;
                Tensor states = states(plan.cell, self, plan.suffix(run), x, initial[run], reverse);
                outputs[direction] = Movement.select(states, 0, 0);
                for (int s = 0; s < plan.cell.states(); s++) {
                    Tensor sequence = Movement.select(states, 0, s);
                    Tensor end = Movement.select(sequence, 0, direction == 1 ? 0 : x.size(0) - 1);
                    last[s][run] = Movement.transpose(end, 0, 1);
                }
            }
            x = plan.directions == 1 ? outputs[0] : Joining.cat(outputs, 1);
        }
        Tensor y = !batched
                ? Movement.squeeze(x, 2)
                : plan.batchFirst ? Movement.permute(x, 2, 0, 1) : Movement.permute(x, 0, 2, 1);
        List<Object> ends = new ArrayList<>();
        for (Tensor[] each : last) {
            Tensor stacked = Joining.stack(each, 0);
            ends.add(batched ? stacked : Movement.squeeze(stacked, 1));
        }
        return Tuple.of(y, ends.size() == 1 ? ends.getFirst() : Tuple.of(ends));
    }

    /** Refuses what a call gives as {@code role} unless it has the dtype of the layer's weights. */
    static void requireDType(Layer self, String role, Tensor x, DType weights) {
        if (x.dtype() != weights) {
            throw new TnsException(
                            ErrorKind.DTYPE,
                            self.typeName() + ": the " + role + " is " + x.describe() + ", the weights are " + weights)
                    .help("x.to(" + weights + ") converts x");
        }
    }

    /**
     * The states after every step, [states, steps, hidden, batch], of the cell whose parameters' names end with {@code
     * suffix}.
     *
     * @param x [steps, features, batch]
     * @param initial the first states, [hidden, batch] each
     */
    private static Tensor states(
            RecurrentCell cell, Layer self, String suffix, Tensor x, Tensor[] initial, boolean reverse) {
        Tensor input = self.tensor("weight_ih" + suffix);
        Tensor hidden = self.tensor("weight_hh" + suffix);
        return Recurrence.run(cell, x, input, hidden, bias(cell, self, suffix), Joining.stack(initial, 0), reverse);
    }

    /** The biases of a cell: both of a gate that adds them to the same sum are one. */
    private static Tensor bias(RecurrentCell cell, Layer self, String suffix) {
        Tensor weight = self.tensor("weight_hh" + suffix);
        int hidden = weight.size(1);
        Tensor input = self.tensorOrNull("bias_ih" + suffix);
        Tensor state = self.tensorOrNull("bias_hh" + suffix);
        if (input == null || state == null) {
            return Tensor.allocate(weight.device(), weight.dtype(), Shape.of(cell.biases() * hidden));
        }
        if (cell != RecurrentCell.GRU) {
            return Arithmetic.plus(state, input);
        }
        int both = 2 * hidden;
        int all = 3 * hidden;
        Tensor added = Arithmetic.plus(Movement.range(state, 0, 0, both), Movement.range(input, 0, 0, both));
        return Joining.cat(
                new Tensor[] {added, Movement.range(input, 0, both, all), Movement.range(state, 0, both, all)}, 0);
    }

    /** The first states of each run, [hidden, batch] each. */
    private static Tensor[][] initial(Plan plan, Layer self, Args in, Tensor x, boolean batched) {
        int batch = x.size(2);
        Shape expected = batched ? Shape.of(plan.runs(), batch, plan.hidden) : Shape.of(plan.runs(), plan.hidden);
        @Nullable Tensor[] given = given(plan.cell, self, in.get("state"), expected, x.dtype());
        Tensor[][] initial = new Tensor[plan.runs()][given.length];
        for (int s = 0; s < given.length; s++) {
            for (int run = 0; run < plan.runs(); run++) {
                Tensor state = given[s];
                initial[run][s] = state == null
                        ? Tensor.allocate(x.device(), x.dtype(), Shape.of(plan.hidden, batch))
                        : batchLast(Movement.select(state, 0, run), batched);
            }
        }
        return initial;
    }

    /** A state [batch, hidden], or [hidden] where there is no batch, as [hidden, batch]. */
    private static Tensor batchLast(Tensor state, boolean batched) {
        return batched ? Movement.transpose(state, 0, 1) : Movement.unsqueeze(state, 1);
    }

    /** The states that a call gives, one for each of the cell's, of this shape and dtype; null where it gives none. */
    static @Nullable Tensor[] given(RecurrentCell cell, Layer self, Object given, Shape expected, DType dtype) {
        int count = cell.states();
        @Nullable Tensor[] states = new Tensor[count];
        for (int s = 0; s < count; s++) {
            Object each = count == 1 || given == None.NONE
                    ? given
                    : given instanceof Tuple t && t.size() == count ? t.get(s) : "";
            Tensor state = switch (each) {
                case None none -> null;
                case Tensor t -> t;
                case Param p -> p.value();
                default ->
                    throw new TnsException(
                            ErrorKind.VALUE,
                            self.typeName() + ": the state must be " + (count == 1 ? "a tensor" : "a tuple (h, c)")
                                    + ", found " + TypeName.describe(given));
            };
            if (state != null && !state.shape().equals(expected)) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        self.typeName() + ": the state must have shape " + expected + ", found " + state.shape());
            }
            if (state != null) {
                requireDType(self, "state", state, dtype);
            }
            states[s] = state;
        }
        return states;
    }
}
