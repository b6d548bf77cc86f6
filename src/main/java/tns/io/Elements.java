package tns.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Casts;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Tensors as runs of elements in a file. Memory is taken only for elements that have really come in, so that a file that
 * promises more than it holds costs nothing.
 */
final class Elements {
    private static final int CHUNK_BYTES = 1 << 16;
    /** The most elements that memory is taken for before any has come in. */
    private static final int FIRST_ELEMENTS = 1 << 16;

    private Elements() {}

    /**
     * The next elements of a stream as a tensor.
     *
     * @param held the bytes that the stream is known to hold, for which memory may be taken at once; 0 when not known
     * @throws TnsException when the stream ends before
     */
    static Tensor read(InputStream in, long held, Element element, ByteOrder order, Shape shape, Device device)
            throws IOException {
        int n = shape.elements();
        int room = (long) n * element.bytes() <= held ? n : Math.min(n, FIRST_ELEMENTS);
        Object array = allocate(element.dtype(), room);
        byte[] chunk = new byte[CHUNK_BYTES];
        int done = 0;
        while (done < n) {
            int count = Math.min(n - done, CHUNK_BYTES / element.bytes());
            int bytes = count * element.bytes();
            if (in.readNBytes(chunk, 0, bytes) < bytes) {
                throw new TnsException(
                        ErrorKind.IO,
                        "it ends early: " + (long) n * element.bytes() + " bytes of data are announced for shape "
                                + shape);
            }
            if (done + count > room) {
                room = (int) Math.min(n, Math.max(2L * room, done + count));
                array = grown(array, done, allocate(element.dtype(), room));
            }
            element.decode(ByteBuffer.wrap(chunk, 0, bytes).order(order), array, done, count);
            done += count;
        }
        return Tensor.upload(device, element.dtype(), shape, array);
    }

    private static Object allocate(DType dtype, int n) {
        return switch (dtype) {
            case FLOAT64 -> new double[n];
            case FLOAT32 -> new float[n];
            case INT64 -> new long[n];
            case BOOL -> new byte[n];
        };
    }

    private static Object grown(Object from, int count, Object to) {
        System.arraycopy(from, 0, to, 0, count);
        return to;
    }

    /** Writes a tensor's elements in row-major order, the lowest byte first. */
    static void write(Tensor t, OutputStream out) throws IOException {
        Object array = hostArray(t);
        int n = t.elements();
        int width = Element.of(t.dtype()).bytes();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int done = 0; done < n; ) {
            int count = Math.min(n - done, CHUNK_BYTES / width);
            Element.encode(array, done, count, chunk.clear());
            out.write(chunk.array(), 0, count * width);
            done += count;
        }
    }

    /** The bytes that {@link #write} writes. */
    static long bytes(Tensor t) {
        return (long) t.elements() * Element.of(t.dtype()).bytes();
    }

    private static Object hostArray(Tensor t) {
        return switch (t.dtype()) {
            case FLOAT64 -> HostArray.doubles(t);
            case INT64 -> HostArray.longs(t);
            case FLOAT32, BOOL -> {
                // The buffer's own array, which keeps the payload of a NaN.
                Tensor plain = Casts.duplicate(t.detach());
                yield plain.device().download(plain.buffer());
            }
        };
    }

    /** The shape with these sizes, which a file gives; it must be one a tensor can have. */
    static Shape shape(long[] sizes) {
        int[] dims = new int[sizes.length];
        double elements = 1;
        for (int d = 0; d < dims.length; d++) {
            elements *= sizes[d];
            if (sizes[d] < 0 || sizes[d] > Integer.MAX_VALUE) {
                throw tooLarge(sizes);
            }
            dims[d] = (int) sizes[d];
        }
        if (elements > Integer.MAX_VALUE - 8 || dims.length > 64) {
            throw tooLarge(sizes);
        }
        try {
            return Shape.of(dims);
        } catch (TnsException | ArithmeticException e) {
            throw tooLarge(sizes);
        }
    }

    private static TnsException tooLarge(long[] sizes) {
        String shown = sizes.length > 8 ? sizes.length + " dims" : Arrays.toString(sizes);
        return new TnsException(ErrorKind.IO, "no tensor can have its shape " + shown);
    }
}
