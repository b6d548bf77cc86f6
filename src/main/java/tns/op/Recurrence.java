package tns.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.expr.Program;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * A recurrent cell run along a sequence: one matrix product and one pointwise program per step, forwards and backwards.
 * The backward program is the derivative of the cell's expressions.
 *
 * <p>Everything lies features first, [features, steps, batch], so that the products of all steps with the input weights
 * are one, and each step's product reads its operands as they lie. Compared with recording each step's ops, the gradient
 * of the weights is one product instead of a sum of one per step.
 */
public final class Recurrence {
    /** A cell: gates and states, and the next states as expressions. States after the first are not multiplied. */
    public static final class Cell {
        private final String name;
        private final int gates;
        private final int states;
        private final Expr[] next;

        private Cell(String name, int gates, int states, Expr... next) {
            this.name = name;
            this.gates = gates;
            this.states = states;
            this.next = next;
        }

        public String name() {
            return name;
        }

        /** Rows of weights per hidden feature. */
        public int gates() {
            return gates;
        }

        /** What is carried from step to step: the output h, and for an lstm the cell c. */
        public int states() {
            return states;
        }

        /** Inputs of a step: input gates, state gates, their biases, previous states. */
        private int arity() {
            return 3 * gates + states;
        }
    }

    public static final Cell TANH = new Cell("rnn", 1, 1, sum(0, 1).tanh());
    public static final Cell RELU =
            new Cell("rnn", 1, 1, Expr.select(sum(0, 1).le(Expr.constant(0.0)), Expr.constant(0.0), sum(0, 1)));
    public static final Cell LSTM = lstm();
    public static final Cell GRU = gru();

    private Recurrence() {}

    /** What gate {@code k} of {@code gates} gets from the input, the state and the bias. */
    private static Expr sum(int k, int gates) {
        return Expr.input(k).add(fromState(k, gates));
    }

    private static Expr fromState(int k, int gates) {
        return Expr.input(gates + k).add(Expr.input(2 * gates + k));
    }

    /** Hochreiter and Schmidhuber 1997 with forget gates; gates in PyTorch's order: input, forget, cell, output. */
    private static Cell lstm() {
        Expr c = sum(1, 4)
                .sigmoid()
                .mul(Expr.input(13))
                .add(sum(0, 4).sigmoid().mul(sum(2, 4).tanh()));
        return new Cell("lstm", 4, 2, sum(3, 4).sigmoid().mul(c.tanh()), c);
    }

    /** Cho et al. 2014, with the reset gate after the product, as PyTorch: gates reset, update, new. */
    private static Cell gru() {
        Expr update = sum(1, 3).sigmoid();
        Expr fresh = Expr.input(2).add(sum(0, 3).sigmoid().mul(fromState(2, 3))).tanh();
        Expr h = Expr.input(9);
        return new Cell("gru", 3, 1, fresh.add(update.mul(h.sub(fresh))));
    }

    /**
     * The states after every step, [states, hidden, steps, batch].
     *
     * @param input what the gates get from the input, [gates * hidden, steps, batch]
     * @param weight [gates * hidden, hidden]
     * @param bias what the state's part of the gates has besides, [gates * hidden]
     * @param initial the states before the first step, [states, hidden, batch]
     * @param reverse whether to run from the last step to the first
     */
    public static Tensor run(Cell cell, Tensor input, Tensor weight, Tensor bias, Tensor initial, boolean reverse) {
        Tensor[] inputs = {input, weight, bias, initial};
        Steps steps = new Steps(cell, inputs, reverse);
        boolean tracked = false;
        for (Tensor t : inputs) {
            tracked |= Reductions.tracked(t);
        }
        Tensor products = steps.forward();
        return tracked ? steps.y.withOrigin(new RunOrigin(cell, reverse, products, inputs)) : steps.y;
    }

    /** One run: its sizes, and the views of each step. */
    private static final class Steps {
        private final Cell cell;
        private final boolean reverse;
        private final int hidden;
        private final int count;
        private final int batch;
        private final Tensor input;
        private final Tensor weight;
        private final Tensor bias;
        private final Tensor initial;
        private Tensor y;

        Steps(Cell cell, Tensor[] inputs, boolean reverse) {
            this.cell = cell;
            this.reverse = reverse;
            input = Casts.contiguous(inputs[0].detach());
            weight = Casts.contiguous(inputs[1].detach());
            bias = Casts.contiguous(inputs[2].detach());
            initial = Casts.contiguous(inputs[3].detach());
            hidden = weight.size(1);
            count = input.size(1);
            batch = input.size(2);
            y = Tensor.allocate(input.device(), input.dtype(), Shape.of(cell.states, hidden, count, batch));
        }

        private Tensor allocate(int... sizes) {
            return Tensor.allocate(input.device(), input.dtype(), Shape.of(sizes));
        }

        private int step(int order) {
            return reverse ? count - 1 - order : order;
        }

        /** Part {@code k} of {@code x}, [parts * hidden, steps, batch] or [parts, hidden, steps, batch], at a step. */
        private Tensor at(Tensor x, int k, int step) {
            int[] strides = {count * batch, 1};
            return x.window(new View(
                    Shape.of(hidden, batch), strides, x.view().offset() + (k * hidden * count + step) * batch));
        }

