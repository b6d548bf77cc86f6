package tns.nn;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Activations;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Elementary;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.op.RecurrentCell;
import tns.op.Tuple;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * {@code rnn_cell}, {@code lstm_cell} and {@code gru_cell}: one step of a recurrent layer, with PyTorch's parameters.
 *
 * <p>Written with ops, though a layer run for one step gives the same: what {@link tns.op.Recurrence} does to make many
 * steps cheap costs more than it saves for one. With it a training step of a gru_cell of 64 features for 32 rows took 0.39
 * ms, so 0.15 (AMD EPYC, two cores, 2026-11-27).
 */
final class RecurrentCells {
    private static final String SIZES = "(input_size: int, hidden_size: int, bias: bool = true";
    private static final String SHAPES = " x is [batch, features] or [features]; without a state it starts from zeros.";

    private RecurrentCells() {}

    static void define(Family family) {
        family.define("rnn_cell" + SIZES + ", nonlinearity: string = 'tanh'" + Weights.OPTIONS)
                .doc("One step of rnn: from x and h the next h." + SHAPES)
                .example("rnn_cell(3, 2)(ones(4, 3)).shape", "(4, 2)")
                .is(args -> {
                    RecurrentCell kind = Recurrent.plainCell(args);
                    Pointwise function = kind == RecurrentCell.RELU ? Activations.RELU : Elementary.TANH;
                    return layer(args, kind, (self, in) -> {
                        Step step = new Step(kind, self, in);
                        return step.result(function.apply(Arithmetic.plus(step.input(), step.state())));
                    });
                });
        family.define("lstm_cell" + SIZES + Weights.OPTIONS)
                .doc("One step of lstm: from x and (h, c) the next (h, c)." + SHAPES)
                .example("lstm_cell(3, 2)(ones(4, 3))[0].shape", "(4, 2)")
                .is(args -> layer(args, RecurrentCell.LSTM, (self, in) -> {
                    Step step = new Step(RecurrentCell.LSTM, self, in);
                    Tensor gates = Arithmetic.plus(step.input(), step.state());
                    Tensor opened = Elementary.SIGMOID.apply(step.part(gates, 0));
                    Tensor kept = Elementary.SIGMOID.apply(step.part(gates, 1));
                    Tensor fresh = Elementary.TANH.apply(step.part(gates, 2));
                    Tensor shown = Elementary.SIGMOID.apply(step.part(gates, 3));
                    Tensor c = Arithmetic.plus(
                            Arithmetic.MUL.apply(kept, step.memory()), Arithmetic.MUL.apply(opened, fresh));
                    Tensor h = Arithmetic.MUL.apply(shown, Elementary.TANH.apply(c));
                    return Tuple.of(step.result(h), step.result(c));
                }));
        family.define("gru_cell" + SIZES + Weights.OPTIONS)
                .doc("One step of gru: from x and h the next h." + SHAPES)
                .example("gru_cell(3, 2)(ones(4, 3)).shape", "(4, 2)")
                .is(args -> layer(args, RecurrentCell.GRU, (self, in) -> {
                    Step step = new Step(RecurrentCell.GRU, self, in);
                    Tensor input = step.input();
                    Tensor state = step.state();
                    Tensor reset = Elementary.SIGMOID.apply(Arithmetic.plus(step.part(input, 0), step.part(state, 0)));
                    Tensor kept = Elementary.SIGMOID.apply(Arithmetic.plus(step.part(input, 1), step.part(state, 1)));
                    Tensor fresh = Elementary.TANH.apply(
                            Arithmetic.plus(step.part(input, 2), Arithmetic.MUL.apply(reset, step.part(state, 2))));
                    Tensor change = Arithmetic.MUL.apply(kept, Arithmetic.SUB.apply(step.h(), fresh));
                    return step.result(Arithmetic.plus(fresh, change));
                }));
    }

    private static Layer layer(Args args, RecurrentCell cell, Layer.Forward forward) {
        int features = args.integer("input_size");
        int hidden = args.integer("hidden_size");
        if (features < 1 || hidden < 1) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": input_size and hidden_size must be at least 1");
        }
        Layer layer = new Layer(args.name(), args.settings(), "x: tensor, state: any = none", forward);
        Recurrent.addParameters(layer, new Weights(args), cell, features, hidden, args.flag("bias"), "");
        return layer;
    }

    /** The operands of one call: everything with a batch, which the results lose again where x has none. */
    private static final class Step {
        private final Layer self;
        private final boolean batched;
        private final Tensor x;
        private final int hidden;
        /** Each [batch, hidden]. */
        private final Tensor[] states;

        Step(RecurrentCell cell, Layer self, Args in) {
            this.self = self;
            Tensor given = in.tensor("x");
            Tensor weight = self.tensor("weight_ih");
            this.batched = given.rank() == 2;
            if (!batched && given.rank() != 1 || given.size(-1) != weight.size(1)) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                self.typeName() + ": expected [batch, " + weight.size(1) + "] or [" + weight.size(1)
                                        + "], found " + given.describe())
                        .help("the last dim of the input is input_size");
            }
            Recurrent.requireDType(self, "input", given, weight.dtype());
            this.x = batched ? given : Movement.unsqueeze(given, 0);
            this.hidden = self.tensor("weight_hh").size(1);
            Shape expected = batched ? Shape.of(x.size(0), hidden) : Shape.of(hidden);
            @Nullable Tensor[] own = Recurrent.given(cell, self, in.get("state"), expected, x.dtype());
            this.states = new Tensor[own.length];
            for (int s = 0; s < own.length; s++) {
                Tensor state = own[s];
                states[s] = state == null
                        ? Tensor.allocate(x.device(), x.dtype(), Shape.of(x.size(0), hidden))
                        : batched ? state : Movement.unsqueeze(state, 0);
            }
        }

        Tensor h() {
            return states[0];
        }

        /** The state c of an lstm. */
        Tensor memory() {
            return states[1];
        }

        /** What the gates get from x. */
        Tensor input() {
            return Layers.apply(x, self.tensor("weight_ih"), self.tensorOrNull("bias_ih"));
        }

        /** What the gates get from h. */
        Tensor state() {
            return Layers.apply(states[0], self.tensor("weight_hh"), self.tensorOrNull("bias_hh"));
        }

        /** What belongs to one gate of the sums [batch, gates * hidden]. */
        Tensor part(Tensor sums, int gate) {
            return Movement.range(sums, 1, gate * hidden, (gate + 1) * hidden);
        }

        Tensor result(Tensor y) {
            return batched ? y : Movement.squeeze(y, 0);
        }
    }
}
