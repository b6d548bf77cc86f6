package tns.nn;

import java.util.HashMap;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Family;
import tns.op.Normalization;
import tns.op.OpTable;
import tns.op.RandomOps;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Tensor;

/** {@code transformer_encoder_layer}: self-attention and a feed-forward part, each with a shortcut and a layer_norm. */
public final class Transformer {
    private Transformer() {}

    /** The layers, whose activations are ops of {@code table}. */
    public static Family family(OpTable table) {
        Family family = new Family("transformers");
        family.define("transformer_encoder_layer(d_model: int, nhead: int, dim_feedforward: int = 2048,"
                        + " dropout: float = 0.1, activation: any = 'relu', layer_norm_eps: float = 1e-05,"
                        + " batch_first: bool = false, norm_first: bool = false, bias: bool = true" + Weights.OPTIONS)
                .doc("A layer of self-attention and two linear layers, each added to its input and normalised: called"
                        + " with x and maybe src_mask, src_key_padding_mask and is_causal. activation is \"relu\","
                        + " \"gelu\" or a function.")
                .example("transformer_encoder_layer(4, 2, 8).eval()(ones(3, 1, 4)).shape", "(3, 1, 4)")
                .is(args -> layer(args, activation(args, table)));
        return family;
    }

    private record Plan(int width, double dropout, Callable activation, double eps, boolean normFirst) {}

    private static Object layer(Args args, Callable activation) {
        int width = args.integer("d_model");
        int inner = args.integer("dim_feedforward");
        boolean bias = args.flag("bias");
        double dropout = RandomOps.probability("transformer_encoder_layer", args.real("dropout"));
        Plan plan = new Plan(width, dropout, activation, args.real("layer_norm_eps"), args.flag("norm_first"));
        Weights weights = new Weights(args);
        Layer layer = new Layer(
                "transformer_encoder_layer",
                args.settings(),
                "x: tensor, src_mask: tensor = none, src_key_padding_mask: tensor = none, is_causal: bool = false",
                (self, in) -> forward(plan, self, in));
        layer.with(
                "self_attn",
                MultiheadAttention.make(
                        weights, width, args.integer("nhead"), dropout, bias, args.flag("batch_first")));
        layer.with("linear1", Layers.linear(weights, width, inner, bias));
        layer.with("linear2", Layers.linear(weights, inner, width, bias));
        for (String name : new String[] {"norm1", "norm2"}) {
            Layer norm =
                    new Layer("layer_norm", Integer.toString(width), (self, in) -> norm(plan, self, in.tensor("x")));
            norm.with("weight", weights.filled(1, width));
            layer.with(name, bias ? norm.with("bias", weights.filled(0, width)) : norm);
        }
        return layer;
    }

    private static Callable activation(Args args, OpTable table) {
        return switch (args.get("activation")) {
            case Callable f -> f;
            case String s when s.equals("relu") -> table.get("relu");
            case String s when s.equals("gelu") -> table.get("gelu");
            case Object other ->
                throw new TnsException(
                                ErrorKind.VALUE,
                                "transformer_encoder_layer: activation must be a function, \"relu\" or \"gelu\","
                                        + " found " + TypeName.describe(other))
                        .help("activation=gelu");
        };
    }

    private static Tensor norm(Plan plan, Layer self, Tensor x) {
        return Normalization.layerNorm(
                x, new int[] {plan.width}, self.tensorOrNull("weight"), self.tensorOrNull("bias"), plan.eps);
    }

    private static Object forward(Plan plan, Layer self, Args in) {
        Context context = in.context();
        Tensor x = in.tensor("x");
        Layer norm1 = self.layer("norm1");
        Layer norm2 = self.layer("norm2");
        if (plan.normFirst) {
            Tensor attended = Arithmetic.plus(x, attention(plan, self, in, norm(plan, norm1, x)));
            return Arithmetic.plus(attended, feedForward(plan, self, context, norm(plan, norm2, attended)));
        }
        Tensor attended = norm(plan, norm1, Arithmetic.plus(x, attention(plan, self, in, x)));
        return norm(plan, norm2, Arithmetic.plus(attended, feedForward(plan, self, context, attended)));
    }

    private static Tensor attention(Plan plan, Layer self, Args in, Tensor x) {
        Map<String, Object> options = new HashMap<>();
        options.put("need_weights", false);
        options.put("attn_mask", in.get("src_mask"));
        options.put("key_padding_mask", in.get("src_key_padding_mask"));
        options.put("is_causal", in.flag("is_causal"));
        Object answer = self.layer("self_attn").call(in.context(), new Object[] {x}, options);
        return dropped(plan, self, in.context(), (Tensor) ((Tuple) answer).get(0));
    }

    private static Tensor feedForward(Plan plan, Layer self, Context context, Tensor x) {
        Tensor inner = linear(self.layer("linear1"), x);
        Object active = plan.activation.call(context, inner);
        if (!(active instanceof Tensor t)) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "transformer_encoder_layer: the activation gave " + TypeName.describe(active) + ", no tensor");
        }
        Tensor outer = linear(self.layer("linear2"), dropped(plan, self, context, t));
        return dropped(plan, self, context, outer);
    }

    private static Tensor linear(Layer layer, Tensor x) {
        return Layers.apply(x, layer.tensor("weight"), layer.tensorOrNull("bias"));
    }

    private static Tensor dropped(Plan plan, Layer self, Context context, Tensor x) {
        return RandomOps.dropout(context, x, plan.dropout, self.training());
    }
}
