package tns.nn;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Attention;
import tns.op.Contraction;
import tns.op.Family;
import tns.op.HeadLayout;
import tns.op.HeadLayout.Attended;
import tns.op.Movement;
import tns.op.None;
import tns.op.RandomOps;
import tns.op.Tuple;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** {@code multihead_attention}: attention with several heads and their projections, with PyTorch's parameters. */
public final class MultiheadAttention {
    private MultiheadAttention() {}

    static void define(Family family) {
        family.define("multihead_attention(embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = true,"
                        + " kdim: int = none, vdim: int = none, batch_first: bool = false" + Weights.OPTIONS)
                .doc("A layer of attention with several heads: called with query, key, value ([steps, batch, features],"
                        + " or [batch, steps, features] with batch_first; key and value default to the query) and"
                        + " maybe key_padding_mask, need_weights, attn_mask, average_attn_weights and is_causal, it"
                        + " gives (output, weights). In its bool masks true means left out, as in PyTorch.")
                .example("multihead_attention(4, 2)(ones(3, 1, 4))[0].shape", "(3, 1, 4)")
                .is(MultiheadAttention::layer);
    }

    private record Plan(int width, int heads, double dropout, boolean batchFirst) {}

    private static Object layer(Args args) {
        int width = args.integer("embed_dim");
        Plan plan = plan(width, args.integer("num_heads"), args.real("dropout"), args.flag("batch_first"));
        int keys = args.has("kdim") ? args.integer("kdim") : width;
        int values = args.has("vdim") ? args.integer("vdim") : width;
        return make(new Weights(args), plan, args.settings(), args.flag("bias"), keys, values);
    }

    /** The layer multihead_attention(width, heads, …) whose keys and values are as wide as its queries. */
    static Layer make(Weights weights, int width, int heads, double dropout, boolean bias, boolean batchFirst) {
        String settings = width + ", " + heads + (batchFirst ? ", batch_first=true" : "");
        return make(weights, plan(width, heads, dropout, batchFirst), settings, bias, width, width);
    }

