package tns.io;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.op.Display;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The safetensors format: the length of the header as 8 bytes, the header as JSON with each tensor's dtype, shape and place
 * in the data, and the data, little endian and row-major without gaps.
 *
 * <p>Everything in the header is checked before any memory is taken for data: the places must tile the data exactly.
 * Source: the format description in the README of huggingface/safetensors.
 *
 * @param metadata free text by name
 * @param tensors the tensors by name
 */
record SafeTensors(Map<String, String> metadata, Map<String, Tensor> tensors) {
    private static final String METADATA = "__metadata__";
    /** The limit of the reference implementation. */
    private static final long LONGEST_HEADER = 100_000_000;

    private static final int LENGTH_BYTES = 8;
    private static final int DEEPEST_HEADER = 8;

    /** A tensor as the header describes it, at these bytes of the data. */
    private record Place(String name, Element element, Shape shape, long start, long end) {}

    /** Reads a whole file. */
    static SafeTensors read(Path file, Device device) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            InputStream in = Channels.newInputStream(channel);
            if (in.readNBytes(length.array(), 0, LENGTH_BYTES) < LENGTH_BYTES) {
                throw FileFailure.fault("it is not a safetensors file: it has " + size + " bytes");
            }
            long header = length.getLong(0);
            if (header < 2 || header > LONGEST_HEADER || header > size - LENGTH_BYTES) {
                throw FileFailure.fault("it is not a safetensors file, or cut off: it claims a header of "
                        + Long.toUnsignedString(header) + " bytes in a file of " + size);
            }
            byte[] json = in.readNBytes((int) header);
            Header parsed = parse(text(json), size - LENGTH_BYTES - header);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (Place place : parsed.places) {
                channel.position(LENGTH_BYTES + header + place.start);
                tensors.put(
                        place.name,
                        Elements.read(
                                in,
                                place.end - place.start,
                                place.element,
                                ByteOrder.LITTLE_ENDIAN,
                                place.shape,
                                device));
            }
            return new SafeTensors(parsed.metadata, tensors);
        }
    }

    private static String text(byte[] json) throws CharacterCodingException {
        if (json.length == 0 || json[0] != '{') {
            throw FileFailure.fault("it is not a safetensors file: its header does not start with {");
        }
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    }

    /** What a header holds. */
    private static final class Header {
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final List<Place> places = new ArrayList<>();
    }

    /** The header, whose places tile {@code bytes} bytes of data. */
    private static Header parse(String json, long bytes) {
        Header header = new Header();
        JsonReader in = new JsonReader(new StringReader(json));
        in.setStrictness(Strictness.STRICT);
        in.setNestingLimit(DEEPEST_HEADER);
        Map<String, Place> byName = new LinkedHashMap<>();
        try {
            in.beginObject();
            while (in.hasNext()) {
                String name = in.nextName();
                if (name.equals(METADATA)) {
                    in.beginObject();
                    while (in.hasNext()) {
                        header.metadata.put(in.nextName(), in.nextString());
                    }
                    in.endObject();
                } else if (byName.put(name, place(name, in)) != null) {
                    throw FileFailure.fault("it holds " + shown(name) + " twice");
                }
            }
            in.endObject();
            if (in.peek() != JsonToken.END_DOCUMENT) {
                throw FileFailure.fault("its header goes on after its end");
            }
        } catch (IOException | IllegalStateException | JsonParseException | NumberFormatException e) {
            throw FileFailure.fault("its header is malformed");
        }
        List<Place> inOrder = new ArrayList<>(byName.values());
        inOrder.sort(Comparator.comparingLong(Place::start).thenComparingLong(Place::end));
        long end = 0;
        for (Place place : inOrder) {
            if (place.start != end || place.end > bytes) {
                String what =
                        place.end > bytes ? "lies beyond the end of the file" : "overlaps another or leaves a gap";
                throw FileFailure.fault("the data of " + shown(place.name) + " " + what);
            }
            end = place.end;
        }
        if (end != bytes) {
            throw FileFailure.fault("it has " + (bytes - end) + " bytes that belong to no tensor");
        }
        header.places.addAll(byName.values());
        return header;
    }

    private static Place place(String name, JsonReader in) throws IOException {
        @Nullable Element element = null;
        @Nullable Shape shape = null;
        long @Nullable [] offsets = null;
        in.beginObject();
        while (in.hasNext()) {
            switch (in.nextName()) {
                case "dtype" -> element = element(name, in.nextString());
                case "shape" -> shape = Elements.shape(longs(in));
                case "data_offsets" -> offsets = longs(in);
                default -> throw FileFailure.fault("its header is malformed at " + shown(name));
            }
        }
        in.endObject();
        if (element == null || shape == null || offsets == null || offsets.length != 2) {
            throw FileFailure.fault("its header is malformed at " + shown(name));
        }
        if (offsets[0] < 0 || offsets[1] - offsets[0] != (long) shape.elements() * element.bytes()) {
            throw FileFailure.fault("the data of " + shown(name) + " has " + (offsets[1] - offsets[0])
                    + " bytes, which do not fit " + element + shape);
        }
        return new Place(name, element, shape, offsets[0], offsets[1]);
    }

    private static Element element(String name, String dtype) {
        for (Element element : Element.values()) {
            if (element.name().equals(dtype)) {
                return element;
            }
        }
        throw FileFailure.fault("the dtype " + shown(dtype) + " of " + shown(name) + " cannot be held by a tensor");
    }

    private static long[] longs(JsonReader in) throws IOException {
        long[] all = new long[2];
        int count = 0;
        in.beginArray();
        while (in.hasNext()) {
            if (in.peek() != JsonToken.NUMBER) {
                throw new MalformedJsonException("not a number");
            }
            if (count == all.length) {
                all = Arrays.copyOf(all, 2 * count);
            }
            all[count++] = in.nextLong();
        }
        in.endArray();
        return Arrays.copyOf(all, count);
    }

    private static String shown(String name) {
        return Display.quoted(name.length() > 60 ? name.substring(0, 60) + "…" : name);
    }

    /** Writes the file; the data starts at a multiple of 8 bytes. */
    void write(OutputStream out) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name(METADATA).beginObject();
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.name(entry.getKey()).value(entry.getValue());
                }
                json.endObject();
            }
            long at = 0;
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
                Tensor t = entry.getValue();
                json.name(entry.getKey()).beginObject();
                json.name("dtype").value(Element.of(t.dtype()).name());
                json.name("shape").beginArray();
                for (int size : t.shape().toArray()) {
                    json.value(size);
                }
                json.endArray();
                json.name("data_offsets").beginArray().value(at);
                at += Elements.bytes(t);
                json.value(at).endArray().endObject();
            }
            json.endObject();
        }
        byte[] header = text.toString().getBytes(StandardCharsets.UTF_8);
        int padding = (LENGTH_BYTES - header.length % LENGTH_BYTES) % LENGTH_BYTES;
        out.write(ByteBuffer.allocate(LENGTH_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length + padding)
                .array());
        out.write(header);
        out.write(" ".repeat(padding).getBytes(StandardCharsets.UTF_8));
        for (Tensor t : tensors.values()) {
            Elements.write(t, out);
        }
    }
}
