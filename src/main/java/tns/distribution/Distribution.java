package tns.distribution;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Display;
import tns.op.Family;
import tns.op.Members;
import tns.op.Method;
import tns.op.Op;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * A probability distribution, or a whole batch of them where its parameters are tensors: parameters by name, samples and
 * log probabilities, and what else its maker declares: numbers such as the mean, and functions such as cdf.
 */
abstract class Distribution implements Members, TypeName.Typed {
    private static final Pointwise PROBABILITY = new Family("distributions")
            .pointwise("icdf(p)")
            .floating()
            .is(p -> Expr.select(p.ge(Expr.ZERO).and(p.le(Expr.constant(1.0))), p, Expr.constant(Double.NaN)));

    private final String name;
    private final Shape batch;
    private final Shape event;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Method> methods = new LinkedHashMap<>();
    private final Map<String, Supplier<?>> properties = new LinkedHashMap<>();

    private @Nullable Supplier<Tensor> entropy;

    /** A distribution of numbers; {@code batch} is the shape of its parameters, and of one sample. */
    Distribution(String name, Shape batch) {
        this(name, batch, Shape.SCALAR);
    }

    /**
     * @param batch the shape of the independent distributions in it
     * @param event the shape of what each of them draws; a sample is of both shapes
     */
    Distribution(String name, Shape batch, Shape event) {
        this.name = name;
        this.batch = batch;
        this.event = event;
        method("sample(*sample_shape: ints)", args -> drawn(args).detach());
        ofValue("log_prob", this::logProbability);
        properties.put("batch_shape", () -> Tuple.ofInts(batch.toArray()));
        properties.put("event_shape", () -> Tuple.ofInts(event.toArray()));
    }

    /** Declares a parameter it was made with. */
    final void parameter(String key, Tensor value) {
        parameters.put(key, value);
        property(key, () -> value);
    }

    /** Declares a number it has, such as its mean, computed when asked for. */
    final void property(String key, Supplier<Tensor> value) {
        properties.put(key, value);
    }

    /** Declares its variance, and the root of it. */
    final void variance(Supplier<Tensor> variance) {
        property("variance", variance);
        property("stddev", () -> Arithmetic.SQRT.apply(variance.get()));
    }

    /** Declares that gradients flow from {@link #drawn draws} to the parameters. */
    final void rsample() {
        method("rsample(*sample_shape: ints)", this::drawn);
    }

    /** Declares its entropy. */
    final void entropy(Supplier<Tensor> entropy) {
        this.entropy = entropy;
        method("entropy()", args -> entropy.get());
    }

    /** Declares the probability of values up to one. */
    final void cdf(UnaryOperator<Tensor> below) {
        ofValue("cdf", below);
    }

    /** Declares the inverse of cdf; it gives NaN for what is no probability. */
    final void icdf(UnaryOperator<Tensor> quantile) {
        ofValue("icdf", p -> quantile.apply(PROBABILITY.apply(p)));
    }

    /** Declares for {@code outer}, whose events have {@code dims} dims of this batch, what it has of this one. */
    final void passOn(Independent outer, int dims) {
        for (String key : List.of("mean", "variance", "stddev")) {
            Supplier<?> moment = properties.get(key);
            if (moment != null) {
                ((Distribution) outer).properties.put(key, moment);
            }
        }
        if (methods.containsKey("rsample")) {
            outer.rsample();
        }
        Supplier<Tensor> each = entropy;
        if (each != null) {
            outer.entropy(() -> Independent.sum(each.get(), dims));
        }
    }

    private void ofValue(String key, UnaryOperator<Tensor> function) {
        method(key + "(value: tensor)", args -> function.apply(args.tensor("value")));
    }

    private void method(String signature, Op.Body body) {
        Method method = Method.of(signature, body);
        methods.put(method.name(), method);
    }

    /** Draws of {@code shape}, which ends in that of one sample; tracked where it has {@link #rsample}. */
    abstract Tensor drawn(Context context, Shape shape);

    /** The log of the probability, or of its density, at {@code x}. */
    abstract Tensor logProbability(Tensor x);

    /** The Kullback-Leibler divergence from {@code q}, or null when no closed form is known for the two. */
    @Nullable
    Tensor divergence(Distribution q) {
        return null;
    }

    final String name() {
        return name;
    }

    final Shape batch() {
        return batch;
    }

    final Shape event() {
        return event;
    }

    private Tensor drawn(Args args) {
        Shape samples = Shape.of(args.ints("sample_shape"));
        return drawn(args.context(), samples.concat(batch).concat(event));
    }

    static Tensor times(Tensor x, double factor) {
        return factor == 1 ? x : Arithmetic.MUL.apply(x, Reductions.scalar(x, factor));
    }

    /** The least positive number of full precision: PyTorch keeps draws that must not be 0 at or above it. */
    static double leastNormal(DType dtype) {
        return dtype == DType.FLOAT64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    }

    @Override
    public final @Nullable Object member(String key) {
        Supplier<?> property = properties.get(key);
        return property == null ? methods.get(key) : property.get();
    }

    @Override
    public final Collection<String> memberNames() {
        List<String> names = new ArrayList<>(methods.keySet());
        names.addAll(properties.keySet());
        return names;
    }

    @Override
    public final String typeName() {
        return name;
    }

    @Override
    public String toString() {
        List<String> shown = new ArrayList<>();
        parameters.forEach((key, value) ->
                shown.add(key + "=" + (value.rank() == 0 ? Display.text(value.detach()) : value.describe())));
        return name + "(" + String.join(", ", shown) + ")";
    }
}
