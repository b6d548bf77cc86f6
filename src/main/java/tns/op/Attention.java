package tns.op;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Attention: values averaged by how well keys match queries. */
public final class Attention {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("attention");

    static {
        FAMILY.define("scaled_dot_product_attention(query: tensor, key: tensor, value: tensor, attn_mask: tensor ="
                        + " none, dropout_p: float = 0.0, is_causal: bool = false, scale: float = none,"
                        + " enable_gqa: bool = false)")
                .doc("softmax(query @ key.T * scale) @ value, for [.., l, e], [.., s, e] and [.., s, v]; scale is"
                        + " 1 / sqrt(e) unless given. A bool mask [.., l, s] says which keys take part, a float one is"
                        + " added; is_causal lets query i see the keys up to i. A query without any key gives 0.")
                .example(
                        "scaled_dot_product_attention([[1., 0.]], [[1., 0.], [1., 0.]], [[2.], [4.]])",
                        "tensor([[3.]])")
                .gradient("scaled_dot_product_attention(q, k, v)", "q: [2, 2, 3]", "k: [2, 4, 3]", "v: [2, 4, 2]")
                .gradient(
                        "scaled_dot_product_attention(q, k, v, is_causal=true, scale=0.7)",
                        "q: [2, 3]",
                        "k: [3, 3]",
                        "v: [3, 2]")
                .gradient(
                        "scaled_dot_product_attention(q, k, v, attn_mask=[[true, false], [false, false]])",
                        "q: [2, 3]",
                        "k: [2, 3]",
                        "v: [2, 2]")
                .gradient(
                        "scaled_dot_product_attention(q, k, v, attn_mask=m)",
                        "q: [2, 3]",
                        "k: [2, 3]",
                        "v: [2, 2]",
                        "m: [2, 2]")
                .is(args -> scaledDotProduct(args));
    }

    private Attention() {}

    private static Tensor scaledDotProduct(Args args) {
        Tensor q = args.tensor("query");
        Tensor k = args.tensor("key");
        Tensor v = args.tensor("value");
        if (args.flag("enable_gqa") && q.rank() > 2 && k.rank() == q.rank() && v.rank() == q.rank()) {
            k = repeatedHeads(k, q);
            v = repeatedHeads(v, q);
        }
        requireShapes(q, k, v);
        Tensor mask = args.tensorOrNull("attn_mask");
        boolean causal = args.flag("is_causal");
        if (mask != null && causal) {
            throw new TnsException(
                            ErrorKind.VALUE, "scaled_dot_product_attention: attn_mask and is_causal exclude each other")
                    .help("mask & tril(ones(l, s)).bool() says both");
        }
        double scale = args.has("scale") ? args.real("scale") : 1 / Math.sqrt(q.size(-1));
        double dropout = RandomOps.probability("scaled_dot_product_attention", args.real("dropout_p"));
        return Contraction.matmul(weights(args.context(), q, k, mask, causal, scale, dropout), v);
    }

    private static Tensor repeatedHeads(Tensor x, Tensor q) {
        int d = x.rank() - 3;
        int heads = x.size(d);
        if (heads == q.size(d) || heads == 0 || q.size(d) % heads != 0) {
            return x;
        }
        Shape wide = x.shape().insert(d + 1, q.size(d) / heads);
        return Movement.reshape(
                Movement.expand(Movement.unsqueeze(x, d + 1), wide), x.shape().with(d, q.size(d)));
    }

