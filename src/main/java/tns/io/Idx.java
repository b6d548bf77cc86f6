package tns.io;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The IDX format of the MNIST files: two zero bytes, the element type, the number of dims, the sizes, and the elements,
 * all big endian; gz compressed or not. Source: the page of the MNIST database.
 */
final class Idx {
    private static final int GZIP_MAGIC = 0x1f8b;

    private Idx() {}

    /** The tensor in a file. */
    static Tensor read(Path file, Device device) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
            raw.mark(2);
            boolean packed = (raw.read() << 8 | raw.read()) == GZIP_MAGIC;
            raw.reset();
            long size = Files.size(file);
            InputStream in =
                    packed ? new Inflation(size).limited(new BufferedInputStream(new GZIPInputStream(raw))) : raw;
            Tensor t = read(in, packed ? 0 : size, device);
            if (in.read() >= 0) {
                throw FileFailure.fault("it goes on after the data that its header describes");
            }
            return t;
        }
    }

    private static Tensor read(InputStream in, long held, Device device) throws IOException {
        DataInputStream data = new DataInputStream(in);
        if (data.readUnsignedShort() != 0) {
            throw FileFailure.fault("it is not an IDX file, which starts with two zero bytes");
        }
        int code = data.readUnsignedByte();
        Element element = switch (code) {
            case 0x08 -> Element.U8;
            case 0x09 -> Element.I8;
            case 0x0b -> Element.I16;
            case 0x0c -> Element.I32;
            case 0x0d -> Element.F32;
            case 0x0e -> Element.F64;
            default -> throw FileFailure.fault("it is not an IDX file: there is no element type " + code);
        };
        long[] sizes = new long[data.readUnsignedByte()];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = Integer.toUnsignedLong(data.readInt());
        }
        Shape shape = Elements.shape(sizes);
        if (held > 0 && (long) shape.elements() * element.bytes() > held) {
            throw FileFailure.fault("it ends early: its header describes shape " + shape);
        }
        return Elements.read(in, held, element, ByteOrder.BIG_ENDIAN, shape, device);
    }
}
