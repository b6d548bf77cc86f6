package tns.nn;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Activations;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Elementary;
import tns.op.Family;
import tns.op.Movement;
import tns.op.None;
import tns.op.Pointwise;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** {@code rnn_cell}, {@code lstm_cell} and {@code gru_cell}: one step of a recurrent layer, with PyTorch's parameters. */
final class RecurrentCells {
    private static final String SIZES = "(input_size: int, hidden_size: int, bias: bool = true";
    private static final String SHAPES = " x is [batch, features] or [features]; without a state it starts from zeros.";

    private RecurrentCells() {}

    static void define(Family family) {
        family.define("rnn_cell" + SIZES + ", nonlinearity: string = 'tanh'" + Weights.OPTIONS)
                .doc("One step of rnn: from x and h the next h." + SHAPES)
                .example("rnn_cell(3, 2)(ones(4, 3)).shape", "(4, 2)")
                .is(args -> {
                    Pointwise function = switch (args.text("nonlinearity")) {
                        case "tanh" -> Elementary.TANH;
                        case "relu" -> Activations.RELU;
                        case String other ->
                            throw new TnsException(ErrorKind.VALUE, "rnn_cell: no nonlinearity \"" + other + "\"")
                                    .help("tanh or relu");
                    };
                    return cell(args, 1, (self, in) -> {
                        Step step = new Step(self, in, false);
                        return step.result(function.apply(Arithmetic.plus(step.input(), step.state())));
                    });
                });
        family.define("lstm_cell" + SIZES + Weights.OPTIONS)
                .doc("One step of lstm: from x and (h, c) the next (h, c)." + SHAPES)
                .example("lstm_cell(3, 2)(ones(4, 3))[0].shape", "(4, 2)")
                .is(args -> cell(args, 4, (self, in) -> {
                    Step step = new Step(self, in, true);
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
                .is(args -> cell(args, 3, (self, in) -> {
                    Step step = new Step(self, in, false);
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

    private static Layer cell(Args args, int gates, Layer.Forward forward) {
        int features = args.integer("input_size");
        int hidden = args.integer("hidden_size");
        if (features < 1 || hidden < 1) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": input_size and hidden_size must be at least 1");
        }
        Layer layer = new Layer(args.name(), args.settings(), "x: tensor, state: any = none", forward);
        Weights weights = new Weights(args);
        double bound = 1 / Math.sqrt(hidden);
        layer.with("weight_ih", weights.uniform(bound, gates * hidden, features));
        layer.with("weight_hh", weights.uniform(bound, gates * hidden, hidden));
        if (args.flag("bias")) {
            layer.with("bias_ih", weights.uniform(bound, gates * hidden));
            layer.with("bias_hh", weights.uniform(bound, gates * hidden));
        }
        return layer;
    }

    /** The operands of one call: everything with a batch, which the results lose again where x has none. */
    private static final class Step {
        private final Layer self;
        private final boolean batched;
        private final Tensor x;
        private final Tensor h;
        private final @Nullable Tensor c;
        private final int hidden;

        Step(Layer self, Args in, boolean two) {
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
            this.x = batched ? given : Movement.unsqueeze(given, 0);
            this.hidden = self.tensor("weight_hh").size(1);
            Object state = in.get("state");
            if (two && state != None.NONE && !(state instanceof Tuple t && t.size() == 2)) {
                throw wrong("a tuple (h, c)", state);
            }
            this.h = state(two && state instanceof Tuple t ? t.get(0) : state);
            this.c = two ? state(state instanceof Tuple t ? t.get(1) : state) : null;
        }

        private TnsException wrong(String wanted, Object found) {
            return new TnsException(
                    ErrorKind.VALUE,
                    self.typeName() + ": the state must be " + wanted + ", found " + TypeName.describe(found));
        }

        private Tensor state(Object given) {
            Tensor state = switch (given) {
                case None none -> Tensor.allocate(x.device(), x.dtype(), Shape.of(x.size(0), hidden));
                case Tensor t when !batched && t.rank() == 1 -> Movement.unsqueeze(t, 0);
                case Tensor t -> t;
                case Param p -> batched ? p.value() : Movement.unsqueeze(p.value(), 0);
                default -> throw wrong("a tensor", given);
            };
            if (!state.shape().equals(Shape.of(x.size(0), hidden))) {
                String expected = batched ? "(" + x.size(0) + ", " + hidden + ")" : "(" + hidden + ",)";
                throw new TnsException(
                        ErrorKind.SHAPE,
                        self.typeName() + ": the state must have shape " + expected + ", found "
                                + TypeName.describe(given));
            }
            return state;
        }

        Tensor h() {
            return h;
        }

        Tensor memory() {
            return Objects.requireNonNull(c);
        }

        Tensor input() {
            return Layers.apply(x, self.tensor("weight_ih"), self.tensorOrNull("bias_ih"));
        }

        Tensor state() {
            return Layers.apply(h, self.tensor("weight_hh"), self.tensorOrNull("bias_hh"));
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
