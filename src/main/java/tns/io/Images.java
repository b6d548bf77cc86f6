package tns.io;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.IndexColorModel;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
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

    /** Deflated 1032 times, the most that deflate can, at one bit for a pixel. */
    private static final long MOST_PIXELS_PER_BYTE = 1032 * 8;

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
                checkSize(reader.getWidth(0), reader.getHeight(0), Files.size(file));
                return tensor(whole(reader), mode, device);
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

    /** The picture, which must be there to its end: the JPEG reader fills up a cut one with grey and only warns. */
    private static BufferedImage whole(ImageReader reader) throws IOException {
        List<String> cuts = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> {
            if (warning.toLowerCase(Locale.ROOT).contains("premature end")) {
                cuts.add(warning);
            }
        });
        BufferedImage image = reader.read(0);
        if (!cuts.isEmpty()) {
            throw new EOFException();
        }
        return image;
    }

    private static void checkSize(long width, long height, long bytes) {
        String claim = "it claims " + width + " x " + height + " pixels";
        if (width * height > MOST_PIXELS) {
            throw FileFailure.fault(claim + "; 64 million is the most");
        }
        if (width * height > MOST_PIXELS_PER_BYTE * bytes) {
            throw FileFailure.fault(claim + ", for which its " + bytes + " bytes are too few");
        }
    }

    private static Tensor tensor(BufferedImage image, String mode, Device device) {
        Samples samples = Samples.of(image);
        boolean alpha = image.getColorModel().hasAlpha();
        int channels = switch (mode) {
            case "gray" -> 1;
            case "rgb" -> 3;
            case "rgba" -> 4;
            default -> alpha ? 4 : samples.gray() ? 1 : 3;
        };
        int width = image.getWidth();
        int plane = image.getHeight() * width;
        float[] values = new float[channels * plane];
        for (int y = 0; y < image.getHeight(); y++) {
            float[][] row = samples.row(y);
            for (int c = 0; c < channels; c++) {
                System.arraycopy(channels == 1 ? luma(row) : row[c], 0, values, c * plane + y * width, width);
            }
        }
        return Tensor.upload(device, DType.FLOAT32, Shape.of(channels, image.getHeight(), width), values);
    }

    /** A row's gray values; colours by the weights of ITU-R BT.601, as image libraries convert them. */
    private static float[] luma(float[][] row) {
        float[] red = row[0];
        if (row[1] == red) {
            return red;
        }
        float[] gray = new float[red.length];
        for (int x = 0; x < gray.length; x++) {
            gray[x] = 0.299f * red[x] + 0.587f * row[1][x] + 0.114f * row[2][x];
        }
        return gray;
    }

    /**
     * The rows of an image as red, green, blue and alpha from 0 to 1. Samples are taken as they are in the file: getRGB
     * would bend gray ones by a colour profile and cut 16 bits to 8. Only palettes need it.
     */
    private record Samples(BufferedImage image, boolean gray, boolean direct) {
        static Samples of(BufferedImage image) {
            if (image.getColorModel() instanceof IndexColorModel palette) {
                int[] colours = new int[palette.getMapSize()];
                palette.getRGBs(colours);
                boolean gray = Arrays.stream(colours)
                        .allMatch(c -> (c & 255) == (c >> 8 & 255) && (c & 255) == (c >> 16 & 255));
                return new Samples(image, gray, false);
            }
            int type = image.getColorModel().getColorSpace().getType();
            if (type != ColorSpace.TYPE_RGB && type != ColorSpace.TYPE_GRAY) {
                throw FileFailure.fault("its colours are neither gray nor red, green and blue");
            }
            boolean gray = type == ColorSpace.TYPE_GRAY;
            return new Samples(image, gray, image.getColorModel() instanceof ComponentColorModel);
        }

        float[][] row(int y) {
            int width = image.getWidth();
            float[][] row = new float[4][];
            if (direct) {
                int bands = image.getRaster().getNumBands();
                float[][] bandRows = new float[bands][];
                for (int band = 0; band < bands; band++) {
                    float most = (1 << image.getSampleModel().getSampleSize(band)) - 1;
                    float[] samples = image.getRaster().getSamples(0, y, width, 1, band, new float[width]);
                    for (int x = 0; x < width; x++) {
                        samples[x] /= most;
                    }
                    bandRows[band] = samples;
                }
                for (int c = 0; c < 3; c++) {
                    row[c] = bandRows[gray ? 0 : c];
                }
                row[3] = bands == (gray ? 2 : 4) ? bandRows[bands - 1] : ones(width);
                return row;
            }
            int[] colours = image.getRGB(0, y, width, 1, null, 0, width);
            for (int c = 0; c < 4; c++) {
                int shift = c == 3 ? 24 : 16 - 8 * c;
                float[] samples = new float[width];
                for (int x = 0; x < width; x++) {
                    samples[x] = (colours[x] >>> shift & 255) / 255f;
                }
                row[c] = samples;
            }
            if (gray) {
                row[1] = row[2] = row[0];
            }
            return row;
        }

        private static float[] ones(int n) {
            float[] ones = new float[n];
            Arrays.fill(ones, 1);
            return ones;
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
