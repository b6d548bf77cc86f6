package tns.selftest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tns.Interpreter;
import tns.error.ScriptException;
import tns.nn.Module;
import tns.op.Display;
import tns.op.ShapeOps;
import tns.op.Tuple;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * PyTorch's answers as cases to be tried: values and gradients of ops, random draws, texts, and programs that must be
 * refused. Where the language decides otherwise than PyTorch, {@code otherwise.txt} gives the text of its own answer.
 */
public final class Conformance {
    /** The files of cases that come with tns. */
    public static final List<String> FILES = List.of("ops.jsonl", "printing.jsonl", "rng.jsonl", "errors.jsonl");

    private static final Pattern CALLED =
            Pattern.compile("(?<![.\\w\"])([a-z_][a-z_0-9]*)\\(|\\.([a-z_][a-z_0-9]*)\\(");

    /**
     * How a case went.
     *
     * @param call what the case evaluates
     * @param failure what was wrong, or null
     * @param missing a function the case calls that tns does not have, or null
     */
    public record Outcome(
            String id,
            String op,
            String call,
            @Nullable String failure,
            @Nullable String missing) {
        public boolean passed() {
            return failure == null && missing == null;
        }
    }

    private final Supplier<Interpreter> sessions;
    private final Map<String, String> otherwise = new TreeMap<>();

    /** Cases tried in a new session each. */
    public Conformance(Supplier<Interpreter> sessions) {
        this.sessions = sessions;
        for (String line : lines("otherwise.txt")) {
            int space = line.indexOf(' ');
            otherwise.put(line.substring(0, space), line.substring(space + 1));
        }
    }

