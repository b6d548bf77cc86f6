package tns.io;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Members;
import tns.op.None;
import tns.op.Record;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * Any nesting of records, tuples, numbers, strings and tensors as named tensors and one line of text.
 *
 * <p>Tensors are named by the way to them, with dots: {@code state.0.exp_avg}. The text, kept as metadata of a safetensors
 * file, is JSON in which a record is {@code {"record": {…}}}, a tuple an array, a tensor {@code {"tensor": name}}, a
 * float that JSON has no number for {@code {"float": text}}, none null.
 */
final class SavedValue {
    /** The key of the text in the metadata. */
    static final String KEY = "tns";

    private static final int DEEPEST = 200;

    private SavedValue() {}

    /** What is saved of a value: the {@code state_dict} of a model or an optimizer, and anything else as it is. */
    static Object stateOf(Context context, Object value) {
        return !(value instanceof Record)
                        && value instanceof Members m
                        && m.member("state_dict") instanceof Callable state
                ? state.call(context)
                : value;
    }

    /** The file that holds {@code given}; a record of tensors alone needs no text. */
    static SafeTensors pack(Context context, Object given) {
        Object value = stateOf(context, given);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        if (value instanceof Record r && !r.entries().isEmpty() && flat(r)) {
            r.entries().forEach((name, t) -> tensors.put(name, tensor(t)));
            return new SafeTensors(metadata, tensors);
        }
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setStrictness(Strictness.STRICT);
            write(context, json, value, "", tensors, 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        metadata.put(KEY, text.toString());
        return new SafeTensors(metadata, tensors);
    }

    private static boolean flat(Record record) {
        return record.entries().entrySet().stream()
                .allMatch(e -> !e.getKey().equals("__metadata__")
                        && (e.getValue() instanceof Tensor || e.getValue() instanceof Param));
    }

    private static Tensor tensor(Object value) {
        return value instanceof Param p ? p.value().detach() : ((Tensor) value).detach();
    }

    private static void write(
            Context context, JsonWriter json, Object given, String path, Map<String, Tensor> tensors, int depth)
            throws IOException {
        if (depth > DEEPEST) {
            throw new TnsException(ErrorKind.LIMIT, "save: the value is nested deeper than " + DEEPEST + " levels");
        }
        Object value = stateOf(context, given);
        switch (value) {
            case Tensor t -> writeTensor(json, t, path, tensors);
            case Param p -> writeTensor(json, p.value(), path, tensors);
            case None n -> json.nullValue();
            case Boolean b -> json.value(b);
            case Long n -> json.value(n);
            case Double d -> {
                if (Double.isFinite(d)) {
                    json.value(d);
                } else {
                    json.beginObject().name("float").value(Double.toString(d)).endObject();
                }
            }
            case String s -> json.value(s);
            case Record r -> {
                json.beginObject().name("record").beginObject();
                for (Map.Entry<String, Object> entry : r.entries().entrySet()) {
                    json.name(entry.getKey());
                    write(context, json, entry.getValue(), joined(path, entry.getKey()), tensors, depth + 1);
                }
                json.endObject().endObject();
            }
            case Iterable<?> items -> {
                json.beginArray();
                int i = 0;
                for (Object item : items) {
                    write(
                            context,
                            json,
                            item == null ? None.NONE : item,
                            joined(path, Integer.toString(i++)),
                            tensors,
                            depth + 1);
                }
                json.endArray();
            }
            default ->
                throw new TnsException(ErrorKind.VALUE, "save: cannot save " + TypeName.describe(value))
                        .help("tensors, numbers, strings, tuples and records of them, models and optimizers can be"
                                + " saved")
                        .argument(0);
        }
    }

    private static void writeTensor(JsonWriter json, Tensor t, String path, Map<String, Tensor> tensors)
            throws IOException {
        String name = path.isEmpty() || path.equals("__metadata__") ? path + "tensor" : path;
        while (tensors.containsKey(name)) {
            name += "_";
        }
        tensors.put(name, t.detach());
        json.beginObject().name("tensor").value(name).endObject();
    }

    private static String joined(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** The value in a file: as it was saved, or where another program wrote the file, the record of its tensors. */
    static Object unpack(SafeTensors file) {
        String text = file.metadata().get(KEY);
        if (text == null) {
            return new Record(new LinkedHashMap<>(file.tensors()));
        }
        JsonReader json = new JsonReader(new StringReader(text));
        json.setStrictness(Strictness.STRICT);
        json.setNestingLimit(2 * DEEPEST + 2);
        try {
            Object value = read(json, file.tensors());
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw malformed();
            }
            return value;
        } catch (IOException | IllegalStateException | JsonParseException | NumberFormatException e) {
            throw malformed();
        }
    }

    private static TnsException malformed() {
        return FileFailure.fault("its description of the saved value is malformed");
    }

    private static Object read(JsonReader json, Map<String, Tensor> tensors) throws IOException {
        return switch (json.peek()) {
            case NULL -> {
                json.nextNull();
                yield None.NONE;
            }
            case BOOLEAN -> json.nextBoolean();
            case STRING -> json.nextString();
            case NUMBER -> number(json.nextString());
            case BEGIN_ARRAY -> {
                List<Object> items = new ArrayList<>();
                json.beginArray();
                while (json.hasNext()) {
                    items.add(read(json, tensors));
                }
                json.endArray();
                yield Tuple.of(items);
            }
            case BEGIN_OBJECT -> {
                json.beginObject();
                Object value = tagged(json.nextName(), json, tensors);
                json.endObject();
                yield value;
            }
            default -> throw malformed();
        };
    }

    private static Object number(String text) {
        return text.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9')
                ? (Object) Long.parseLong(text)
                : (Object) Double.parseDouble(text);
    }

    private static Object tagged(String tag, JsonReader json, Map<String, Tensor> tensors) throws IOException {
        return switch (tag) {
            case "tensor" -> {
                @Nullable Tensor t = tensors.get(json.nextString());
                if (t == null) {
                    throw malformed();
                }
                yield t.share();
            }
            case "float" -> Double.parseDouble(json.nextString());
            case "record" -> {
                Map<String, Object> entries = new LinkedHashMap<>();
                json.beginObject();
                while (json.hasNext()) {
                    entries.put(json.nextName(), read(json, tensors));
                }
                json.endObject();
                yield new Record(entries);
            }
            default -> throw malformed();
        };
    }
}
