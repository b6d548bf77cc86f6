package tns.nn;

import tns.op.Args;
import tns.op.Embedding;
import tns.op.EmbeddingBag;
import tns.op.Family;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** {@code embedding_bag}: sums, means or greatest elements of looked up rows, as a function and as a layer. */
final class EmbeddingBagLayer {
    private static final String LOOKUP = "max_norm: number = none, norm_type: float = 2.0,"
            + " scale_grad_by_freq: bool = false, mode: string = 'mean'";

    private static final String END = ", include_last_offset: bool = false, padding_idx: int = none";

    private EmbeddingBagLayer() {}

    static void define(Family family) {
        family.define("embedding_bag(x: tensor, weight: tensor, offsets: tensor = none, " + LOOKUP
                        + ", per_sample_weights: tensor = none" + END + ")")
                .maker(
                        "embedding_bag(num_embeddings: int, embedding_dim: int, " + LOOKUP + END + Weights.OPTIONS,
                        EmbeddingBagLayer::layer)
                .doc("The mean, \"sum\" or \"max\" of rows of weight for each bag of ints: a row of a matrix x, or the"
                        + " part of a vector x from one of the offsets to the next. Rows padding_idx do not count; an"
                        + " empty bag gives zeros. From two sizes: the layer, called with x and maybe offsets and"
                        + " per_sample_weights, whose table starts standard normal.")
                .example(
                        "embedding_bag([0, 2, 1], [[1., 2.], [3., 4.], [5., 6.]], [0, 2])",
                        "tensor([[3., 4.],\n        [3., 4.]])")
                .example("embedding_bag(10, 3)([[1, 2]]).shape", "(1, 3)")
                .gradient("embedding_bag([[0, 2], [2, 1]], w)", "w: [3, 2]")
                .gradient(
                        "embedding_bag([0, 2, 2, 1], w, [0, 3, 3], per_sample_weights=s, mode=\"sum\", padding_idx=0)",
                        "w: [3, 2]",
                        "s: [4]")
                .gradient("embedding_bag([0, 1, 2, 1], w, [0, 3], mode=\"max\")", "w: [3, 2]")
                .is(args -> {
                    Tensor weight = args.tensor("weight");
                    Embedding options = EmbeddingLayer.options(args, weight.rank() == 0 ? 0 : weight.size(0));
                    return bags(options, args, args.flag("include_last_offset"))
                            .folded(weight, args.tensorOrNull("per_sample_weights"), args.text("mode"));
                });
    }

    private static EmbeddingBag bags(Embedding options, Args args, boolean includesEnd) {
        return EmbeddingBag.of(options, args.tensor("x"), args.tensorOrNull("offsets"), includesEnd);
    }

    private static Object layer(Args args) {
        int rows = args.integer("num_embeddings");
        int width = args.integer("embedding_dim");
        String mode = args.text("mode");
        boolean includesEnd = args.flag("include_last_offset");
        Embedding options = EmbeddingLayer.options(args, rows);
        Layer layer = new Layer(
                "embedding_bag",
                args.settings(),
                "x: tensor, offsets: tensor = none, per_sample_weights: tensor = none",
                (self, in) -> {
                    if (options.limitsNorm() && self.fields().get("weight") instanceof Param p) {
                        p.set(options.shortened(in.tensor("x"), p.value().detach()));
                    }
                    return bags(options, in, includesEnd)
                            .folded(self.tensor("weight"), in.tensorOrNull("per_sample_weights"), mode);
                });
        Param table = new Weights(args).normal(rows, width);
        table.set(options.initial(table.value().detach()));
        return layer.with("weight", table);
    }
}
