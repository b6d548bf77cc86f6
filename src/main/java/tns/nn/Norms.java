package tns.nn;

import java.util.HashMap;
import java.util.Map;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.ChannelNorms;
import tns.op.Form;
import tns.op.None;
import tns.op.Op;
import tns.op.OpTable;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** Normalisations as layers, with their weights and running statistics, and prelu, which has a weight too. */
public final class Norms {
    private static final String FEATURES = "(num_features: int, eps: float = 1e-05, momentum: any = 0.1, ";

    /** The field that says how far running statistics go towards those of a batch; none for the mean of all batches. */
    static final String MOMENTUM = "momentum";

    private Norms() {}

    /** Lets the normalisations of {@code table} make layers. */
    public static void define(OpTable table) {
        Op batch = table.get("batch_norm");
        table.replace(batch.making(
                "batch_norm" + FEATURES + "affine: bool = true, track_running_stats: bool = true" + Weights.OPTIONS,
                args -> running(batch, args, ChannelNorms::batchNorm, "training"),
                "From the number of channels: the layer, which net.train() and net.eval() switch."));
        Op instance = table.get("instance_norm");
        table.replace(instance.making(
                "instance_norm" + FEATURES + "affine: bool = false, track_running_stats: bool = false"
                        + Weights.OPTIONS,
                args -> running(instance, args, ChannelNorms::instanceNorm, "use_input_stats"),
                "From the number of channels: the layer."));
        Op group = table.get("group_norm");
        table.replace(group.making(
                "group_norm(num_groups: int, num_channels: int, eps: float = 1e-05, affine: bool = true"
                        + Weights.OPTIONS,
                args -> {
                    Layer layer =
                            function(group, args, Map.of("num_groups", args.get("num_groups"), "eps", args.get("eps")));
                    return args.flag("affine") ? affine(layer, args, args.integer("num_channels")) : layer;
                },
                "From the numbers of groups and channels: the layer, with weight 1 and bias 0."));
        Op rms = table.get("rms_norm");
        table.replace(rms.making(
                "rms_norm(normalized_shape: ints, eps: float = none, elementwise_affine: bool = true" + Weights.OPTIONS,
                args -> {
                    int[] shape = args.ints("normalized_shape");
                    Layer layer = function(rms, args, Map.of("normalized_shape", shape, "eps", args.get("eps")));
                    return args.flag("elementwise_affine")
                            ? layer.with("weight", new Weights(args).filled(1, shape))
                            : layer;
                },
                "Without a tensor first: the layer, with weight 1."));
        Op prelu = table.get("prelu");
        table.replace(prelu.making(
                "prelu(num_parameters: int = 1, init: float = 0.25" + Weights.OPTIONS,
                args -> function(prelu, args, Map.of())
                        .with("weight", new Weights(args).filled(args.real("init"), args.integer("num_parameters"))),
                "Without a tensor first: the layer, whose weight starts at 0.25."));
        for (int dims = 1; dims <= 3; dims++) {
            FixedFunction.define(table, "adaptive_avg_pool" + dims + "d", "output_size: any");
            FixedFunction.define(
                    table, "adaptive_max_pool" + dims + "d", "output_size: any, return_indices: bool = false");
        }
        FixedFunction.define(
                table, "local_response_norm", "size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0");
        FixedFunction.define(table, "pixel_shuffle", "upscale_factor: int");
        FixedFunction.define(table, "pixel_unshuffle", "downscale_factor: int");
        FixedFunction.define(table, "cosine_similarity", "dim: int = 1, eps: float = 1e-08");
    }

    /** The layer that calls a function with its own weight and bias and these other arguments. */
    private static Layer function(Op op, Args args, Map<String, Object> fixed) {
        return new Layer(op.name(), args.settings(), (self, in) -> {
            Map<String, Object> all = new HashMap<>(fixed);
            addFields(all, self, "weight", "bias");
            return op.function().call(in.context(), new Object[] {in.tensor("x")}, all);
        });
    }

    private static void addFields(Map<String, Object> arguments, Layer self, String... names) {
        for (String name : names) {
            Tensor t = self.tensorOrNull(name);
            if (t != null) {
                arguments.put(name, t);
            }
        }
    }

    private static Layer affine(Layer layer, Args args, int channels) {
        Weights weights = new Weights(args);
        return layer.with("weight", weights.filled(1, channels)).with("bias", weights.filled(0, channels));
    }

    /** What a normalisation with running statistics computes. */
    private interface Norm {
        ChannelNorms.Result of(Args args);
    }

    private static Layer running(Op op, Args args, Norm norm, String mode) {
        int channels = args.integer("num_features");
        boolean track = args.flag("track_running_stats");
        Form form = new Form(op.signature(), norm::of);
        Layer layer = new Layer(op.name(), args.settings(), (self, in) -> {
            boolean byInput = self.training() || !track;
            Map<String, Object> all = new HashMap<>();
            all.put("eps", args.get("eps"));
            all.put(mode, byInput);
            addFields(all, self, "weight", "bias");
            if (track) {
                addFields(all, self, "running_mean", "running_var");
                Object momentum = self.fields().get(MOMENTUM);
                all.put(MOMENTUM, momentum == None.NONE ? 1 / (batches(self) + 1) : momentum);
            }
            ChannelNorms.Result result =
                    (ChannelNorms.Result) form.call(in.context(), new Object[] {in.tensor("x")}, all);
            if (result.runningMean() != null && result.runningVar() != null) {
                self.replace("running_mean", result.runningMean());
                self.replace("running_var", result.runningVar());
                Tensor batches = self.tensor("num_batches_tracked");
                self.replace("num_batches_tracked", Arithmetic.plus(batches, one(batches)));
            }
            return result.y();
        });
        if (args.flag("affine")) {
            affine(layer, args, channels);
        }
        if (track) {
            Weights weights = new Weights(args);
            layer.with("running_mean", weights.filled(0, channels).value().detach());
            layer.with("running_var", weights.filled(1, channels).value().detach());
            layer.with(MOMENTUM, args.get(MOMENTUM));
            layer.with("num_batches_tracked", Tensor.scalar(args.context().device(), DType.INT64, 0));
        }
        return layer;
    }

    private static double batches(Layer self) {
        return ((Number) self.tensor("num_batches_tracked").item()).doubleValue();
    }

    private static Tensor one(Tensor like) {
        return Tensor.scalar(like.device(), like.dtype(), 1);
    }
}
