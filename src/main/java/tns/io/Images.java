package tns.io;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** PNG and JPEG pictures as tensors [channels, height, width] with values from 0 to 1. */
final class Images {
    /** 64 million pixels, 8192 x 8192: what a picture may have at most, so that a small file cannot ask for all memory. */
    private static final long MOST_PIXELS = 1L << 26;

    private static final String HELP = "PNG and JPEG pictures can be read";

    private Images() {}

    /**
     * The picture in a file.
     *
     * @param mode "gray", "rgb" or "rgba"; "" for what the file has
     */
    static Tensor read(Path file, String mode, Device device) throws IOException {
        try (FileImageInputStream in = new FileImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            ImageReader reader = readers.hasNext() ? readers.next() : null;
            String format = reader == null ? "" : reader.getFormatName().toLowerCase(Locale.ROOT);
            if (reader == null || !format.equals("png") && !format.equals("jpeg")) {
                throw FileFailure.fault("it is not a PNG or JPEG picture").help(HELP);
            }
            try {
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MOST_PIXELS) {
                    throw FileFailure.fault("it claims " + reader.getWidth(0) + " x " + reader.getHeight(0)
                            + " pixels; 64 million is the most");
                }
                return tensor(reader.read(0), mode, device);
            } catch (TnsException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                // ImageIO's readers fail in many ways on a damaged file.
                throw FileFailure.fault("it is damaged, or of a kind that is not supported")
                        .help(HELP);
            } finally {
                reader.dispose();
            }
        }
    }

    private static Tensor tensor(BufferedImage image, String mode, Device device) {
        boolean gray = image.getColorModel().getColorSpace().getNumComponents() == 1;
        boolean alpha = image.getColorModel().hasAlpha();
        int channels = switch (mode) {
            case "gray" -> 1;
            case "rgb" -> 3;
            case "rgba" -> 4;
            default -> gray && !alpha ? 1 : alpha ? 4 : 3;
        };
        int height = image.getHeight();
        int width = image.getWidth();
        float[] values = new float[channels * height * width];
        int plane = height * width;
        int[] row = new int[width];
        int[] samples = new int[width];
        float most = (1 << Math.min(16, image.getSampleModel().getSampleSize(0))) - 1;
        // getRGB would pass gray values through a colour profile.
        boolean direct = gray
                && !alpha
                && image.getColorModel().getNumComponents() == 1
                && !(image.getColorModel() instanceof java.awt.image.IndexColorModel);
        for (int y = 0; y < height; y++) {
            if (direct) {
                image.getRaster().getSamples(0, y, width, 1, 0, samples);
            } else {
                image.getRGB(0, y, width, 1, row, 0, width);
            }
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                if (direct) {
                    for (int c = 0; c < channels; c++) {
                        values[c * plane + at] = c == 3 ? 1 : samples[x] / most;
                    }
                } else {
                    color(row[x], channels, values, at, plane);
                }
            }
        }
        return Tensor.upload(device, DType.FLOAT32, Shape.of(channels, height, width), values);
    }

    private static void color(int argb, int channels, float[] values, int at, int plane) {
        float red = (argb >> 16 & 255) / 255f;
        float green = (argb >> 8 & 255) / 255f;
        float blue = (argb & 255) / 255f;
        if (channels == 1) {
            // The luma of ITU-R BT.601, as image libraries convert to gray.
            values[at] = 0.299f * red + 0.587f * green + 0.114f * blue;
            return;
        }
        values[at] = red;
        values[plane + at] = green;
        values[2 * plane + at] = blue;
        if (channels == 4) {
            values[3 * plane + at] = (argb >>> 24) / 255f;
        }
    }

    /**
     * The picture [height, width] or [1, 3 or 4, height, width] as a file of that name has it; floats from 0 to 1, ints
     * from 0 to 255, clamped.
     */
    static AtomicFile.Contents contents(Tensor x, String path) {
        String format = switch (FileOps.extension(path)) {
            case "png" -> "png";
            case "jpg", "jpeg" -> "jpeg";
            default ->
                throw new TnsException(ErrorKind.VALUE, "write_image: a picture cannot be written as \"" + path + "\"")
                        .help("the name of the file must end in .png, .jpg or .jpeg")
                        .argument(1);
        };
        BufferedImage image = image(x, format.equals("png"));
        return out -> encode(image, format, out);
    }

    private static void encode(BufferedImage image, String format, OutputStream out) throws IOException {
        try (MemoryCacheImageOutputStream encoded = new MemoryCacheImageOutputStream(out)) {
            if (!ImageIO.write(image, format, encoded)) {
                throw new IOException("this system cannot write " + format);
            }
        }
    }

    private static BufferedImage image(Tensor x, boolean alphaAllowed) {
        int channels = x.rank() == 3 ? x.size(0) : 1;
        boolean fits = x.rank() == 2 || x.rank() == 3 && (channels == 1 || channels == 3 || channels == 4);
        if (!fits || x.elements() == 0 || channels == 4 && !alphaAllowed) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "write_image: a picture has the shape [height, width], [1, height, width] or [3, height,"
                                    + " width], in a PNG also [4, height, width]; found " + x.describe())
                    .argument(0);
        }
        int height = x.size(-2);
        int width = x.size(-1);
        int type = channels == 1
                ? BufferedImage.TYPE_BYTE_GRAY
                : channels == 3 ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_INT_ARGB;
        BufferedImage image = new BufferedImage(width, height, type);
        double[] values = HostArray.doubles(x.detach());
        double scale = x.dtype() == DType.INT64 ? 1 : 255;
        int plane = height * width;
        for (int at = 0; at < plane; at++) {
            for (int c = 0; c < channels; c++) {
                int level = (int) Math.rint(Math.clamp(values[c * plane + at] * scale, 0, 255));
                image.getRaster().setSample(at % width, at / width, c, level);
            }
        }
        return image;
    }
}
