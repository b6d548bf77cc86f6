package tns.nn;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.nn.ModuleState.Place;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Context;
import tns.op.Family;
import tns.op.Method;
import tns.op.None;
import tns.op.Pointwise;
import tns.op.ShapeOps;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * A model with the averages of another one's weights over its training, with PyTorch's names: {@code n_averaged} and
 * {@code module}, which has the same parts.
 *
 * <p>Only weights are held twice. A call lends them to the model itself, which computes, without gradients, and has its own
 * back afterwards: so it may be written in the language, whose functions see their model and nothing else.
 */
final class AveragedModel extends Module {
    private static final String COUNT = "n_averaged";

    /** From one value towards another, by a part of the way. */
    private static final Pointwise TOWARDS = new Pointwise(
            "towards",
            3,
            Pointwise.Result.SAME,
            Expr.input(0).add(Expr.input(2).mul(Expr.input(1).sub(Expr.input(0)))));

    private static final Pointwise BLEND = new Pointwise(
            "blend",
            4,
            Pointwise.Result.SAME,
            Expr.input(0).mul(Expr.input(2)).add(Expr.input(1).mul(Expr.input(3))));

    private final Module model;
    private final Module average;
    private final Object decay;
    private final boolean useBuffers;
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final Method update;

    private AveragedModel(Args args, Module model) {
        this.model = model;
        this.decay = args.get("decay");
        this.useBuffers = args.flag("use_buffers");
        this.average = mirrored(model, new IdentityHashMap<>());
        field(COUNT, Tensor.scalar(args.context().device(), DType.INT64, 0));
        fields.put("module", average);
        this.update = Method.of("update_parameters(model: any)", given -> {
            update(given);
            return None.NONE;
        });
    }

    static void define(Family family) {
        family.define("averaged_model(model: any, decay: any = none, use_buffers: bool = false)")
                .doc("A model that holds averages of another one's parameters: update_parameters(net) takes in those"
                        + " it has then, all alike, or with decay as decay * average + (1 - decay) * new. Buffers are"
                        + " those of the last update, or averages too with use_buffers. A call computes as the model"
                        + " does, with the averages and without gradients.")
                .example(
                        "net = linear(1, 1, bias=false); avg = averaged_model(net); net.weight.set([[1.]]);"
                                + " avg.update_parameters(net); net.weight.set([[4.]]); avg.update_parameters(net);"
                                + " avg([2.])",
                        "tensor([5.])")
                .is(AveragedModel::make);
    }

