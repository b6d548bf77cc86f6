package tns.nn;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Callable;
import tns.op.Casts;
import tns.op.Family;
import tns.op.OpTable;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The transformers of the language (Vaswani and others, Attention Is All You Need, 2017), with PyTorch's parameters. */
public final class Transformer {
    private static final String LAYER = ", dim_feedforward: int = 2048, dropout: float = 0.1,"
            + " activation: any = 'relu', layer_norm_eps: float = 1e-05, batch_first: bool = false,"
            + " norm_first: bool = false, bias: bool = true" + Weights.OPTIONS;

    private static final String WHOLE = "src: tensor, tgt: tensor, src_mask: tensor = none, tgt_mask: tensor = none,"
            + " memory_mask: tensor = none, src_key_padding_mask: tensor = none,"
            + " tgt_key_padding_mask: tensor = none, memory_key_padding_mask: tensor = none,"
            + " src_is_causal: bool = false, tgt_is_causal: bool = false, memory_is_causal: bool = false";

    private Transformer() {}

    /** The layers, whose activations are ops of {@code table}. */
    public static Family family(OpTable table) {
        Family family = new Family("transformers");
        family.define("transformer_encoder_layer(d_model: int, nhead: int" + LAYER)
                .doc("A layer of self-attention and two linear layers, each added to its input and normalised: called"
                        + " with src and maybe src_mask, src_key_padding_mask and is_causal. activation is \"relu\","
                        + " \"gelu\" or a function; in bool masks true means left out.")
                .example("transformer_encoder_layer(4, 2, 8).eval()(ones(3, 1, 4)).shape", "(3, 1, 4)")
                .is(args -> TransformerLayer.encoder(args, activation(args, table)));
        family.define("transformer_decoder_layer(d_model: int, nhead: int" + LAYER)
                .doc("A layer of self-attention, attention to an encoder's output, and two linear layers, each added to"
                        + " its input and normalised: called with tgt, memory and maybe tgt_mask, memory_mask,"
                        + " tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal and memory_is_causal.")
                .example("transformer_decoder_layer(4, 2, 8).eval()(ones(3, 1, 4), ones(5, 1, 4)).shape", "(3, 1, 4)")
                .is(args -> TransformerLayer.decoder(args, activation(args, table)));
        family.define("transformer_encoder(encoder_layer: any, num_layers: int, norm: any = none)")
                .doc("num_layers copies of a transformer_encoder_layer one after the other, then norm: called with src"
                        + " and maybe mask, src_key_padding_mask and is_causal. The copies start with the same"
                        + " weights, as in PyTorch.")
                .example(
                        "transformer_encoder(transformer_encoder_layer(4, 2, 8), 2).eval()(ones(3, 1, 4)).shape",
                        "(3, 1, 4)")
                .is(TransformerStack::encoder);
        family.define("transformer_decoder(decoder_layer: any, num_layers: int, norm: any = none)")
                .doc("num_layers copies of a transformer_decoder_layer one after the other, then norm: called as one of"
                        + " them is.")
                .example(
                        "transformer_decoder(transformer_decoder_layer(4, 2, 8), 2).eval()(ones(3, 1, 4), ones(5, 1,"
                                + " 4)).shape",
                        "(3, 1, 4)")
                .is(TransformerStack::decoder);
        family.define("transformer(d_model: int = 512, nhead: int = 8, num_encoder_layers: int = 6,"
                        + " num_decoder_layers: int = 6" + LAYER)
                .doc("An encoder and a decoder with a layer_norm behind each: called with src, tgt and maybe masks by"
                        + " name, such as tgt_mask or tgt_is_causal=true.")
                .example(
                        "transformer(4, 2, 1, 1, 8).eval()(ones(5, 1, 4), ones(3, 1, 4), tgt_is_causal=true).shape",
                        "(3, 1, 4)")
                .is(args -> whole(args, activation(args, table)));
        family.define("generate_square_subsequent_mask(sz: int)")
                .doc("A mask that keeps each step from those after it: 0 up to the diagonal, -inf above.")
                .example("generate_square_subsequent_mask(2)", "tensor([[0., -inf],\n        [0., 0.]])")
                .is(Transformer::causalMask);
        return family;
    }

    private static Callable activation(Args args, OpTable table) {
        return switch (args.get("activation")) {
            case Callable f -> f;
            case String s when s.equals("relu") -> table.get("relu");
            case String s when s.equals("gelu") -> table.get("gelu");
            case Object other ->
                throw new TnsException(
                                ErrorKind.VALUE,
                                args.name() + ": activation must be a function, \"relu\" or \"gelu\", found "
                                        + TypeName.describe(other))
                        .help("activation=gelu");
        };
    }

    /** PyTorch makes one layer of each kind, copies them, and then draws every matrix anew. */
    private static Object whole(Args args, Callable activation) {
        Layer encoder = TransformerStack.encoder(
                TransformerLayer.encoder(args, activation),
                args.integer("num_encoder_layers"),
                TransformerLayer.norm(args, activation));
        Layer decoder = TransformerStack.decoder(
                TransformerLayer.decoder(args, activation),
                args.integer("num_decoder_layers"),
                TransformerLayer.norm(args, activation));
        Layer transformer = new Layer("transformer", "", WHOLE, TransformerStack::whole);
        transformer.with("encoder", encoder).with("decoder", decoder);
        Weights weights = new Weights(args);
        transformer.namedParameters().values().forEach(p -> {
            Shape shape = p.look().shape();
            if (shape.rank() > 1) {
                p.set(weights.xavier(shape.size(0), shape.size(1)).value().detach());
            }
        });
        return transformer;
    }

    private static Object causalMask(Args args) {
        Shape shape = Shape.of(args.integer("sz"), args.integer("sz"));
        double[] mask = new double[shape.elements()];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % shape.size(1) > i / shape.size(1) ? Double.NEGATIVE_INFINITY : 0;
        }
        Tensor made = Tensor.upload(args.context().device(), DType.FLOAT64, shape, mask);
        return Casts.to(made, args.context().defaultDType());
    }
}
