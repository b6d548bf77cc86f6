package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * A recurrent cell run along a sequence: one matrix product and the cell's programs per step, forwards and backwards.
 *
 * <p>Everything lies steps first, [steps, features, batch], so that what belongs to a step is one piece of memory: a
 * product reads its operands as they lie, and the programs run along lines without gaps. The products of all steps with
 * the input's weights are one call, and the gradients of the weights one product each instead of a sum of one per step.
 */
public final class Recurrence {
    private Recurrence() {}

    /**
     * The states after every step, [states, steps, hidden, batch].
     *
     * @param x the sequence, [steps, features, batch]
     * @param input what x is multiplied by, [gates * hidden, features]
     * @param weight what the first state is multiplied by, [gates * hidden, hidden]
     * @param bias [biases * hidden]
     * @param initial the states before the first step, [states, hidden, batch]
     * @param reverse whether to run from the last step to the first
     */
    public static Tensor run(
            RecurrentCell cell, Tensor x, Tensor input, Tensor weight, Tensor bias, Tensor initial, boolean reverse) {
        Tensor[] inputs = {x, input, weight, bias, initial};
        Steps steps = new Steps(cell, inputs, reverse);
        boolean tracked = false;
        for (Tensor t : inputs) {
            tracked |= Reductions.tracked(t);
        }
        Tensor y = steps.room(cell.states(), steps.count, steps.hidden, steps.batch);
        Tensor kept = steps.forward(y);
        if (tracked) {
            return y.withOrigin(new RunOrigin(cell, reverse, kept, inputs));
        }
        kept.release();
        return y;
    }

    /** A value of the cell at a step; steps are counted in the order in which they run. */
    @FunctionalInterface
    private interface Value {
        Tensor at(int order);
    }

    /** One run: its sizes, and the views of each step. */
    private static final class Steps {
        private final RecurrentCell cell;
        private final boolean reverse;
        private final int hidden;
        private final int count;
        private final int batch;
        private final Tensor x;
        private final Tensor input;
        private final Tensor weight;
        private final Tensor bias;
        private final Tensor initial;

        Steps(RecurrentCell cell, Tensor[] inputs, boolean reverse) {
            this.cell = cell;
            this.reverse = reverse;
            x = Casts.contiguous(inputs[0].plain());
            input = Casts.contiguous(inputs[1].plain());
            weight = Casts.contiguous(inputs[2].plain());
            bias = Casts.contiguous(inputs[3].plain());
            initial = Casts.contiguous(inputs[4].plain());
            hidden = weight.size(1);
            count = x.size(0);
            batch = x.size(2);
        }

        private Tensor room(int... sizes) {
            return Tensor.room(x.device(), x.dtype(), Shape.of(sizes));
        }

        private Tensor zeros(int... sizes) {
            return Tensor.allocate(x.device(), x.dtype(), Shape.of(sizes));
        }

        private int step(int order) {
            return reverse ? count - 1 - order : order;
        }

        private boolean isEmpty() {
            return hidden * batch == 0;
        }

        /** Piece {@code k} of {@code hidden} lines of {@code batch} elements. */
        private Tensor piece(Tensor all, int k) {
            return all.window(new View(
                    Shape.of(hidden, batch), new int[] {batch, 1}, all.view().offset() + k * hidden * batch));
        }

        /** The state {@code s} of {@code states}, [states, steps, hidden, batch], before a step. */
        private Tensor before(Tensor states, int s, int order) {
            return order == 0 ? piece(initial, s) : piece(states, s * count + step(order - 1));
        }

        /** The values of each piece of a step of {@code steps}, [steps, parts * hidden, batch]. */
        private void add(List<Value> values, Tensor steps, int parts) {
            for (int k = 0; k < parts; k++) {
                int part = k;
                values.add(order -> piece(steps, step(order) * parts + part));
            }
        }

        /** The values of each state of {@code states}, [states, steps, hidden, batch], after a step. */
        private void addStates(List<Value> values, Tensor states) {
            for (int k = 0; k < cell.states(); k++) {
                int s = k;
                values.add(order -> piece(states, s * count + step(order)));
            }
        }

        private void addBefore(List<Value> values, Tensor states) {
            for (int k = 0; k < cell.states(); k++) {
                int s = k;
                values.add(order -> before(states, s, order));
            }
        }

        /** The pieces of what is the same object at every step. */
        private void addSame(List<Value> values, Tensor all, int parts) {
            for (int k = 0; k < parts; k++) {
                Tensor piece = piece(all, k);
                values.add(order -> piece);
            }
        }

        private void addBiases(List<Value> values) {
            for (int k = 0; k < cell.biases(); k++) {
                Tensor part = bias.window(new View(
                        Shape.of(hidden, 1), new int[] {1, 0}, bias.view().offset() + k * hidden));
                values.add(order -> part);
            }
        }

