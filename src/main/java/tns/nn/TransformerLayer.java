package tns.nn;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Normalization;
import tns.op.RandomOps;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Tensor;

/** One layer of an encoder or a decoder: attention and a feed-forward part, each with a shortcut and a layer_norm. */
final class TransformerLayer {
    static final String ENCODER = "transformer_encoder_layer";
    static final String DECODER = "transformer_decoder_layer";

    /** What an encoder layer is called with beside its input. */
    private static final String ENCODER_INPUTS =
            "src: tensor, src_mask: tensor = none, src_key_padding_mask: tensor = none, is_causal: bool = false";

    /** What a decoder layer, and a stack of them, is called with. */
    static final String DECODER_INPUTS = "tgt: tensor, memory: tensor, tgt_mask: tensor = none,"
            + " memory_mask: tensor = none, tgt_key_padding_mask: tensor = none,"
            + " memory_key_padding_mask: tensor = none, tgt_is_causal: bool = false, memory_is_causal: bool = false";

    private final String type;
    private final Weights weights;
    private final int width;
    private final int heads;
    private final int inner;
    private final double dropout;
    private final Callable activation;
    private final double eps;
    private final boolean normFirst;
    private final boolean bias;
    private final boolean batchFirst;

    private TransformerLayer(String type, Args args, Callable activation) {
        this.type = type;
        this.weights = new Weights(args);
        this.width = args.integer("d_model");
        this.heads = args.integer("nhead");
        this.inner = args.integer("dim_feedforward");
        this.dropout = RandomOps.probability(args.name(), args.real("dropout"));
        this.activation = activation;
        this.eps = args.real("layer_norm_eps");
        this.normFirst = args.flag("norm_first");
        this.bias = args.flag("bias");
        this.batchFirst = args.flag("batch_first");
    }

    /** The layer of an encoder, from the arguments of {@code transformer_encoder_layer} or {@code transformer}. */
    static Layer encoder(Args args, Callable activation) {
        TransformerLayer plan = new TransformerLayer(ENCODER, args, activation);
        Layer layer = new Layer(ENCODER, plan.settings(), ENCODER_INPUTS, plan::encode);
        plan.attention(layer, "self_attn");
        return plan.rest(layer, 2);
    }

    /** The layer of a decoder, from the arguments of {@code transformer_decoder_layer} or {@code transformer}. */
    static Layer decoder(Args args, Callable activation) {
        TransformerLayer plan = new TransformerLayer(DECODER, args, activation);
        Layer layer = new Layer(DECODER, plan.settings(), DECODER_INPUTS, plan::decode);
        plan.attention(layer, "self_attn");
        plan.attention(layer, "multihead_attn");
        return plan.rest(layer, 3);
    }

    /** A layer_norm as the layers have it. */
    static Layer norm(Args args, Callable activation) {
        return new TransformerLayer("transformer", args, activation).norm();
    }

    private String settings() {
        return width + ", " + heads + ", " + inner + (batchFirst ? ", batch_first=true" : "")
                + (normFirst ? ", norm_first=true" : "");
    }

    private void attention(Layer layer, String name) {
        layer.with(name, MultiheadAttention.make(weights, width, heads, dropout, bias, batchFirst));
    }

    private Layer rest(Layer layer, int norms) {
        layer.with("linear1", Layers.linear(weights, width, inner, bias));
        layer.with("linear2", Layers.linear(weights, inner, width, bias));
        for (int i = 1; i <= norms; i++) {
            layer.with("norm" + i, norm());
        }
        return layer;
    }

    private Layer norm() {
        Layer norm = new Layer("layer_norm", Integer.toString(width), (self, in) -> normalized(self, in.tensor("x")));
        norm.with("weight", weights.filled(1, width));
        return bias ? norm.with("bias", weights.filled(0, width)) : norm;
    }

    private Tensor normalized(Layer norm, Tensor x) {
        return Normalization.layerNorm(
                x, new int[] {width}, norm.tensorOrNull("weight"), norm.tensorOrNull("bias"), eps);
    }

    /** A part of the layer as a function of its input. */
    private interface Part {
        Tensor of(Tensor x);
    }

    private Tensor encode(Layer self, Args in) {
        Tensor x = in.tensor("src");
        Tensor attended = added(
                self,
                1,
                x,
                y -> attended(
                        self, in, "self_attn", y, null, "src_mask", "src_key_padding_mask", in.flag("is_causal")));
        return added(self, 2, attended, y -> feedForward(self, in.context(), y));
    }

    private Tensor decode(Layer self, Args in) {
        Tensor x = in.tensor("tgt");
        Tensor memory = in.tensor("memory");
        Tensor own = added(
                self,
                1,
                x,
                y -> attended(
                        self, in, "self_attn", y, null, "tgt_mask", "tgt_key_padding_mask", in.flag("tgt_is_causal")));
        Tensor both = added(
                self,
                2,
                own,
                y -> attended(
                        self,
                        in,
                        "multihead_attn",
                        y,
                        memory,
                        "memory_mask",
                        "memory_key_padding_mask",
                        in.flag("memory_is_causal")));
        return added(self, 3, both, y -> feedForward(self, in.context(), y));
    }

    /** x plus a part of it, normalised before the part or after the sum. */
    private Tensor added(Layer self, int number, Tensor x, Part part) {
        Layer norm = self.layer("norm" + number);
        return normFirst
                ? Arithmetic.plus(x, part.of(normalized(norm, x)))
                : normalized(norm, Arithmetic.plus(x, part.of(x)));
    }

    private Tensor attended(
            Layer self,
            Args in,
            String name,
            Tensor x,
            @Nullable Tensor memory,
            String mask,
            String padding,
            boolean causal) {
        Map<String, Object> options = new HashMap<>();
        options.put("need_weights", false);
        options.put("attn_mask", in.get(mask));
        options.put("key_padding_mask", in.get(padding));
        options.put("is_causal", causal);
        Object[] inputs = memory == null ? new Object[] {x} : new Object[] {x, memory};
        Object answer = self.layer(name).call(in.context(), inputs, options);
        return dropped(self, in.context(), (Tensor) ((Tuple) answer).get(0));
    }

    private Tensor feedForward(Layer self, Context context, Tensor x) {
        Object active = activation.call(context, linear(self.layer("linear1"), x));
        if (!(active instanceof Tensor t)) {
            throw new TnsException(
                    ErrorKind.VALUE, type + ": the activation gave " + TypeName.describe(active) + ", no tensor");
        }
        return dropped(self, context, linear(self.layer("linear2"), dropped(self, context, t)));
    }

    private static Tensor linear(Layer layer, Tensor x) {
        return Layers.apply(x, layer.tensor("weight"), layer.tensorOrNull("bias"));
    }

    private Tensor dropped(Layer self, Context context, Tensor x) {
        return RandomOps.dropout(context, x, dropout, self.training());
    }
}
