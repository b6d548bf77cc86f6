package tns.lang;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Names that people bring from Python, NumPy and other languages, and what tns has instead. */
final class ForeignNames {
    private static final String READERS = "read_csv(path) gives the columns, read_csv(path, dtype=float32) one tensor";
    private static final String PICTURES = "read_image(path) and write_image(x, path) here";

    private static final String NARROW =
            "with autocast(bfloat16) { … } multiplies narrow factors; tensors stay float32";

    private static final Map<String, String> HELP = Map.ofEntries(
            Map.entry("None", "it is none here"),
            Map.entry("null", "it is none here"),
            Map.entry("nil", "it is none here"),
            Map.entry("NULL", "it is none here"),
            Map.entry("undefined", "it is none here"),
            Map.entry("True", "it is true here"),
            Map.entry("False", "it is false here"),
            Map.entry("NaN", "it is nan here"),
            Map.entry("Infinity", "it is inf here"),
            Map.entry("np", "functions stand alone here: zeros(3), not np.zeros(3)"),
            Map.entry("numpy", "functions stand alone here: zeros(3), not numpy.zeros(3)"),
            Map.entry("torch", "functions stand alone here: zeros(3), not torch.zeros(3)"),
            Map.entry("nn", "layers stand alone here and in lower case: linear(20, 10), not nn.Linear(20, 10)"),
            Map.entry(
                    "init", "initialisers stand alone here: kaiming_uniform(net.weight), not init.kaiming_uniform_(…)"),
            Map.entry("F", "functions stand alone here: relu(x), not F.relu(x)"),
            Map.entry("math", "functions stand alone here: sqrt(2.0), not math.sqrt(2.0)"),
            Map.entry("plt", "plot(x, y) makes a figure here"),
            Map.entry("Linear", "layers are in lower case here: linear(20, 10)"),
            Map.entry("Adam", "optimisers are in lower case here: adam(params, lr=0.01)"),
            Map.entry("SGD", "optimisers are in lower case here: sgd(params, lr=0.01)"),
            Map.entry("DataLoader", "for xb, yb in batches(x, y, 32, shuffle=true) { … } goes over tensors"),
            Map.entry("TensorDataset", "batches(x, y, 32) and random_split((x, y), (0.8, 0.2)) take the tensors"),
            Map.entry("StandardScaler", "x, mean, std = standardize(x); then (new - mean) / std"),
            Map.entry("Normal", "normal_distribution(loc, scale) here"),
            Map.entry("Bernoulli", "bernoulli_distribution(probs) here, or bernoulli_distribution(logits=x)"),
            Map.entry("Categorical", "categorical_distribution(probs) here, or categorical_distribution(logits=x)"),
            Map.entry("Uniform", "uniform_distribution(low, high) here"),
            Map.entry("Exponential", "exponential_distribution(rate) here"),
            Map.entry("Laplace", "laplace_distribution(loc, scale) here"),
            Map.entry("Poisson", "poisson_distribution(rate) here"),
            Map.entry("Binomial", "binomial_distribution(total_count, probs) here"),
            Map.entry("Gamma", "gamma_distribution(concentration, rate) here"),
            Map.entry("Beta", "beta_distribution(concentration1, concentration0) here"),
            Map.entry("Dirichlet", "dirichlet_distribution(concentration) here"),
            Map.entry("MultivariateNormal", "multivariate_normal_distribution(loc, covariance) here"),
            Map.entry("distributions", "normal_distribution(loc, scale) and its like stand alone here"),
            Map.entry("array", "[1, 2] is a tensor; tensor(x) makes one of a tuple or list"),
            Map.entry("ndarray", "[1, 2] is a tensor; tensor(x) makes one of a tuple or list"),
            Map.entry("concatenate", "it is cat((a, b), dim=0) here"),
            Map.entry("astype", "it is x.to(float64) here, or x.float()"),
            Map.entry("dict", "{name: value} is a record"),
            Map.entry("isinstance", "type(x) == \"tensor\" tells a value's type"),
            Map.entry("pass", "an empty block is { }"),
            Map.entry("println", "it is print here"),
            Map.entry("printf", "print(\"{x:.2f}\") formats"),
            Map.entry("pd", READERS),
            Map.entry("pandas", READERS),
            Map.entry("loadtxt", READERS),
            Map.entry("genfromtxt", READERS),
            Map.entry("savetxt", "save(x, \"x.npy\"), or write_text(path, text)"),
            Map.entry("savez", "save({a: x, b: y}, \"data.npz\"): the value first, then the path"),
            Map.entry("savez_compressed", "save({a: x, b: y}, \"data.npz\"): the value first, then the path"),
            Map.entry("fromfile", "load(path) for .npy, .npz and .safetensors files, read_idx(path) for MNIST's"),
            Map.entry("tofile", "save(x, \"x.npy\") writes a tensor"),
            Map.entry("load_file", "load(\"net.safetensors\"), or load(net, \"net.safetensors\")"),
            Map.entry("save_file", "save(net, \"net.safetensors\"): the value first, then the path"),
            Map.entry("safetensors", "save(net, \"net.safetensors\") and load(net, \"net.safetensors\") are built in"),
            Map.entry("pickle", "save(x, \"x.safetensors\") and load(\"x.safetensors\") keep any value"),
            Map.entry("json", "save(x, \"x.safetensors\") and load(\"x.safetensors\") keep any value"),
            Map.entry("Image", PICTURES),
            Map.entry("imread", PICTURES),
            Map.entry("imsave", PICTURES),
            Map.entry("os", "exists(path), read_text(path) and write_text(path, text) here"),
            Map.entry("open", "read_text(path) and write_text(path, text) here"),
            Map.entry("exit", "a script ends at its end; error(\"…\") stops it early"),
            Map.entry("quit", "a script ends at its end; error(\"…\") stops it early"),
            Map.entry("float16", NARROW),
            Map.entry("half", NARROW),
            Map.entry("GradScaler", "autocast(bfloat16) needs no scaled loss: bfloat16 reaches as far as float32"),
            Map.entry("elif", "it is else if here"),
            Map.entry("self", "a model's methods see its fields by name; self exists inside a model only"));

