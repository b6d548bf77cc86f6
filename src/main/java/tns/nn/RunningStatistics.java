package tns.nn;

import java.util.IdentityHashMap;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Family;
import tns.op.Movement;
import tns.op.None;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.GradMode;
import tns.tensor.Tensor;

/** update_bn: running means and variances anew from all batches of some data, for weights that no batch has gone through. */
final class RunningStatistics {
    private RunningStatistics() {}

    static void define(Family family) {
        family.define("update_bn(loader: any, model: any)")
                .doc("Computes the running means and variances of all normalisations in a model anew, as the means over"
                        + " the batches of loader: for an averaged_model, whose weights no batch has gone through. Of a"
                        + " batch that is a tuple the first part is the input.")
                .example(
                        "net = batch_norm(1, affine=false); update_bn(([[1.], [3.]], [[3.], [5.]]), net);"
                                + " net.running_mean",
                        "tensor([3.])")
                .is(RunningStatistics::update);
    }

    private static Object update(Args args) {
        if (!(args.get("model") instanceof Module model)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "update_bn: expected a model, found " + TypeName.describe(args.get("model")))
                    .help("update_bn(batches(x, y, 32), net)")
                    .argument(1);
        }
        if (!(args.get("loader") instanceof Iterable<?> batches)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "update_bn: expected batches, found " + TypeName.describe(args.get("loader")))
                    .help("update_bn(batches(x, y, 32), net)")
                    .argument(0);
        }
        args.context().refuseWhileRecording("running statistics are computed anew");
        Map<Layer, Object> momenta = new IdentityHashMap<>();
        Map<Module, Boolean> modes = new IdentityHashMap<>();
        for (Module m : model.namedModules().values()) {
            modes.put(m, m.training());
            if (m instanceof Layer layer
                    && layer.fields().containsKey("running_mean")
                    && layer.fields().get(Norms.MOMENTUM) instanceof Object momentum) {
                momenta.put(layer, momentum);
            }
        }
        if (momenta.isEmpty()) {
            return None.NONE;
        }
        momenta.keySet().forEach(RunningStatistics::restart);
        modes.keySet().forEach(m -> m.setTraining(true));
        try {
            for (Object batch : batches) {
                Object input = batch instanceof Tuple parts && parts.size() > 0 ? parts.get(0) : batch;
                GradMode.without(() -> model.call(args.context(), input));
            }
        } finally {
            momenta.forEach((layer, momentum) -> layer.field(Norms.MOMENTUM, momentum));
            modes.forEach(Module::setTraining);
        }
        return None.NONE;
    }

    /** As if no batch had gone through, and every one counted the same from now on. */
    private static void restart(Layer layer) {
        layer.field(Norms.MOMENTUM, None.NONE);
        fill(layer, "running_mean", 0);
        fill(layer, "running_var", 1);
        fill(layer, "num_batches_tracked", 0);
    }

    private static void fill(Layer layer, String name, long value) {
        Tensor now = layer.tensor(name);
        layer.field(
                name, Casts.duplicate(Movement.expand(Tensor.scalar(now.device(), now.dtype(), value), now.shape())));
    }
}