        private void run(RecurrentCell.Stage stage, List<Value> values, int order) {
            Tensor[] from = new Tensor[stage.inputs().size()];
            Arrays.setAll(from, i -> values.get(stage.inputs().get(i)).at(order));
            Tensor[] to = new Tensor[stage.outputs().size()];
            Arrays.setAll(to, i -> values.get(stage.outputs().get(i)).at(order));
            x.device().map(stage.program(), from, Shape.of(hidden, batch), to);
        }

        /** One matrix of a product, as a batch of one. */
        private static Tensor one(Tensor matrix) {
            return matrix.window(matrix.view().insert(0));
        }

        /** One matrix for every step, as a batch. */
        private Tensor repeated(Tensor matrix) {
            View view = matrix.view().insert(0);
            return matrix.window(view.expand(Shape.of(count).concat(matrix.shape())));
        }

        /** Fills {@code y}, and returns the kept values, [steps, kept * hidden, batch]. */
        Tensor forward(Tensor y) {
            Tensor given = room(count, cell.gates() * hidden, batch);
            x.device().gemm(repeated(input), x, given);
            // Each gate's part is read for the last time where a kept value may take its place.
            boolean replaced = cell.kept() == cell.gates();
            Tensor kept = replaced ? given : room(count, cell.kept() * hidden, batch);
            Tensor product = room(1, cell.gates() * hidden, batch);
            List<Value> values = new ArrayList<>();
            add(values, given, cell.gates());
            addSame(values, product, cell.gates());
            addBiases(values);
            addBefore(values, y);
            add(values, kept, cell.kept());
            addStates(values, y);
            List<RecurrentCell.Stage> stages =
                    cell.forward(x.dtype().lane(), x.device().isHost());
            for (int order = 0; order < count && !isEmpty(); order++) {
                x.device().gemm(one(weight), one(before(y, 0, order)), product);
                for (RecurrentCell.Stage stage : stages) {
                    run(stage, values, order);
                }
            }
            if (!replaced) {
                given.release();
            }
            product.release();
            return kept;
        }

        /** The gradients of the five inputs for that of {@code y}; null for x unless it is wanted. */
        @Nullable
        Tensor[] backward(Tensor dy, Tensor y, Tensor kept, boolean wantsX) {
            boolean shared = cell.isShared();
            Tensor given = Casts.contiguous(dy.plain());
            Tensor carried = zeros(cell.states(), hidden, batch);
            Tensor through = zeros(1, hidden, batch);
            Tensor dGiven = room(count, cell.gates() * hidden, batch);
            Tensor dProducts = shared ? dGiven : room(count, cell.gates() * hidden, batch);
            List<Value> values = new ArrayList<>();
            addSame(values, through, 1);
            for (int i = 1; i < cell.state(); i++) {
                values.add(values.getFirst()); // never read: the kept values tell all about the gates
            }
            addBefore(values, y);
            add(values, kept, cell.kept());
            addStates(values, given);
            addSame(values, carried, cell.states());
            addSame(values, through, 1);
            add(values, dGiven, cell.gates());
            if (!shared) {
                add(values, dProducts, cell.gates());
            }
            addSame(values, carried, cell.states());
            RecurrentCell.Stage stage = cell.backward(x.dtype().lane());
            Tensor back = Casts.contiguous(weight.window(weight.view().turned()));
            for (int order = count - 1; order >= 0 && !isEmpty(); order--) {
                run(stage, values, order);
                View all = dProducts.view().slice(0, step(order), 1, 1);
                x.device().gemm(one(back), dProducts.window(all), through);
            }
            back.release();
            if (!given.sharesMemory(dy)) {
                given.release();
            }
            Tensor first = piece(carried, 0);
            Casts.write(Arithmetic.ADD.apply(first, Movement.squeeze(through, 0)), first);

            Tensor gates = lines(dGiven);
            Tensor products = shared ? gates : lines(dProducts);
            Tensor dInput = weightGradient(gates, lines(x));
            Tensor outputs = previousOutputs(y);
            Tensor dWeight = weightGradient(products, lines(outputs));
            Tensor dBias = dBias(gates, products);
            Tensor dx = null;
            if (wantsX) {
                dx = room(count, input.size(1), batch);
                x.device().gemm(repeated(Casts.contiguous(Movement.transpose(input, 0, 1))), dGiven, dx);
            }
            for (Tensor own : new Tensor[] {outputs, dGiven, dProducts, gates, products, through}) {
                own.release();
            }
            return new Tensor[] {dx, dInput, dWeight, dBias, carried};
        }

        /** [steps, features, batch] as [steps * batch, features], in a copy. */
        private Tensor lines(Tensor steps) {
            Tensor lines = room(count, batch, steps.size(1));
            Casts.write(steps.window(steps.view().permute(new int[] {0, 2, 1})), lines);
            return lines.window(View.contiguous(Shape.of(count * batch, steps.size(1))));
        }