    /** The same for what stands after a dot. */
    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("numpy", "print, plot and save take a tensor as it is; tolist() gives plain numbers"),
            Map.entry("cuda", "x.to(cuda) moves a tensor or a model"),
            Map.entry("bfloat16", NARROW),
            Map.entry("data", "x.detach() is the value without its history"),
            Map.entry("requires_grad_", "param(x) makes a parameter of x"),
            Map.entry(
                    "zero_",
                    "p.grad = none, or optimizer.zero_grad(), clears a gradient; zeros_like(x) is a new tensor"),
            Map.entry("copy_", "p.set(x) changes a parameter; y = x is a copy of any other value"),
            Map.entry("append", "list() grows; cat((a, b)) joins tensors, tuples join by +"),
            Map.entry("__class__", "type(x) tells a value's type"),
            Map.entry("fit", "for epoch in 0..n { … } with backward and an optimiser trains"));

    /** Functions of Python's libraries that are another call here. */
    private static final Map<String, String> CALLS = Map.of(
            "distributions.Normal", "normal_distribution(loc, scale) here",
            "torch.save", "save(net, \"net.safetensors\") here",
            "torch.load", "load(net, \"net.safetensors\"), or load(\"net.safetensors\") for the tensors alone",
            "plt.imread", PICTURES,
            "plt.savefig", "save(plot(x, y), \"figure.png\") here");

    private static final Set<String> LIBRARIES =
            Set.of("np", "numpy", "torch", "nn", "init", "F", "math", "pd", "pandas");

    private ForeignNames() {}

    /** What to write instead of {@code library.name(…)}, or null. */
    static @Nullable String libraryHelp(String library, String name, Predicate<String> isFunction) {
        String call = CALLS.get(library + "." + name);
        if (call != null || !LIBRARIES.contains(library)) {
            return call;
        }
        String known = HELP.get(name);
        if (known != null) {
            return known;
        }
        String lower = name.toLowerCase(Locale.ROOT);
        return isFunction.test(lower)
                ? "functions stand alone here: " + lower + "(…), not " + library + "." + name + "(…)"
                : null;
    }

    /** What to write instead of {@code name}, or null. */
    static @Nullable String help(String name) {
        return HELP.get(name);
    }

    /** What to write instead of {@code x.name}, or null; PyTorch's {@code add_} and so on change their tensor. */
    static @Nullable String memberHelp(String name, Predicate<String> isFunction) {
        String known = MEMBERS.containsKey(name) ? MEMBERS.get(name) : HELP.get(name);
        String plain = name.replaceFirst("_$", "");
        return known == null && !plain.equals(name) && isFunction.test(plain)
                ? "tensors do not change in place: x = x." + plain + "(…)"
                : known;
    }
}