    private static Plan plan(int width, int heads, double dropout, boolean batchFirst) {
        if (width < 1 || heads < 1 || width % heads != 0) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "multihead_attention: embed_dim " + width + " must be a multiple of num_heads " + heads)
                    .help("each head gets embed_dim / num_heads features");
        }
        return new Plan(width, heads, RandomOps.probability("multihead_attention", dropout), batchFirst);
    }

    private static Layer make(Weights weights, Plan plan, String settings, boolean bias, int keys, int values) {
        int width = plan.width;
        Layer layer = new Layer(
                "multihead_attention",
                settings,
                "query: tensor, key: tensor = none, value: tensor = none, key_padding_mask: tensor = none,"
                        + " need_weights: bool = true, attn_mask: tensor = none, average_attn_weights: bool = true,"
                        + " is_causal: bool = false",
                (self, in) -> forward(plan, self, in));
        // PyTorch draws the output projection first, bias included, and then replaces that by zeros.
        Layer out = Layers.linear(weights, width, width, true);
        if (keys == width && values == width) {
            layer.with("in_proj_weight", weights.xavier(3 * width, width));
        } else {
            layer.with("q_proj_weight", weights.xavier(width, width));
            layer.with("k_proj_weight", weights.xavier(width, keys));
            layer.with("v_proj_weight", weights.xavier(width, values));
        }
        if (bias) {
            layer.with("in_proj_bias", weights.filled(0, 3 * width));
            out.with("bias", weights.filled(0, width));
        } else {
            out.fields().remove("bias");
        }
        return layer.with("out_proj", out);
    }

    private static Object forward(Plan plan, Layer self, Args in) {
        Tensor query = in.tensor("query");
        Tensor key = in.tensorOrNull("key");
        Tensor value = in.tensorOrNull("value");
        boolean same = (key == null || key == query) && (value == null || value == key || value == query);
        key = key == null ? query : key;
        value = value == null ? key : value;
        boolean batched = query.rank() == 3;
        for (Tensor t : new Tensor[] {query, key, value}) {
            if (t.rank() != query.rank() || !batched && t.rank() != 2) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        "multihead_attention: expected "
                                + (plan.batchFirst ? "[batch, steps, features]" : "[steps, batch, features]")
                                + " or [steps, features] each, found " + query.describe() + ", " + key.describe() + ", "
                                + value.describe());
            }
        }
        if (query.size(-1) != plan.width) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "multihead_attention: the query has " + query.size(-1) + " features, embed_dim is " + plan.width);
        }
        HeadLayout layout = new HeadLayout(plan.heads, plan.batchFirst || !batched);
        Tensor[] projected = projected(plan, self, batch(query), batch(key), batch(value), same);
        double dropout = self.training() ? plan.dropout : 0;
        Attended attended = attended(in, layout, dropout, 1 / Math.sqrt((double) plan.width / plan.heads), projected);
        Tensor weights = attended.weights();
        Layer out = self.layer("out_proj");
        Tensor y = Layers.apply(attended.joined(), out.tensor("weight"), out.tensorOrNull("bias"));
        Tensor output = batched ? y : Movement.squeeze(y, 0);
        if (!in.flag("need_weights")) {
            return Tuple.of(output, None.NONE);
        }
        Tensor shown = weights;
        if (in.flag("average_attn_weights")) {
            shown = Attention.meanOverHeads(weights);
        }
        return Tuple.of(output, batched ? shown : Movement.squeeze(shown, 0));
    }

    /** A sequence alone as a batch of one. */
    private static Tensor batch(Tensor x) {
        return x.rank() == 2 ? Movement.unsqueeze(x, 0) : x;
    }

    /** Query, key and value times their weights, plus bias; one product, and one tensor, when all three are one. */
    private static Tensor[] projected(Plan plan, Layer self, Tensor q, Tensor k, Tensor v, boolean same) {
        Tensor weight = self.tensorOrNull("in_proj_weight");
        Tensor bias = self.tensorOrNull("in_proj_bias");
        if (same && weight != null) {
            return new Tensor[] {Layers.apply(q, weight, bias)};
        }
        Tensor[] inputs = {q, k, v};
        Tensor[] projected = new Tensor[3];
        String[] names = {"q_proj_weight", "k_proj_weight", "v_proj_weight"};
        for (int i = 0; i < 3; i++) {
            int from = i * plan.width;
            Tensor own = weight == null ? self.tensor(names[i]) : Movement.range(weight, 0, from, from + plan.width);
            Tensor ownBias = bias == null ? null : Movement.range(bias, 0, from, from + plan.width);
            projected[i] = Layers.apply(inputs[i], own, ownBias);
        }
        return projected;
    }

    private static Attended attended(Args in, HeadLayout layout, double dropout, double scale, Tensor[] projected) {
        boolean causal = in.flag("is_causal");
        boolean plain = dropout == 0 && !causal && !in.has("attn_mask") && !in.has("key_padding_mask");
        Attended attended = plain ? layout.attend(scale, projected) : null;
        if (attended != null) {
            return attended;
        }
        Tensor[] parts = layout.parts(projected);
        Tensor q = layout.split(parts[0]);
        Tensor k = layout.split(parts[1]);
        Tensor mask = mask(in, q, k);
        Tensor weights = Attention.weights(in.context(), q, k, mask, causal && mask == null, scale, dropout);
        return new Attended(layout.join(Contraction.matmul(weights, layout.split(parts[2]))), weights);
    }

    /** Both masks as one that broadcasts to [batch, heads, l, s], in the sense of {@link Attention#weights}; or null. */
    private static @Nullable Tensor mask(Args in, Tensor q, Tensor k) {
        Tensor attention = in.tensorOrNull("attn_mask");
        Tensor padding = in.tensorOrNull("key_padding_mask");
        int batch = q.size(0);
        int heads = q.size(1);
        int l = q.size(2);
        int s = k.size(2);
        if (attention != null) {
            boolean each = attention.rank() == 3 && attention.shape().equals(Shape.of(batch * heads, l, s));
            if (!each && !attention.shape().equals(Shape.of(l, s))) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        "multihead_attention: attn_mask must be [" + l + ", " + s + "] or [" + batch * heads + ", " + l
                                + ", " + s + "], found " + attention.shape());
            }
            attention = each ? Movement.reshape(attention, Shape.of(batch, heads, l, s)) : attention;
        }
        if (padding != null) {
            Tensor rows = padding.rank() == 1 ? Movement.unsqueeze(padding, 0) : padding;
            if (!rows.shape().equals(Shape.of(batch, s))) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        "multihead_attention: key_padding_mask must be [" + batch + ", " + s + "], found "
                                + padding.shape());
            }
            padding = Movement.reshape(rows, Shape.of(batch, 1, 1, s));
        }
        return Attention.together(attention, padding, q);
    }
}
