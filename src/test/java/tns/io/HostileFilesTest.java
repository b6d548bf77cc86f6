package tns.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tns.Interpreter;
import tns.error.ErrorKind;
import tns.error.ScriptException;

/** Damaged, cut and malicious files: each gives one clear error of kind io and takes hardly any memory. */
class HostileFilesTest {
    private static final long MOST_BYTES = 24 << 20;

    /** A file, how it is read, and what the message must say. */
    private record Row(String name, byte[] content, String function, String says) {}

    private final List<Row> rows = new ArrayList<>();

    @TestFactory
    List<DynamicTest> everyFileIsRefused(@TempDir Path folder) throws IOException {
        safetensors();
        descriptions();
        npy();
        npz();
        idx();
        pictures();
        tables();
        // The first call loads classes and compiles.
        refusal(folder, new Row("first.npy", new byte[3], "load", "not an npy file"));
        return rows.stream()
                .map(row -> DynamicTest.dynamicTest(
                        rows.indexOf(row) + " " + row.name + ": " + row.says, () -> refusal(folder, row)))
                .toList();
    }

    private static void refusal(Path folder, Row row) throws IOException {
        Path file = folder.resolve(row.name);
        Files.write(file, row.content);
        Interpreter tns = new Interpreter(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        tns.set("path", file.toString());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        ScriptException e = assertThrows(ScriptException.class, () -> tns.eval(row.function + "(path)"));
        long taken = threads.getCurrentThreadAllocatedBytes() - before;
        assertEquals(ErrorKind.IO, e.kind(), e::getMessage);
        assertTrue(e.getMessage().startsWith("error: " + row.function + ": cannot read " + file + ": "), e::getMessage);
        assertTrue(e.getMessage().contains(row.says), e::getMessage);
        assertFalse(e.getMessage().contains("Exception"), e::getMessage);
        assertFalse(e.getMessage().contains("null"), e::getMessage);
        assertTrue(taken < MOST_BYTES, () -> "took " + taken + " bytes");
        Files.delete(file);
    }

    private void add(String name, byte[] content, String function, String says) {
        rows.add(new Row(name, content, function, says));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // safetensors

    private static byte[] length(long n) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(n).array();
    }

    private void tensors(String header, int dataBytes, String says) {
        byte[] json = text(header);
        add("x.safetensors", joined(length(json.length), json, new byte[dataBytes]), "load", says);
    }

    private static String entry(String dtype, String shape, String offsets) {
        return "{\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
    }

    private void safetensors() {
        String name = "x.safetensors";
        add(name, new byte[0], "load", "it is not a safetensors file: it has 0 bytes");
        add(name, text("<html>not found</html>"), "load", "it is not a safetensors file, or cut off");
        add(
                name,
                joined(length(-1), text("{}")),
                "load",
                "claims a header of 18446744073709551615 bytes in a file of 10");
        add(name, joined(length(Long.MIN_VALUE), text("{}")), "load", "claims a header of 9223372036854775808 bytes");
        add(name, joined(length(1L << 40), text("{}")), "load", "claims a header of 1099511627776 bytes");
        add(name, joined(length(99_000_000), text("{}")), "load", "claims a header of 99000000 bytes");
        add(name, joined(length(0), text("{}")), "load", "claims a header of 0 bytes");
        add(name, joined(length(2), new byte[] {'{', (byte) 0xff}), "load", "it is not UTF-8 text");
        tensors("[]", 0, "its header does not start with {");
        tensors("{", 0, "claims a header of 1 bytes");
        tensors("{\"w\":", 0, "its header is malformed");
        tensors("{} {}", 0, "its header is malformed");
        tensors("{\"w\":3}", 0, "its header is malformed");
        tensors("{\"w\":{}}", 0, "its header is malformed at \"w\"");
        tensors("{\"w\":" + "[".repeat(10_000) + "}", 0, "its header is malformed");
        tensors("{\"w\":" + "{\"a\":".repeat(10_000) + "}", 0, "its header is malformed");
        tensors("{\"__metadata__\":{\"a\":{}}}", 0, "its header is malformed");
        tensors("{\"__metadata__\":3}", 0, "its header is malformed");
        String good = "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
        tensors("{" + good + "," + good + "}", 4, "it holds \"w\" twice");
        tensors("{" + good + ",\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "overlaps another");
        tensors("{" + good + ",\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}", 6, "overlaps another");
        tensors("{" + good + ",\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}", 12, "leaves a gap");
        tensors("{" + good + "}", 3, "the data of \"w\" lies beyond the end of the file");
        tensors("{" + good + "}", 5, "it has 1 bytes that belong to no tensor");
        tensors(
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"extra\":1}}",
                4,
                "malformed at \"w\"");
        tensors(entry("F32", "[1]", "[4,0]"), 4, "the data of \"w\" has -4 bytes, which do not fit F32[1]");
        tensors(entry("F32", "[1]", "[-4,0]"), 4, "do not fit");
        tensors(entry("F32", "[1]", "[0,8]"), 8, "the data of \"w\" has 8 bytes, which do not fit F32[1]");
        tensors(entry("F32", "[1]", "[0]"), 4, "its header is malformed at \"w\"");
        tensors(entry("F32", "[1]", "[0,4,8]"), 8, "its header is malformed at \"w\"");
        tensors(entry("F32", "[1]", "[0,NaN]"), 4, "its header is malformed");
        tensors(entry("F32", "[1]", "[0,1e400]"), 4, "its header is malformed");
        tensors(entry("F32", "[1]", "[0,18446744073709551619]"), 4, "its header is malformed");
        tensors(entry("F32", "[1]", "[9223372036854775804,-9223372036854775808]"), 4, "the data of \"w\"");
        tensors(entry("F32", "[NaN]", "[0,4]"), 4, "its header is malformed");
        tensors(entry("F32", "[1.5]", "[0,4]"), 4, "its header is malformed");
        tensors(entry("F32", "[\"1\"]", "[0,4]"), 4, "its header is malformed");
        tensors(entry("F32", "[true]", "[0,4]"), 4, "its header is malformed");
        tensors(entry("F32", "1", "[0,4]"), 4, "its header is malformed");
        tensors(entry("F32", "[-1]", "[0,4]"), 4, "no tensor can have its shape [-1]");
        tensors(entry("F32", "[-2,-2]", "[0,16]"), 16, "no tensor can have its shape [-2, -2]");
        tensors(entry("F32", "[4294967296,4294967296]", "[0,0]"), 0, "no tensor can have its shape");
        tensors(entry("F32", "[65536,65536]", "[0,0]"), 0, "no tensor can have its shape");
        tensors(entry("F32", "[2000000000]", "[0,8000000000]"), 0, "lies beyond the end of the file");
        tensors(entry("F32", "[" + "1,".repeat(5000) + "1]", "[0,4]"), 4, "no tensor can have its shape 5001 dims");
        tensors(entry("F4", "[1]", "[0,4]"), 4, "the dtype \"F4\" of \"w\" cannot be held by a tensor");
        tensors(entry("x".repeat(5000), "[1]", "[0,4]"), 4, "xxx…\" of \"w\"");
        tensors(entry("U64", "[1]", "[0,8]"), 0, "lies beyond");
        byte[] json = text(entry("U64", "[1]", "[0,8]"));
        byte[] most = new byte[8];
        Arrays.fill(most, (byte) -1);
        add(name, joined(length(json.length), json, most), "load", "it holds 18446744073709551615, which is too large");
    }

    /** What tns itself adds to the metadata. */
    private void descriptions() {
        for (String text : List.of(
                "",
                "x",
                "{}",
                "{\\\"tensor\\\":\\\"v\\\"}",
                "{\\\"tensor\\\":3",
                "{\\\"other\\\":3}",
                "{\\\"float\\\":\\\"much\\\"}",
                "{\\\"record\\\":3}",
                "99999999999999999999",
                "1 2",
                "[1,",
                "[".repeat(100_000),
                "{\\\"record\\\":{\\\"a\\\":".repeat(10_000))) {
            tensors(
                    "{\"__metadata__\":{\"tns\":\"" + text + "\"}}",
                    0,
                    "its description of the saved value is malformed");
        }
    }

    // NumPy

    private static byte[] npyHeader(String header) {
        byte[] bytes = text(header);
        return joined(
                new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0},
                new byte[] {(byte) bytes.length, (byte) (bytes.length >> 8)},
                bytes);
    }

    private static String dictionary(String descr, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
    }

    private void array(String header, int dataBytes, String says) {
        add("x.npy", joined(npyHeader(header), new byte[dataBytes]), "load", says);
    }

    private void npy() {
        add("x.npy", new byte[0], "load", "it is not an npy file");
        add("x.npy", text("PK\3\4"), "load", "it is not an npy file");
        byte[] good = joined(npyHeader(dictionary("<f4", "(2,)")), new byte[8]);
        for (int end : new int[] {6, 7, 9}) {
            add("x.npy", Arrays.copyOf(good, end), "load", "it ends early");
        }
        add("x.npy", Arrays.copyOf(good, 20), "load", "it ends within its header");
        add(
                "x.npy",
                Arrays.copyOf(good, good.length - 1),
                "load",
                "it ends early: 8 bytes of data are announced for shape [2]");
        add("x.npy", Arrays.copyOf(good, good.length + 1), "load", "it goes on after the array");
        byte[] version = good.clone();
        version[6] = 9;
        add("x.npy", version, "load", "its npy version is 9");
        version = Arrays.copyOf(good, 12);
        version[6] = 2;
        Arrays.fill(version, 8, 12, (byte) -1);
        add("x.npy", version, "load", "its header claims 4294967295 bytes");
        array(dictionary("<f4", "(2000000000,)"), 100, "it ends early: 8000000000 bytes of data are announced");
        array(dictionary("<f4", "(999999999999,)"), 100, "no tensor can have its shape [999999999999]");
        array(dictionary("<f4", "(99999999999999999999,)"), 100, "something else than sizes");
        array(dictionary("<f4", "(2147483647, 2147483647, 2147483647, 0)"), 0, "no tensor can have its shape");
        array(dictionary("<f4", "(-1,)"), 4, "something else than sizes");
        array(dictionary("<f4", "(nan,)"), 4, "something else than sizes");
        array(dictionary("<f4", "(1.5,)"), 4, "its header is malformed");
        array(dictionary("<f4", "(" + "1,".repeat(20_000) + ")"), 4, "no tensor can have its shape 20000 dims");
        array(dictionary("<f4", "[1]"), 4, "its header is malformed");
        array(dictionary("<c8", "(1,)"), 8, "its dtype '<c8' cannot be held by a tensor");
        array(dictionary("|O", "(1,)"), 8, "its dtype '|O' cannot be held by a tensor");
        array(dictionary("", "(1,)"), 8, "its dtype '' cannot be held by a tensor");
        array("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, "a structured array");
        array("{'descr': __import__('os')}", 4, "its header is malformed");
        array("{'descr': '<f4'}", 4, "its header is malformed");
        array("{'shape': (", 4, "something else than sizes");
        array("{'fortran_order': Perhaps", 4, "its header is malformed");
        array("{'a': 1}", 4, "its header has the unknown key 'a'");
        array(dictionary("<f4", "(1,)") + "x", 4, "its header is malformed");
        array("", 4, "its header is malformed");
    }

    private static byte[] zip(Object... namesAndContents) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                zip.putNextEntry(new ZipEntry((String) namesAndContents[i]));
                zip.write((byte[]) namesAndContents[i + 1]);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private void npz() throws IOException {
        byte[] array = joined(npyHeader(dictionary("<f4", "(2,)")), new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        byte[] good = zip("a.npy", array);
        add("x.npz", new byte[0], "load", "it is not a sound zip or gz file");
        add("x.npz", text("PK\3\4 and no more"), "load", "it is not a sound zip or gz file");
        add("x.npz", Arrays.copyOf(good, good.length - 30), "load", "it is not a sound zip or gz file");
        add("x.npz", zip("a.txt", text("no")), "load", "it holds \"a.txt\", which is not an npy file");
        add("x.npz", zip("../../a.npy", text("no")), "load", "\"../../a.npy\": it is not an npy file");
        add("x.npz", zip("a.npy", Arrays.copyOf(array, array.length - 1)), "load", "\"a.npy\": it ends early");
        byte[] twice = zip("a.npy", array, "b.npy", array);
        int second = new String(twice, StandardCharsets.ISO_8859_1).lastIndexOf("b.npy");
        twice[second] = 'a';
        add("x.npz", twice, "load", "it holds \"a.npy\" twice");
        byte[] checksum = good.clone();
        int directory = new String(good, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
        checksum[directory + 16] ^= 1;
        add("x.npz", checksum, "load", "its checksum is wrong, so it has been damaged");
        byte[] huge = good.clone();
        Arrays.fill(huge, directory + 24, directory + 27, (byte) -1);
        huge[directory + 27] = 0x7f;
        add("x.npz", huge, "load", "it unpacks to more than 100 times its size");
        add("x.npz", bomb(1, 300 << 20, "(70000000,)"), "load", "it unpacks to more than 100 times its size");
        add("x.npz", bomb(3, 100 << 20, "(2,)"), "load", "it unpacks to more than 100 times its size");
    }

    /** Archives that are small and unpack to hundreds of megabytes. */
    private static byte[] bomb(int entries, int zeros, String shape) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setLevel(Deflater.BEST_SPEED);
            byte[] chunk = new byte[1 << 20];
            for (int i = 0; i < entries; i++) {
                zip.putNextEntry(new ZipEntry(i + ".npy"));
                zip.write(npyHeader(dictionary("<f4", shape)));
                for (int done = 0; done < zeros; done += chunk.length) {
                    zip.write(chunk);
                }
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    // IDX

    private static byte[] idx(int type, int... sizes) {
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * sizes.length);
        header.put((byte) 0).put((byte) 0).put((byte) type).put((byte) sizes.length);
        Arrays.stream(sizes).forEach(header::putInt);
        return header.array();
    }

    private static byte[] gz(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private void numbers(byte[] content, String says) {
        add("x.idx", content, "read_idx", says);
    }

    private void idx() throws IOException {
        numbers(new byte[0], "it ends early");
        numbers(new byte[1], "it ends early");
        numbers(text("hello"), "it is not an IDX file, which starts with two zero bytes");
        numbers(idx(0x55, 1), "there is no element type 85");
        numbers(Arrays.copyOf(idx(8, 3), 6), "it ends early");
        numbers(joined(idx(8, 3), new byte[2]), "it ends early");
        numbers(joined(idx(8, 3), new byte[4]), "it goes on after the data that its header describes");
        numbers(idx(8, -1), "no tensor can have its shape [4294967295]");
        numbers(idx(8, -1, -1, -1), "no tensor can have its shape");
        numbers(idx(0x0e, 2_000_000_000), "it ends early: its header describes shape [2000000000]");
        numbers(idx(8, new int[255]), "no tensor can have its shape 255 dims");
        byte[] packed = gz(joined(idx(8, 3), new byte[3]));
        numbers(Arrays.copyOf(packed, packed.length - 9), "it ends early");
        packed[2] = 99;
        numbers(packed, "it is not a sound zip or gz file");
        numbers(gz(idx(0x0e, 250_000_000)), "it ends early: 2000000000 bytes of data are announced");
    }

    // Pictures

    private static byte[] chunk(String type, byte[] content) {
        byte[] body = joined(text(type), content);
        CRC32 crc = new CRC32();
        crc.update(body);
        return ByteBuffer.allocate(8 + body.length)
                .putInt(content.length)
                .put(body)
                .putInt((int) crc.getValue())
                .array();
    }

    private static byte[] png(int width, int height) {
        byte[] header = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put(new byte[] {8, 2, 0, 0, 0})
                .array();
        return joined(
                new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
                chunk("IHDR", header),
                chunk("IDAT", new byte[0]),
                chunk("IEND", new byte[0]));
    }

    private void picture(byte[] content, String says) {
        add("x.png", content, "read_image", says);
    }

    private void pictures() throws IOException {
        picture(new byte[0], "it is not a PNG or JPEG picture");
        picture(text("GIF89a"), "it is not a PNG or JPEG picture");
        picture(text("<svg/>"), "it is not a PNG or JPEG picture");
        picture(Arrays.copyOf(png(2, 2), 20), "it is damaged");
        picture(png(2, 2), "it is damaged");
        picture(png(0, 2), "it is damaged");
        picture(png(-1, 2), "it is damaged");
        picture(png(30_000, 30_000), "it claims 30000 x 30000 pixels; 64 million is the most");
        picture(png(2_147_483_647, 2_147_483_647), "64 million is the most");
        picture(png(8000, 8000), "it claims 8000 x 8000 pixels, for which its 57 bytes are too few");
        byte[] photo = Files.readAllBytes(Path.of("src/test/resources/io/photo.jpg"));
        picture(Arrays.copyOf(photo, 100), "it is damaged");
        picture(
                Files.readAllBytes(Path.of("src/test/resources/io/cmyk.jpg")),
                "its colours are neither gray nor red, green and blue");
    }

    // Tables

    private void table(byte[] content, String says) {
        add("x.csv", content, "read_csv", says);
    }

    private void tables() {
        table(text("a,b\n1,2\n3\n"), "line 3 has 1 field, the header 2");
        table(text("1,2\n3,4,5\n"), "line 2 has 3 fields, the first 2");
        table(text("a,a\n1,2\n"), "line 1: two columns are named \"a\"");
        table(new byte[] {'a', '\n', (byte) 0xff, (byte) 0xfe, '\n'}, "it is not UTF-8 text");
        table(text("a\n\"" + "x".repeat(1000)), "its quotes do not match");
    }
}
