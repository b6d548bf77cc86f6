package tns.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Context;
import tns.op.Tuple;
import tns.op.TypeName;

/** Encoders and decoders: copies of one layer one after the other, and the transformer made of both. */
final class TransformerStack {
    private static final String ENCODER_INPUTS =
            "src: tensor, mask: tensor = none, src_key_padding_mask: tensor = none, is_causal: bool = false";

    private TransformerStack() {}

    static Layer encoder(Args args) {
        Layer layer = layer(args, "encoder_layer", TransformerLayer.ENCODER);
        return encoder(layer, args.integer("num_layers"), norm(args));
    }

    static Layer decoder(Args args) {
        Layer layer = layer(args, "decoder_layer", TransformerLayer.DECODER);
        return decoder(layer, args.integer("num_layers"), norm(args));
    }

    static Layer encoder(Layer layer, int count, @Nullable Module norm) {
        Layer stack = new Layer("transformer_encoder", "", ENCODER_INPUTS, (self, in) -> {
            Map<String, Object> options = new LinkedHashMap<>();
            options.put("src_mask", in.get("mask"));
            options.put("src_key_padding_mask", in.get("src_key_padding_mask"));
            options.put("is_causal", in.get("is_causal"));
            return run(self, in.context(), new Object[] {in.get("src")}, options);
        });
        return filled(stack, layer, count, norm);
    }

    static Layer decoder(Layer layer, int count, @Nullable Module norm) {
        Layer stack = new Layer("transformer_decoder", "", TransformerLayer.DECODER_INPUTS, (self, in) -> {
            Map<String, Object> options = in.byName();
            Object[] inputs = {options.remove("tgt"), options.remove("memory")};
            return run(self, in.context(), inputs, options);
        });
        return filled(stack, layer, count, norm);
    }

    /** A transformer: the decoder looks at what the encoder makes of src. */
    static Object whole(Layer self, Args in) {
        Map<String, Object> encoding = new LinkedHashMap<>();
        encoding.put("mask", in.get("src_mask"));
        encoding.put("src_key_padding_mask", in.get("src_key_padding_mask"));
        encoding.put("is_causal", in.get("src_is_causal"));
        Object memory = self.layer("encoder").call(in.context(), new Object[] {in.get("src")}, encoding);
        Map<String, Object> decoding = in.byName();
        decoding.keySet().removeIf(name -> name.startsWith("src"));
        Object[] inputs = {decoding.remove("tgt"), memory};
        return self.layer("decoder").call(in.context(), inputs, decoding);
    }

    private static Layer layer(Args args, String parameter, String type) {
        if (args.get(parameter) instanceof Layer layer && layer.typeName().equals(type)) {
            return layer;
        }
        throw new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": " + parameter + " must be a " + type + ", found "
                                + TypeName.describe(args.get(parameter)))
                .help(args.name() + "(" + type + "(512, 8), 6); layers of your own go in a tuple, called in a loop")
                .argument(0);
    }

    private static @Nullable Module norm(Args args) {
        if (!args.has("norm")) {
            return null;
        }
        if (args.get("norm") instanceof Module norm) {
            return norm;
        }
        throw new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": norm must be a layer, found " + TypeName.describe(args.get("norm")))
                .help("norm=layer_norm(512)")
                .argument(2);
    }

    private static Layer filled(Layer stack, Layer layer, int count, @Nullable Module norm) {
        if (count < 0) {
            throw new TnsException(
                    ErrorKind.VALUE, stack.typeName() + ": the number of layers must not be negative, found " + count);
        }
        List<Object> copies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            copies.add(layer.copy());
        }
        stack.with("layers", Tuple.of(copies));
        return norm == null ? stack : stack.with("norm", norm);
    }

    /** Every layer on what the one before it has made; the inputs after the first are the same for all. */
    private static Object run(Layer self, Context context, Object[] inputs, Map<String, Object> options) {
        Object[] now = inputs.clone();
        if (self.fields().get("layers") instanceof Tuple layers) {
            for (Object layer : layers) {
                now[0] = ((Module) layer).call(context, now.clone(), options);
            }
        }
        return self.fields().get("norm") instanceof Module norm
                ? norm.call(context, new Object[] {now[0]}, Map.of())
                : now[0];
    }
}