        /** {@code gatesᵀ @ values}, of which the latter are let go. */
        private Tensor weightGradient(Tensor gates, Tensor values) {
            Tensor gradient = room(1, gates.size(1), values.size(1));
            x.device().gemm(one(gates.window(gates.view().permute(new int[] {1, 0}))), one(values), gradient);
            values.release();
            return gradient.window(gradient.view().select(0, 0));
        }

        private Tensor dBias(Tensor gates, Tensor products) {
            Tensor first = Reductions.sum(gates, Dims.of(gates, 0, false));
            Tensor second = products == gates ? first : Reductions.sum(products, Dims.of(products, 0, false));
            int[] parts = cell.biasParts();
            Tensor[] pieces = new Tensor[parts.length];
            for (int k = 0; k < parts.length; k++) {
                int part = parts[k] % cell.gates();
                pieces[k] = Movement.range(parts[k] == part ? first : second, 0, part * hidden, (part + 1) * hidden);
            }
            return Joining.cat(pieces, 0);
        }

        /** The first state before each step, [steps, hidden, batch]. */
        private Tensor previousOutputs(Tensor y) {
            Tensor before = room(count, hidden, batch);
            if (count > 0 && !isEmpty()) {
                Casts.write(piece(initial, 0), piece(before, step(0)));
                View h = y.view().select(0, 0);
                int from = reverse ? 1 : 0;
                Casts.write(
                        y.window(h.slice(0, from, 1, count - 1)),
                        before.window(before.view().slice(0, 1 - from, 1, count - 1)));
            }
            return before;
        }
    }

    /** The same computation step by step from recorded ops, for derivatives of the gradient. */
    private static Tensor recorded(RecurrentCell cell, Tensor[] inputs, boolean reverse) {
        Tensor weight = inputs[2];
        int hidden = weight.size(1);
        int count = inputs[0].size(0);
        Pointwise[] next = new Pointwise[cell.states()];
        for (int s = 0; s < next.length; s++) {
            next[s] = new Pointwise(
                    cell.name(),
                    cell.arity(),
                    Pointwise.Result.SAME,
                    cell.next().get(s));
        }
        Tensor[] states = new Tensor[cell.states()];
        for (int s = 0; s < states.length; s++) {
            states[s] = Movement.select(inputs[4], 0, s);
        }
        Tensor[][] all = new Tensor[cell.states()][count];
        for (int order = 0; order < count; order++) {
            int step = reverse ? count - 1 - order : order;
            Tensor given = Contraction.matmul(inputs[1], Movement.select(inputs[0], 0, step));
            Tensor product = Contraction.matmul(weight, states[0]);
            Tensor[] operands = new Tensor[cell.arity()];
            for (int k = 0; k < cell.gates(); k++) {
                operands[k] = Movement.range(given, 0, k * hidden, (k + 1) * hidden);
                operands[cell.gates() + k] = Movement.range(product, 0, k * hidden, (k + 1) * hidden);
            }
            for (int k = 0; k < cell.biases(); k++) {
                operands[2 * cell.gates() + k] =
                        Movement.unsqueeze(Movement.range(inputs[3], 0, k * hidden, (k + 1) * hidden), 1);
            }
            System.arraycopy(states, 0, operands, cell.state(), states.length);
            Tensor[] after = new Tensor[cell.states()];
            for (int s = 0; s < cell.states(); s++) {
                after[s] = next[s].apply(operands);
                all[s][step] = after[s];
            }
            states = after;
        }
        Tensor[] sequences = new Tensor[cell.states()];
        for (int s = 0; s < cell.states(); s++) {
            sequences[s] = Joining.stack(all[s], 0);
        }
        return Joining.stack(sequences, 0);
    }

    private static final class RunOrigin extends Origin {
        private final RecurrentCell cell;
        private final boolean reverse;
        private final Tensor kept;
        /** The gradients for {@link #known}: asked for one by one, computed together. */
        private @Nullable Tensor @Nullable [] gradients;

        private @Nullable Tensor known;

        RunOrigin(RecurrentCell cell, boolean reverse, Tensor kept, Tensor[] inputs) {
            super(cell.name(), inputs);
            this.cell = cell;
            this.reverse = reverse;
            this.kept = save(kept);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Tensor[] inputs = {input(0), input(1), input(2), input(3), input(4)};
            if (GradMode.enabled()) {
                return Gradients.by(recorded(cell, inputs, reverse), inputs).of(dy, inputs, true)[i];
            }
            @Nullable Tensor[] all = gradients;
            if (known != dy || all == null) {
                Steps steps = new Steps(cell, inputs, reverse);
                all = steps.backward(dy, y.plain(), kept, inputs[0].requiresGrad());
            }
            boolean more = false;
            for (int k = i + 1; k < inputs.length; k++) {
                more |= inputs[k].requiresGrad();
            }
            gradients = more ? all : null;
            known = more ? dy : null;
            return all[i];
        }
    }
}