    private static Object make(Args args) {
        if (!(args.get("model") instanceof Module model)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "averaged_model: expected a model or a layer, found "
                                    + TypeName.describe(args.get("model")))
                    .argument(0);
        }
        Object decay = args.get("decay");
        if (decay != None.NONE && !(decay instanceof Number n && n.doubleValue() >= 0 && n.doubleValue() <= 1)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "averaged_model: decay must lie between 0 and 1, found " + tns.op.Display.quoted(decay))
                    .help("0.999 averages over the last 1000 updates or so, none over all of them alike");
        }
        return new AveragedModel(args, model);
    }

    /** A module of the same parts with parameters of its own, which start at the same values. */
    private static Module mirrored(Module module, Map<Object, Object> done) {
        Layer mirror = new Layer(module.typeName(), module.settings(), "*x: any", (self, in) -> {
            throw new TnsException(ErrorKind.VALUE, "averaged_model: module holds the weights and computes nothing")
                    .help("call the averaged model itself");
        });
        done.put(module, mirror);
        mirror.setTraining(module.training());
        module.fields().forEach((name, value) -> mirror.with(name, mirrored(value, done)));
        return mirror;
    }

    private static Object mirrored(Object value, Map<Object, Object> done) {
        return switch (value) {
            case Module m -> done.get(m) instanceof Module known ? known : mirrored(m, done);
            case Param p ->
                done.computeIfAbsent(p, key -> {
                    Param copy = new Param(p.value().detach());
                    copy.requiresGrad(p.requiresGrad());
                    return copy;
                });
            case Tuple t ->
                Tuple.of(t.items().stream().map(item -> mirrored(item, done)).toArray());
            default -> value;
        };
    }

    @Override
    public String typeName() {
        return "averaged_model";
    }

    @Override
    public Map<String, Object> fields() {
        return fields;
    }

    @Override
    protected void field(String name, Object value) {
        fields.put(name, value instanceof Tensor t ? t.share() : value);
    }

    @Override
    public @Nullable Object member(String name) {
        return name.equals(update.name()) ? update : super.member(name);
    }

    @Override
    public Collection<String> memberNames() {
        Collection<String> names = super.memberNames();
        names.add(update.name());
        return names;
    }

    private void update(Args args) {
        args.context().refuseWhileRecording("weights are averaged");
        if (!(args.get("model") instanceof Module model)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "update_parameters: expected a model, found " + TypeName.describe(args.get("model")))
                    .help("avg.update_parameters(net)");
        }
        Map<String, Place> given = ModuleState.places(model);
        Map<String, Place> olds = ModuleState.places(average);
        Map<String, Tensor> news = new LinkedHashMap<>();
        olds.forEach((name, old) -> news.put(name, alike(name, old.tensor(), given.get(name))));
        double done = fields.get(COUNT) instanceof Tensor t && t.item() instanceof Number n ? n.doubleValue() : 0;
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        news.forEach((name, found) -> {
            if (olds.get(name) instanceof Place old && seen.add(old.content())) {
                Tensor now = old.tensor();
                Tensor next = Casts.to(ShapeOps.onDevice(found, now.device()), now.dtype());
                boolean taken = done == 0 || !useBuffers && !(old.content() instanceof Param);
                old.set(taken ? Casts.duplicate(next) : averaged(now, next, done));
            }
        });
        field(COUNT, Tensor.scalar(args.context().device(), DType.INT64, done + 1));
    }

    private static Tensor alike(String name, Tensor old, @Nullable Place next) {
        if (next == null || !next.tensor().shape().equals(old.shape())) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "update_parameters: " + name + " has shape " + old.shape() + " in the average, "
                                    + (next == null
                                            ? "and is missing"
                                            : next.tensor().shape()) + " in the model")
                    .help("give it the model that the averages were begun with, or one made alike");
        }
        return next.tensor();
    }

    /** Ints are averaged in float32 and lose what is behind the point, as in PyTorch. */
    private Tensor averaged(Tensor now, Tensor next, double done) {
        if (!now.dtype().isFloat()) {
            Tensor wide = averaged(Casts.to(now, DType.FLOAT32), Casts.to(next, DType.FLOAT32), done);
            return Casts.to(wide, now.dtype());
        }
        if (decay instanceof Number kept) {
            double part = kept.doubleValue();
            return BLEND.apply(now, next, scalar(now, part), scalar(now, 1 - part));
        }
        return TOWARDS.apply(now, next, scalar(now, 1 / (done + 1)));
    }

    private static Tensor scalar(Tensor like, double value) {
        return Tensor.scalar(like.device(), like.dtype(), value);
    }

    /** Computes as the model does while it holds the averages; running means that change then are those here. */
    @Override
    public Object forward(Context context, Object[] positional, Map<String, Object> named) {
        context.refuseWhileRecording("averaged weights are used");
        Map<String, Tensor> own = new LinkedHashMap<>();
        Map<String, Place> lent = ModuleState.places(average);
        ModuleState.places(model).forEach((name, place) -> own.put(name, place.tensor()));
        Map<String, Module> parts = model.namedModules();
        Map<String, Boolean> modes = new LinkedHashMap<>();
        parts.forEach((name, part) -> modes.put(name, part.training()));
        Map<String, Module> mirrors = average.namedModules();
        parts.forEach((name, part) -> {
            part.setTraining(mirrors.getOrDefault(name, average).training());
            exchangeMomentum(part, mirrors.get(name));
        });
        try {
            ModuleState.places(model).forEach((name, place) -> {
                if (lent.get(name) instanceof Place from) {
                    place.set(from.tensor());
                }
            });
            return GradMode.without(() -> model.call(context, positional, named));
        } finally {
            ModuleState.places(model).forEach((name, place) -> {
                if (!(place.content() instanceof Param) && lent.get(name) instanceof Place to) {
                    to.set(place.tensor());
                }
                if (own.get(name) instanceof Tensor before) {
                    place.set(before);
                }
            });
            modes.forEach((name, mode) -> {
                if (parts.get(name) instanceof Module part) {
                    part.setTraining(mode);
                    exchangeMomentum(part, mirrors.get(name));
                }
            });
        }
    }

    /** Gives normalisations each other's momentum, which {@code update_bn} sets for a while. */
    private static void exchangeMomentum(Module one, @Nullable Module other) {
        if (one instanceof Layer a
                && other instanceof Layer b
                && a.fields().get(Norms.MOMENTUM) instanceof Object ofA
                && b.fields().get(Norms.MOMENTUM) instanceof Object ofB) {
            a.field(Norms.MOMENTUM, ofB);
            b.field(Norms.MOMENTUM, ofA);
        }
    }
}
