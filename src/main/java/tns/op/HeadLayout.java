package tns.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * How the features of several heads lie in sequences, [batch, steps, features] or [steps, batch, features]: head by head.
 *
 * @param batchFirst whether the batch is the first dim and not the second
 */
public record HeadLayout(int heads, boolean batchFirst) {
    /** The joined values of all heads, in the layout of the queries, and the weights [batch, heads, l, s]. */
    public record Attended(Tensor joined, Tensor weights) {}

    /** [batch, heads, steps, features / heads]. */
    public Tensor split(Tensor x) {
        Tensor each = Movement.reshape(x, Shape.of(x.size(0), x.size(1), heads, x.size(2) / heads));
        return batchFirst ? Movement.permute(each, 0, 2, 1, 3) : Movement.permute(each, 1, 2, 0, 3);
    }

    /** The inverse of {@link #split}. */
    public Tensor join(Tensor x) {
        Tensor each = batchFirst ? Movement.permute(x, 0, 2, 1, 3) : Movement.permute(x, 2, 0, 1, 3);
        return Movement.reshape(each, Shape.of(each.size(0), each.size(1), heads * each.size(3)));
    }

    /** Queries, keys and values: three tensors, or the thirds of one along its last dim. */
    public Tensor[] parts(Tensor... sources) {
        if (sources.length == 3) {
            return sources;
        }
        int width = sources[0].size(2) / 3;
        Tensor[] parts = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            parts[i] = Movement.range(sources[0], 2, i * width, (i + 1) * width);
        }
        return parts;
    }

    /** {@link #parts}, each {@link #split}, as windows to read or to write, without a history. */
    private Tensor[] windows(Tensor... sources) {
        Tensor[] windows = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            Tensor x = sources[sources.length == 3 ? i : 0];
            int width = x.size(2) / (sources.length == 3 ? 1 : 3);
            int from = sources.length == 3 ? 0 : i * width;
            int[] strides = x.view().strides();
            int batch = batchFirst ? 0 : 1;
            View view = new View(
                    Shape.of(x.size(batch), heads, x.size(1 - batch), width / heads),
                    new int[] {strides[batch], width / heads * strides[2], strides[1 - batch], strides[2]},
                    x.view().offset() + from * strides[2]);
            windows[i] = x.window(view);
        }
        return windows;
    }

    /**
     * Attention without a mask, straight from the sequences and without a copy of a head; null where the device has no
     * way of its own, or where it does not suit the shapes.
     *
     * @param sources as {@link #parts} takes them
     */
    public @Nullable Attended attend(double scale, Tensor... sources) {
        Tensor[] own = windows(sources);
        Tensor q = own[0];
        Shape shape = Shape.of(q.size(0), heads, q.size(2), own[1].size(2));
        if (!q.dtype().isFloat()
                || shape.elements() == 0
                || q.size(3) == 0
                || !q.device().runsRows(shape.elements() / shape.size(3), shape.size(3))) {
            return null;
        }
        Shape joined = sources[0].shape().with(2, heads * own[2].size(3));
        Tensor y = Tensor.room(q.device(), q.dtype(), joined);
        Tensor weights = Tensor.room(q.device(), q.dtype(), shape);
        Tensor target = windows(y, y, y)[0];
        if (!q.device().attend(own, scale, RowFunctions.softmax(q.dtype()), weights, target)) {
            y.release();
            weights.release();
            return null;
        }
        boolean tracked = false;
        for (Tensor source : sources) {
            tracked |= Reductions.tracked(source);
        }
        return tracked
                ? new Attended(
                        y.withOrigin(new JoinedOrigin(this, scale, weights, sources)),
                        weights.viewed(weights.view(), new WeightsOrigin(this, scale, sources)))
                : new Attended(y, weights);
    }

    /** The weights written with other ops. */
    private Tensor weightsOfOps(double scale, Tensor[] parts) {
        Tensor scaled = Arithmetic.MUL.apply(split(parts[0]), Reductions.scalar(parts[0], scale));
        Tensor scores = Contraction.matmul(scaled, Movement.transpose(split(parts[1]), -2, -1));
        return Softmax.softmax(scores, 3);
    }

    private abstract static class Attending extends Origin {
        final HeadLayout layout;
        final double scale;
        /** The gradients for {@link #known}: asked for one by one, computed together. */
        private @Nullable List<@Nullable Tensor> gradients;

        private @Nullable Tensor known;

        Attending(HeadLayout layout, double scale, Tensor[] sources) {
            super("attention", sources);
            this.layout = layout;
            this.scale = scale;
        }

        /** The result written with other ops. */
        abstract Tensor ofOps(Tensor[] sources);

        /** The gradients of all sources, computed without recording: by default as those of the other ops. */
        @Nullable
        Tensor[] all(Tensor dy, Tensor[] sources) {
            return recorded(dy, sources, false);
        }

        private @Nullable Tensor[] recorded(Tensor dy, Tensor[] sources, boolean record) {
            return GradMode.with(true, () -> {
                Tensor[] places = Arrays.stream(sources).map(Movement::alias).toArray(Tensor[]::new);
                return Gradients.by(ofOps(places), places).of(dy, places, record);
            });
        }

        @Override
        public final @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            List<@Nullable Tensor> all = gradients;
            if (known != dy || all == null) {
                Tensor[] sources = new Tensor[inputCount()];
                Arrays.setAll(sources, this::input);
                all = Arrays.asList(GradMode.enabled() ? recorded(dy, sources, true) : all(dy, sources));
            }
            boolean more = false;
            for (int k = i + 1; k < inputCount(); k++) {
                more |= input(k).requiresGrad();
            }
            gradients = more ? all : null;
            known = more ? dy : null;
            return all.get(i);
        }
    }

    private static final class JoinedOrigin extends Attending {
        private final Tensor weights;

        JoinedOrigin(HeadLayout layout, double scale, Tensor weights, Tensor[] sources) {
            super(layout, scale, sources);
            this.weights = save(weights);
        }

        @Override
        Tensor ofOps(Tensor[] sources) {
            Tensor[] parts = layout.parts(sources);
            return layout.join(Contraction.matmul(layout.weightsOfOps(scale, parts), layout.split(parts[2])));
        }

        @Override
        @Nullable
        Tensor[] all(Tensor dy, Tensor[] sources) {
            Tensor[] gradients = new Tensor[sources.length];
            for (int k = 0; k < gradients.length; k++) {
                gradients[k] = Tensor.room(dy.device(), dy.dtype(), sources[k].shape());
            }
            dy.device()
                    .attendBackward(
                            layout.windows(sources),
                            scale,
                            RowFunctions.softmaxGradient(dy.dtype()),
                            weights,
                            layout.windows(dy, dy, dy)[0],
                            layout.windows(gradients));
            return gradients;
        }
    }

    private static final class WeightsOrigin extends Attending {
        WeightsOrigin(HeadLayout layout, double scale, Tensor[] sources) {
            super(layout, scale, sources);
        }

        @Override
        Tensor ofOps(Tensor[] sources) {
            return layout.weightsOfOps(scale, layout.parts(sources));
        }
    }
}