    /** The lines of a list beside the cases, without its comments. */
    public static List<String> lines(String name) {
        try (InputStream in = Conformance.class.getResourceAsStream("/conformance/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tries one case. */
    public Outcome check(JsonObject c) {
        String kind = c.has("program") ? "errors" : c.has("seed") ? "rng" : c.has("text") ? "printing" : "ops";
        String op = c.has("op") ? c.get("op").getAsString() : kind;
        String id = c.get("id").getAsString();
        String call = c.has("call")
                ? c.get("call").getAsString()
                : c.has("program") ? c.get("program").getAsString() : "";
        Interpreter tns = sessions.get();
        String missing = missing(tns, c, kind);
        if (missing != null) {
            return new Outcome(id, op, call, null, missing);
        }
        String failure;
        try {
            failure = switch (kind) {
                case "errors" -> error(tns, c);
                case "rng" -> random(tns, c);
                case "printing" -> text(tns, c);
                default -> op(tns, c);
            };
        } catch (ScriptException e) {
            failure = e.summary();
        } catch (RuntimeException e) {
            failure = "internal: " + e;
        }
        return new Outcome(id, op, call, failure, null);
    }

    /** A function the case calls that does not exist, or null. */
    private static @Nullable String missing(Interpreter tns, JsonObject c, String kind) {
        String text = kind.equals("errors")
                ? c.get("program").getAsString()
                : kind.equals("rng")
                        ? c.get("calls").toString().replace("\"", " ")
                        : c.get("call").getAsString();
        Matcher m = CALLED.matcher(text);
        while (m.find()) {
            String name = m.group(1) == null ? m.group(2) : m.group(1);
            if (tns.ops().find(name) == null) {
                return name;
            }
        }
        return null;
    }

    /** The last statement alone must be refused, and for what it asks: not for its syntax or an unknown name. */
    private static @Nullable String error(Interpreter tns, JsonObject c) {
        String program = c.get("program").getAsString();
        int last = program.lastIndexOf("; ") + 1;
        if (last > 0) {
            tns.eval(program.substring(0, last));
        }
        try {
            Object value = tns.eval(program.substring(last));
            return "no error, gave " + Display.text(value);
        } catch (ScriptException expected) {
            return switch (expected.kind()) {
                case SYNTAX, NAME -> expected.kind().word() + " error: " + expected.summary();
                default -> null;
            };
        }
    }

    private static @Nullable String text(Interpreter tns, JsonObject c) {
        bind(tns, c);
        String found = text(tns, tns.eval(c.get("call").getAsString()));
        String expected = c.get("text").getAsString();
        return found.equals(expected) ? null : "expected " + expected + " found " + found;
    }

    /** The text of a value as PyTorch gives it in host memory: on another device it would name that. */
    private static String text(Interpreter tns, Object value) {
        Device cpu = (Device) Objects.requireNonNull(tns.get("cpu"));
        return Display.text(
                switch (value) {
                    case Tensor t -> ShapeOps.onDevice(t, cpu);
                    case Param p -> ShapeOps.onDevice(p.value(), cpu);
                    default -> value;
                });
    }

    private static @Nullable String random(Interpreter tns, JsonObject c) {
        // PyTorch's numbers are those of its CPU; other devices draw their own.
        tns.device("cpu");
        tns.eval("seed(" + c.get("seed").getAsLong() + ")");
        JsonArray outs = c.getAsJsonArray("outs");
        for (int i = 0; i < outs.size(); i++) {
            Object value = tns.eval(c.getAsJsonArray("calls").get(i).getAsString());
            JsonObject expected = outs.get(i).getAsJsonObject();
            if (expected.has("dtype")) {
                String difference = difference(value, expected, c);
                if (difference != null) {
                    return "call " + i + ": " + difference;
                }
                continue;
            }
            for (Map.Entry<String, JsonElement> field : expected.entrySet()) {
                Object own = ((Module) value).fields().get(field.getKey());
                String difference = own == null
                        ? "missing"
                        : difference(own, field.getValue().getAsJsonObject(), c);
                if (difference != null) {
                    return field.getKey() + ": " + difference;
                }
            }
        }
        return null;
    }

    private static void bind(Interpreter tns, JsonObject c) {
        for (Map.Entry<String, JsonElement> input : c.getAsJsonObject("inputs").entrySet()) {
            Golden golden = Golden.read(input.getValue().getAsJsonObject());
            Tensor value = tensor(tns, golden);
            tns.set(input.getKey(), golden.requiresGrad() ? new Param(value) : value);
        }
    }

    private static Tensor tensor(Interpreter tns, Golden golden) {
        return Tensor.upload(
                tns.tensor(new float[] {0}).device(), golden.dtype(), Shape.of(golden.sizes()), golden.hostArray());
    }

    private @Nullable String op(Interpreter tns, JsonObject c) {
        // PyTorch drew the cases with dropout after manual_seed(0), on the CPU: other devices draw their own numbers.
        if (c.get("call").getAsString().contains("dropout")) {
            tns.device("cpu");
        }
        tns.eval("seed(0)");
        bind(tns, c);
        Object value = tns.eval(c.get("call").getAsString());
        String own = otherwise.get(c.get("id").getAsString());
        if (own != null) {
            String found = text(tns, value);
            return found.equals(own) ? null : "expected " + own + " found " + found;
        }
        String difference = compareAll(value, c.get("out"), c);
        if (difference != null || !c.has("grads")) {
            return difference;
        }
        Tensor total = weighted(tns, value, c.get("weight"));
        tns.set("total'", total);
        tns.call("backward", total);
        for (Map.Entry<String, JsonElement> grad : c.getAsJsonObject("grads").entrySet()) {
            Param input = (Param) Objects.requireNonNull(tns.get(grad.getKey()));
            Tensor found = input.grad();
            if (grad.getValue().isJsonNull()) {
                if (found != null) {
                    return grad.getKey() + ".grad should be none";
                }
                continue;
            }
            String wrong =
                    found == null ? "none" : difference(found, grad.getValue().getAsJsonObject(), c);
            if (wrong != null) {
                return grad.getKey() + ".grad: " + wrong;
            }
        }
        return null;
    }

    private static Tensor weighted(Interpreter tns, Object value, JsonElement weight) {
        if (!weight.isJsonArray()) {
            tns.set("y_", value);
            tns.set("w_", tensor(tns, Golden.read(weight.getAsJsonObject())));
            return (Tensor) tns.eval("sum(y_ * w_)");
        }
        Tensor total = null;
        for (int i = 0; i < weight.getAsJsonArray().size(); i++) {
            JsonElement each = weight.getAsJsonArray().get(i);
            if (!each.isJsonNull()) {
                Tensor part = weighted(tns, ((Tuple) value).get(i), each);
                tns.set("a_", part);
                if (total != null) {
                    tns.set("b_", total);
                }
                total = total == null ? part : (Tensor) tns.eval("a_ + b_");
            }
        }
        return Objects.requireNonNull(total);
    }

    private static @Nullable String compareAll(Object value, JsonElement expected, JsonObject c) {
        if (expected.isJsonObject()) {
            return difference(value, expected.getAsJsonObject(), c);
        }
        JsonArray parts = expected.getAsJsonArray();
        if (!(value instanceof Tuple t) || t.size() != parts.size()) {
            return "expected " + parts.size() + " results, found " + Display.text(value);
        }
        for (int i = 0; i < parts.size(); i++) {
            String difference = difference(t.get(i), parts.get(i).getAsJsonObject(), c);
            if (difference != null) {
                return "result " + i + ": " + difference;
            }
        }
        return null;
    }

    private static @Nullable String difference(Object value, JsonObject expected, JsonObject c) {
        Golden golden = Golden.read(expected);
        Tensor found = value instanceof Param p ? p.value() : value instanceof Tensor t ? t : null;
        if (found == null) {
            return "expected a tensor, found " + Display.text(value);
        }
        double rtol = c.has("rtol") ? c.get("rtol").getAsDouble() : 0;
        double atol = c.has("atol") ? c.get("atol").getAsDouble() : 0;
        return golden.difference(found.detach(), rtol, atol);
    }
}
