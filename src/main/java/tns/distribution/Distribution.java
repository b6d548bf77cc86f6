package tns.distribution;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tns.op.Args;
import tns.op.Context;
import tns.op.Display;
import tns.op.Members;
import tns.op.Method;
import tns.op.TypeName;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * A probability distribution, or a whole batch of them where its parameters are tensors: parameters by name, samples and
 * log probabilities.
 */
abstract class Distribution implements Members, TypeName.Typed {
    private static final List<String> METHODS = List.of("sample", "rsample", "log_prob", "cdf", "entropy");

    private final String name;
    private final Shape batch;
    private final Map<String, Supplier<Tensor>> properties = new LinkedHashMap<>();
    private final List<String> parameters = new ArrayList<>();

    /** @param batch the shape of the parameters, and of one sample */
    Distribution(String name, Shape batch) {
        this.name = name;
        this.batch = batch;
    }

    /** Declares a parameter it was made with. */
    final void parameter(String key, Tensor value) {
        parameters.add(key);
        properties.put(key, () -> value);
    }

    /** Declares a number it has, such as its mean, computed when asked for. */
    final void property(String key, Supplier<Tensor> value) {
        properties.put(key, value);
    }

    /** Draws of {@code shape}, which ends in the batch; tracked where {@link #followsGradients}. */
    abstract Tensor drawn(Context context, Shape shape);

    /** Whether gradients flow from samples to the parameters: then it has rsample. */
    boolean followsGradients() {
        return false;
    }

    /** The log of the probability, or of its density, at {@code x}. */
    abstract Tensor logProbability(Tensor x);

    abstract Tensor entropy();

    /** Whether {@link #below} is known: then it has cdf. */
    boolean knowsBelow() {
        return false;
    }

    /** The probability of values up to {@code x}. */
    Tensor below(Tensor x) {
        throw new IllegalStateException(name + " has no cdf");
    }

    final Tensor value(String key) {
        return properties
                .getOrDefault(key, () -> {
                    throw new IllegalStateException(name + " has no " + key);
                })
                .get();
    }

    final Shape batch() {
        return batch;
    }

    private Tensor drawn(Args args) {
        return drawn(args.context(), Shape.of(args.ints("sample_shape")).concat(batch));
    }

    private boolean has(String method) {
        return switch (method) {
            case "rsample" -> followsGradients();
            case "cdf" -> knowsBelow();
            default -> METHODS.contains(method);
        };
    }

    @Override
    public final @Nullable Object member(String key) {
        if (!has(key)) {
            Supplier<Tensor> property = properties.get(key);
            return property == null ? null : property.get();
        }
        return switch (key) {
            case "sample" ->
                Method.of("sample(*sample_shape: ints)", args -> drawn(args).detach());
            case "rsample" -> Method.of("rsample(*sample_shape: ints)", this::drawn);
            case "log_prob" -> Method.of("log_prob(value: tensor)", args -> logProbability(args.tensor("value")));
            case "cdf" -> Method.of("cdf(value: tensor)", args -> below(args.tensor("value")));
            default -> Method.of("entropy()", args -> entropy());
        };
    }

    @Override
    public final Collection<String> memberNames() {
        List<String> names = new ArrayList<>(METHODS.stream().filter(this::has).toList());
        names.addAll(properties.keySet());
        return names;
    }

    @Override
    public final String typeName() {
        return name;
    }

    @Override
    public final String toString() {
        List<String> shown = new ArrayList<>();
        for (String key : parameters) {
            Tensor value = value(key);
            shown.add(key + "=" + (value.rank() == 0 ? Display.text(value.detach()) : value.describe()));
        }
        return name + "(" + String.join(", ", shown) + ")";
    }
}