        /** Part {@code k} of {@code x}, [parts * hidden, batch]. */
        private Tensor part(Tensor x, int k) {
            return x.window(new View(
                    Shape.of(hidden, batch), new int[] {batch, 1}, x.view().offset() + k * hidden * batch));
        }

        private Tensor bias(int k) {
            return bias.window(
                    new View(Shape.of(hidden, 1), new int[] {1, 0}, bias.view().offset() + k * hidden));
        }

        private Tensor previous(int state, int order) {
            return order == 0 ? part(initial, state) : at(y, state, step(order - 1));
        }

        /** One matrix of a product, as a batch of one. */
        private static Tensor one(Tensor matrix) {
            return matrix.window(matrix.view().insert(0));
        }

        /** Fills {@link #y}, and returns the products of the weights and the states, [gates * hidden, steps, batch]. */
        Tensor forward() {
            Tensor products = allocate(cell.gates * hidden, count, batch);
            Tensor product = allocate(1, cell.gates * hidden, batch);
            Expr[] results = new Expr[cell.states + cell.gates];
            System.arraycopy(cell.next, 0, results, 0, cell.states);
            for (int k = 0; k < cell.gates; k++) {
                results[cell.states + k] = Expr.input(cell.gates + k);
            }
            Program program = Program.of(input.dtype().lane(), results);
            for (int order = 0; order < count && y.elements() > 0; order++) {
                int step = step(order);
                input.device().gemm(one(weight), one(previous(0, order)), product);
                List<Tensor> from = new ArrayList<>();
                addInputs(from, order, k -> part(product, k));
                List<Tensor> to = new ArrayList<>();
                for (int s = 0; s < cell.states; s++) {
                    to.add(at(y, s, step));
                }
                for (int k = 0; k < cell.gates; k++) {
                    to.add(at(products, k, step));
                }
                map(program, from, to);
            }
            return products;
        }

        private void addInputs(List<Tensor> from, int order, java.util.function.IntFunction<Tensor> products) {
            for (int k = 0; k < cell.gates; k++) {
                from.add(at(input, k, step(order)));
            }
            for (int k = 0; k < cell.gates; k++) {
                from.add(products.apply(k));
            }
            for (int k = 0; k < cell.gates; k++) {
                from.add(bias(k));
            }
            for (int s = 0; s < cell.states; s++) {
                from.add(previous(s, order));
            }
        }

        private void map(Program program, List<Tensor> from, List<Tensor> to) {
            input.device()
                    .map(program, from.toArray(new Tensor[0]), Shape.of(hidden, batch), to.toArray(new Tensor[0]));
        }

        /** The gradients of the four inputs for the gradient {@code dy} of {@link #y}, which must be filled. */
        Tensor[] backward(Tensor dy, Tensor products) {
            Tensor given = Casts.contiguous(dy.detach());
            Expr[] dNext = new Expr[cell.states];
            for (int s = 0; s < cell.states; s++) {
                Expr own = Expr.input(cell.arity() + s).add(Expr.input(cell.arity() + cell.states + s));
                // What comes back through the product with the weights reaches the first state only.
                dNext[s] = s == 0 ? own.add(Expr.input(cell.arity() + 2 * cell.states)) : own;
            }
            boolean shared = true;
            for (int k = 0; k < cell.gates; k++) {
                shared &= derivative(k, dNext).equals(derivative(cell.gates + k, dNext));
            }
            int gateParts = shared ? cell.gates : 2 * cell.gates;
            Expr[] results = new Expr[gateParts + cell.states];
            for (int k = 0; k < gateParts; k++) {
                results[k] = derivative(k, dNext);
            }
            for (int s = 0; s < cell.states; s++) {
                results[gateParts + s] = derivative(3 * cell.gates + s, dNext);
            }
            Program program = Program.of(input.dtype().lane(), results);
            Tensor dInput = allocate(cell.gates * hidden, count, batch);
            Tensor dProducts = shared ? dInput : allocate(cell.gates * hidden, count, batch);
            Tensor back = Casts.contiguous(Movement.transpose(weight, 0, 1));
            Tensor carried = allocate(cell.states, hidden, batch);
            Tensor through = allocate(1, hidden, batch);
            for (int order = count - 1; order >= 0 && y.elements() > 0; order--) {
                int step = step(order);
                List<Tensor> from = new ArrayList<>();
                addInputs(from, order, k -> at(products, k, step));
                for (int s = 0; s < cell.states; s++) {
                    from.add(at(given, s, step));
                }
                for (int s = 0; s < cell.states; s++) {
                    from.add(part(carried, s));
                }
                from.add(part(through, 0));
                List<Tensor> to = new ArrayList<>();
                for (int k = 0; k < gateParts; k++) {
                    to.add(k < cell.gates ? at(dInput, k, step) : at(dProducts, k - cell.gates, step));
                }
                Tensor next = allocate(cell.states, hidden, batch);
                for (int s = 0; s < cell.states; s++) {
                    to.add(part(next, s));
                }
                map(program, from, to);
                carried = next;
                View all = new View(
                        Shape.of(1, cell.gates * hidden, batch), new int[] {0, count * batch, 1}, step * batch);
                input.device().gemm(one(back), dProducts.window(all), through);
            }
            Tensor dInitial = carried;
            Tensor first = part(dInitial, 0);
            Casts.write(Arithmetic.ADD.apply(first, Movement.squeeze(through, 0)), first);
            Tensor flat = Movement.reshape(dProducts, Shape.of(cell.gates * hidden, count * batch));
            Tensor states = Movement.reshape(previousOutputs(), Shape.of(hidden, count * batch));
            Tensor dWeight = Contraction.matmul(flat, Movement.transpose(states, 0, 1));
            Tensor dBias = Reductions.sum(flat, Dims.of(flat, 1, false));
            return new Tensor[] {dInput, dWeight, dBias, dInitial};
        }