    private static void requireShapes(Tensor q, Tensor k, Tensor v) {
        if (q.rank() < 2 || k.rank() < 2 || v.rank() < 2 || q.size(-1) != k.size(-1) || k.size(-2) != v.size(-2)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "scaled_dot_product_attention: shapes do not fit: query " + q.shape() + ", key " + k.shape()
                                    + ", value " + v.shape())
                    .help("query is [.., l, e], key [.., s, e], value [.., s, v]");
        }
        if (!q.dtype().isFloat() || q.dtype() != k.dtype() || q.dtype() != v.dtype()) {
            throw new TnsException(
                            ErrorKind.DTYPE,
                            "scaled_dot_product_attention: needs one float dtype, found query " + q.dtype() + ", key "
                                    + k.dtype() + ", value " + v.dtype())
                    .help("convert them: q.float()");
        }
    }

    /**
     * The attention weights [.., l, s]: softmax of the scaled and masked products, with dropout.
     *
     * @param mask bool (true takes part) or float (added), broadcasting to [.., l, s]; or null
     */
    public static Tensor weights(
            Context context, Tensor q, Tensor k, @Nullable Tensor mask, boolean causal, double scale, double dropout) {
        Tensor scaled = Arithmetic.MUL.apply(q, Reductions.scalar(q, scale));
        Tensor scores = Contraction.matmul(scaled, Movement.transpose(k, -2, -1));
        Tensor weights;
        if (causal) {
            weights = softmax(without(scores, Triangles.below(scores.device(), scores.size(-2), scores.size(-1))));
        } else if (mask == null) {
            weights = softmax(scores);
        } else {
            requireMask(mask, scores);
            Tensor masked = mask.dtype() == DType.BOOL
                    ? without(scores, mask)
                    : Arithmetic.ADD.apply(scores, Casts.to(mask, scores.dtype()));
            weights = softmaxOrZero(masked);
        }
        return RandomOps.dropout(context, weights, dropout, true);
    }

    /** Attention weights [batch, heads, l, s] averaged over the heads. */
    public static Tensor meanOverHeads(Tensor weights) {
        return Reductions.mean(weights, Dims.of(weights, 1, false));
    }

    /**
     * Two masks in which true means left out, or floats to add, as one for {@link #weights}; null for none.
     *
     * @param like a tensor of the dtype to add in
     */
    public static @Nullable Tensor together(@Nullable Tensor a, @Nullable Tensor b, Tensor like) {
        if (a == null || b == null) {
            Tensor only = a == null ? b : a;
            return only != null && only.dtype() == DType.BOOL ? Comparison.LOGICAL_NOT.apply(only) : only;
        }
        if (a.dtype() == DType.BOOL && b.dtype() == DType.BOOL) {
            return Comparison.LOGICAL_NOT.apply(Comparison.LOGICAL_OR.apply(a, b));
        }
        return Arithmetic.ADD.apply(added(a, like), added(b, like));
    }

    private static Tensor added(Tensor mask, Tensor like) {
        return mask.dtype() == DType.BOOL
                ? Comparison.WHERE.apply(
                        mask, Reductions.scalar(like, Double.NEGATIVE_INFINITY), Reductions.scalar(like, 0))
                : mask;
    }

    private static Tensor softmax(Tensor scores) {
        return Softmax.softmax(scores, scores.rank() - 1);
    }

    private static Tensor without(Tensor scores, Tensor mask) {
        return Comparison.WHERE.apply(mask, scores, Reductions.scalar(scores, Double.NEGATIVE_INFINITY));
    }

    private static void requireMask(Tensor mask, Tensor scores) {
        Shape both = Shape.broadcast(mask.shape(), scores.shape());
        if (both == null || !both.equals(scores.shape())) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "attention: the mask " + mask.shape() + " does not broadcast to the scores "
                                    + scores.shape())
                    .help("a mask is [l, s], or [.., l, s] with leading dims of the batch");
        }
        if (mask.dtype() == DType.INT64) {
            throw new TnsException(ErrorKind.DTYPE, "attention: a mask is bool or float, found " + mask.describe())
                    .help("mask.bool() says which keys take part");
        }
    }

    /** Softmax where a row of nothing but -inf gives zeros, and no gradient. */
    private static Tensor softmaxOrZero(Tensor scores) {
        if (scores.elements() == 0) {
            return scores;
        }
        Dims last = Dims.of(scores, scores.rank() - 1, true);
        Tensor greatest = Reductions.extreme(Reduction.MAX, scores.plain(), last, "softmax");
        Tensor empty = Comparison.EQ.apply(greatest, Reductions.scalar(scores, Double.NEGATIVE_INFINITY));
        // Elsewhere a look at the numbers would wait for the device, and could not be recorded.
        if (scores.device().isHost() && !Reductions.anyTrue(empty)) {
            return softmax(scores);
        }
        Tensor zero = Reductions.scalar(scores, 0);
        return Comparison.WHERE.apply(empty, zero, softmax(Comparison.WHERE.apply(empty, zero, scores)));
    }
}
