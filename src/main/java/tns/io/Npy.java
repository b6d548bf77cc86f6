package tns.io;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tns.op.Casts;
import tns.op.Movement;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * NumPy's npy format, versions 1.0 to 3.0: a magic number, a header that is a Python dictionary, and the elements.
 *
 * <p>Reads bool, ints and floats of every width, both byte orders and both memory orders; writes version 1.0, little
 * endian, row-major. Source: the format description numpy.lib.format.
 */
final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    /** NumPy writes headers of about a hundred bytes, and itself refuses ones above 10000. */
    private static final int LONGEST_HEADER = 1 << 16;

    private Npy() {}

    /** The tensor in a stream, which is known to hold so many bytes; 0 when not known. */
    static Tensor read(InputStream in, long held, Device device) throws IOException {
        byte[] magic = in.readNBytes(MAGIC.length);
        if (!Arrays.equals(magic, MAGIC)) {
            throw FileFailure.fault("it is not an npy file, which starts with \\x93NUMPY");
        }
        DataInputStream data = new DataInputStream(in);
        int version = data.readUnsignedByte();
        data.readUnsignedByte();
        if (version < 1 || version > 3) {
            throw FileFailure.fault("its npy version is " + version + "; 1 to 3 can be read");
        }
        long length = version == 1
                ? Short.toUnsignedInt(Short.reverseBytes(data.readShort()))
                : Integer.toUnsignedLong(Integer.reverseBytes(data.readInt()));
        if (length > LONGEST_HEADER) {
            throw FileFailure.fault("its header claims " + length + " bytes");
        }
        byte[] header = in.readNBytes((int) length);
        if (header.length < length) {
            throw FileFailure.fault("it ends within its header");
        }
        NpyHeader described = NpyHeader.parse(
                new String(header, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
        Shape shape = Elements.shape(described.shape());
        if (!described.fortranOrder() || shape.rank() < 2) {
            return Elements.read(in, held, described.element(), described.order(), shape, device);
        }
        int rank = shape.rank();
        int[] back = IntStream.range(0, rank).map(d -> rank - 1 - d).toArray();
        Shape reversed = Shape.of(Arrays.stream(back).map(shape::size).toArray());
        Tensor columns = Elements.read(in, held, described.element(), described.order(), reversed, device);
        return Casts.duplicate(Movement.permute(columns, back));
    }

    /** Writes a tensor. */
    static void write(Tensor t, OutputStream out) throws IOException {
        String sizes = Arrays.stream(t.shape().toArray())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", ", "(", t.rank() == 1 ? ",)" : ")"));
        String type = switch (t.dtype()) {
            case FLOAT64 -> "<f8";
            case FLOAT32 -> "<f4";
            case INT64 -> "<i8";
            case BOOL -> "|b1";
        };
        String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + sizes + ", }";
        // Magic, version, length and header fill a multiple of 64 bytes; the header ends with a newline.
        int before = MAGIC.length + 4;
        int total = (before + text.length() + 1 + 63) / 64 * 64;
        String header = text + " ".repeat(total - before - text.length() - 1) + "\n";
        out.write(MAGIC);
        out.write(new byte[] {1, 0, (byte) header.length(), (byte) (header.length() >> 8)});
        out.write(header.getBytes(StandardCharsets.ISO_8859_1));
        Elements.write(t, out);
    }

    /** The type and byte order that a dtype string such as {@code <f4} names, or null. */
    static @Nullable Element element(String descr) {
        return switch (descr.length() > 1 ? descr.substring(1) : "") {
            case "f8" -> Element.F64;
            case "f4" -> Element.F32;
            case "f2" -> Element.F16;
            case "i8" -> Element.I64;
            case "i4" -> Element.I32;
            case "i2" -> Element.I16;
            case "i1" -> Element.I8;
            case "u8" -> Element.U64;
            case "u4" -> Element.U32;
            case "u2" -> Element.U16;
            case "u1" -> Element.U8;
            case "b1" -> Element.BOOL;
            default -> null;
        };
    }

    static @Nullable ByteOrder order(String descr) {
        return switch (descr.isEmpty() ? ' ' : descr.charAt(0)) {
            case '<', '|' -> ByteOrder.LITTLE_ENDIAN;
            case '>' -> ByteOrder.BIG_ENDIAN;
            case '=' -> ByteOrder.nativeOrder();
            default -> null;
        };
    }
}