        private Expr derivative(int input, Expr[] dNext) {
            Expr total = Expr.ZERO;
            for (int s = 0; s < cell.states; s++) {
                Expr each = cell.next[s].derivative(input, dNext[s]);
                total = total.isZero() ? each : each.isZero() ? total : total.add(each);
            }
            return total;
        }

        /** The first state before each step, [hidden, steps, batch]. */
        private Tensor previousOutputs() {
            Tensor before = allocate(hidden, count, batch);
            for (int order = 0; order < Math.min(1, count); order++) {
                Casts.write(part(initial, 0), at(before, 0, step(0)));
            }
            if (count > 1 && y.elements() > 0) {
                View h = y.view().select(0, 0);
                int from = reverse ? 1 : 0;
                int to = reverse ? 0 : 1;
                Casts.write(
                        y.window(h.slice(1, from, 1, count - 1)),
                        before.window(before.view().slice(1, to, 1, count - 1)));
            }
            return before;
        }
    }

    /** The same computation step by step from recorded ops, for derivatives of the gradient. */
    private static Tensor recorded(Cell cell, Tensor[] inputs, boolean reverse) {
        Tensor weight = inputs[1];
        int hidden = weight.size(1);
        int count = inputs[0].size(1);
        Pointwise[] next = new Pointwise[cell.states];
        for (int s = 0; s < cell.states; s++) {
            next[s] = new Pointwise(cell.name, cell.arity(), Pointwise.Result.SAME, cell.next[s]);
        }
        Tensor[] states = new Tensor[cell.states];
        for (int s = 0; s < cell.states; s++) {
            states[s] = Movement.select(inputs[3], 0, s);
        }
        Tensor[][] all = new Tensor[cell.states][count];
        for (int order = 0; order < count; order++) {
            int step = reverse ? count - 1 - order : order;
            Tensor given = Movement.select(inputs[0], 1, step);
            Tensor product = Contraction.matmul(weight, states[0]);
            Tensor[] operands = new Tensor[cell.arity()];
            for (int k = 0; k < cell.gates; k++) {
                operands[k] = Movement.range(given, 0, k * hidden, (k + 1) * hidden);
                operands[cell.gates + k] = Movement.range(product, 0, k * hidden, (k + 1) * hidden);
                operands[2 * cell.gates + k] =
                        Movement.unsqueeze(Movement.range(inputs[2], 0, k * hidden, (k + 1) * hidden), 1);
            }
            System.arraycopy(states, 0, operands, 3 * cell.gates, cell.states);
            Tensor[] after = new Tensor[cell.states];
            for (int s = 0; s < cell.states; s++) {
                after[s] = next[s].apply(operands);
                all[s][step] = after[s];
            }
            states = after;
        }
        Tensor[] sequences = new Tensor[cell.states];
        for (int s = 0; s < cell.states; s++) {
            sequences[s] = Joining.stack(all[s], 1);
        }
        return Joining.stack(sequences, 0);
    }

    private static final class RunOrigin extends Origin {
        private final Cell cell;
        private final boolean reverse;
        private final Tensor products;
        /** The gradients for {@link #known}: asked for one by one, computed together. */
        private Tensor @Nullable [] gradients;

        private @Nullable Tensor known;

        RunOrigin(Cell cell, boolean reverse, Tensor products, Tensor[] inputs) {
            super(cell.name, inputs);
            this.cell = cell;
            this.reverse = reverse;
            this.products = products;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Tensor[] inputs = {input(0), input(1), input(2), input(3)};
            if (GradMode.enabled()) {
                return Gradients.by(recorded(cell, inputs, reverse), inputs).of(dy, inputs, true)[i];
            }
            Tensor[] all = gradients;
            if (known != dy || all == null) {
                Steps steps = new Steps(cell, inputs, reverse);
                steps.y = y.detach();
                all = steps.backward(dy, products);
            }
            boolean more = false;
            for (int k = i + 1; k < inputs.length; k++) {
                more |= inputs[k].requiresGrad();
            }
            gradients = more ? all : null;
            known = more ? dy : null;
            return Objects.requireNonNull(all)[i];
        }
    }
}
