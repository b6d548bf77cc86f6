package tns.nn;

import org.jspecify.annotations.Nullable;
import tns.op.Args;
import tns.op.Embedding;
import tns.op.Family;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** {@code embedding}: rows of a table looked up by int tensors, as a function and as a layer that owns its table. */
final class EmbeddingLayer {
    private static final String LOOKUP = "padding_idx: int = none, max_norm: number = none, norm_type: float = 2.0,"
            + " scale_grad_by_freq: bool = false";

    private EmbeddingLayer() {}

    static void define(Family family) {
        family.define("embedding(x: tensor, weight: tensor, " + LOOKUP + ")")
                .maker(
                        "embedding(num_embeddings: int, embedding_dim: int, " + LOOKUP + Weights.OPTIONS,
                        EmbeddingLayer::layer)
                .doc("The row of weight for each int in x; the row padding_idx gets no gradient, rows longer than"
                        + " max_norm are shortened to it. From two sizes: the layer, whose table starts standard"
                        + " normal.")
                .example("embedding([2, 0], [[1., 2.], [3., 4.], [5., 6.]])", "tensor([[5., 6.],\n        [1., 2.]])")
                .example("embedding(10, 3)([1, 2]).shape", "(2, 3)")
                .gradient("embedding([[0, 2], [2, 1]], w)", "w: [3, 2]")
                .gradient("embedding([0, 2, 2], w, padding_idx=0)[1:]", "w: [3, 2]")
                .is(args -> {
                    Tensor weight = args.tensor("weight");
                    int rows = weight.rank() == 0 ? 0 : weight.size(0);
                    return options(args, rows).lookUp(args.tensor("x"), weight);
                });
    }

    /** The options that a call gives for a table of so many rows. */
    static Embedding options(Args args, int rows) {
        return new Embedding(
                args.has("padding_idx") ? Embedding.row(args.integer("padding_idx"), rows) : Embedding.NO_PADDING,
                args.has("max_norm") ? args.real("max_norm") : Double.POSITIVE_INFINITY,
                args.real("norm_type"),
                args.flag("scale_grad_by_freq"));
    }

    private static Object layer(Args args) {
        int rows = args.integer("num_embeddings");
        int width = args.integer("embedding_dim");
        Embedding options = options(args, rows);
        Layer layer = new Layer("embedding", rows + ", " + width + options.settings(), (self, in) -> {
            Tensor x = in.tensor("x");
            @Nullable Object table = self.fields().get("weight");
            if (options.limitsNorm() && table instanceof Param p) {
                p.set(options.shortened(x, p.value().detach()));
            }
            return options.lookUp(x, self.tensor("weight"));
        });
        Param table = new Weights(args).normal(rows, width);
        table.set(options.initial(table.value().detach()));
        return layer.with("weight", table);
    }
}
