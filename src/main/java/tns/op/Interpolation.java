package tns.op;

import java.util.Arrays;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Images and signals at another size: each element of the result is a weighted sum of a few of the input, per dim. */
final class Interpolation {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("interpolation");

    private static final Set<String> LINEAR = Set.of("linear", "bilinear", "trilinear");
    private static final Set<String> MODES =
            Set.of("nearest", "nearest-exact", "linear", "bilinear", "trilinear", "bicubic", "area");

    static {
        FAMILY.define("interpolate(x: tensor, size: ints = none, scale_factor: any = none, mode: string = 'nearest',"
                        + " align_corners: bool = none, recompute_scale_factor: bool = none, antialias: bool = false)")
                .doc("x, [n, c, sizes], at another size, or larger by a factor. mode is \"nearest\","
                        + " \"nearest-exact\", \"linear\", \"bilinear\", \"trilinear\", \"bicubic\" or \"area\".")
                .example("interpolate([[[1., 3.]]], scale_factor=2)", "tensor([[[1., 1., 3., 3.]]])")
                .example(
                        "interpolate([[[1., 3.]]], size=3, mode=\"linear\", align_corners=true)",
                        "tensor([[[1., 2., 3.]]])")
                .gradient("interpolate(x, size=(3, 2), mode=\"nearest\")", "x: [1, 2, 2, 3]")
                .gradient("interpolate(x, scale_factor=1.6, mode=\"bilinear\")", "x: [1, 2, 2, 3]")
                .gradient("interpolate(x, size=(4, 5), mode=\"bicubic\", align_corners=true)", "x: [1, 1, 3, 3]")
                .gradient("interpolate(x, size=(2, 2), mode=\"bilinear\", antialias=true)", "x: [1, 1, 5, 4]")
                .gradient("interpolate(x, size=2, mode=\"area\")", "x: [1, 2, 5]")
                .alias("upsample")
                .is(Interpolation::interpolate);
    }

    private Interpolation() {}

    /** The elements of one dim that each result is made of, [results][taps], and their weights. */
    private record Taps(int[][] places, double[][] weights) {}

    private static Tensor interpolate(Args args) {
        Tensor x = args.tensor("x");
        String mode = args.text("mode");
        int dims = x.rank() - 2;
        requireMode(args, x, mode, dims);
        double[] factors = args.has("scale_factor") ? factors(args, dims) : null;
        int[] given = args.intsOrNull("size");
        if ((given == null) == (factors == null)) {
            throw new TnsException(ErrorKind.VALUE, "interpolate: give either size or scale_factor")
                    .help("interpolate(x, size=(32, 32)) or interpolate(x, scale_factor=2)");
        }
        int[] sizes = given == null ? new int[dims] : Windows.perDim(args, "size", dims, 0);
        for (int d = 0; d < dims && factors != null; d++) {
            sizes[d] = (int) Math.floor(x.size(d + 2) * factors[d]);
        }
        for (int d = 0; d < dims; d++) {
            if (sizes[d] < 1 || x.size(d + 2) < 1) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        "interpolate: input and output sizes must be at least 1, found " + x.shape() + " to "
                                + Arrays.toString(sizes));
            }
        }
        if (mode.equals("area")) {
            return AdaptivePooling.average(x, sizes);
        }
        boolean recompute = Boolean.TRUE.equals(args.get("recompute_scale_factor"));
        boolean corners = Boolean.TRUE.equals(args.get("align_corners"));
        Tensor y = x;
        for (int d = 0; d < dims; d++) {
            int n = x.size(d + 2);
            double step = corners
                    ? sizes[d] > 1 ? (n - 1.0) / (sizes[d] - 1) : 0
                    : factors == null || recompute ? (double) n / sizes[d] : 1 / factors[d];
            if (mode.startsWith("nearest")) {
                y = Selection.indexSelect("interpolate", y, d + 2, nearest(y, mode, n, sizes[d], step));
            } else {
                Taps taps = args.flag("antialias")
                        ? smoothed(LINEAR.contains(mode), n, sizes[d], step)
                        : sampled(LINEAR.contains(mode), n, sizes[d], step, corners);
                y = weighted(y, d + 2, taps);
            }
        }
        return y;
    }

    private static void requireMode(Args args, Tensor x, String mode, int dims) {
        if (!MODES.contains(mode)) {
            throw new TnsException(ErrorKind.VALUE, "interpolate: no mode \"" + mode + "\"")
                    .help("nearest, nearest-exact, linear, bilinear, trilinear, bicubic or area");
        }
        int needed = switch (mode) {
            case "linear" -> 1;
            case "bilinear", "bicubic" -> 2;
            case "trilinear" -> 3;
            default -> 0;
        };
        if (dims < 1 || dims > 3 || needed > 0 && needed != dims) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "interpolate: mode \"" + mode + "\" takes "
                                    + (needed == 0 ? "3 to 5" : String.valueOf(needed + 2)) + " dims, found "
                                    + x.describe())
                    .help("linear is for [n, c, w], bilinear for [n, c, h, w], trilinear for [n, c, d, h, w]");
        }
        if (needed == 0 && args.has("align_corners")) {
            throw new TnsException(
                            ErrorKind.VALUE, "interpolate: align_corners has no meaning for mode \"" + mode + "\"")
                    .help("leave it out, or choose a linear mode or bicubic");
        }
        if (args.flag("antialias") && needed != 2) {
            throw new TnsException(
                    ErrorKind.VALUE, "interpolate: antialias is for bilinear and bicubic, found \"" + mode + "\"");
        }
        if (!mode.startsWith("nearest")) {
            ReductionOps.requireFloat(x, "interpolate");
        }
    }

    private static double[] factors(Args args, int dims) {
        Object given = args.get("scale_factor");
        double[] all = switch (given) {
            case Number n -> new double[] {n.doubleValue()};
            case Tensor t when t.rank() <= 1 -> HostArray.doubles(t);
            case Tuple t
            when t.items().stream().allMatch(Number.class::isInstance) ->
                t.items().stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
            default -> new double[0];
        };
        if (all.length != 1 && all.length != dims || Arrays.stream(all).anyMatch(f -> !(f > 0))) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "interpolate: scale_factor must be a positive number or a tuple of " + dims + ", found "
                            + Display.text(given));
        }
        double[] each = new double[dims];
        for (int d = 0; d < dims; d++) {
            each[d] = all[all.length == 1 ? 0 : d];
        }
        return each;
    }

    private static Tensor nearest(Tensor x, String mode, int n, int size, double step) {
        // PyTorch rounds these positions in float32.
        float each = (float) step;
        long[] places = new long[size];
        for (int i = 0; i < size; i++) {
            double at = mode.equals("nearest") ? Math.floor(i * each) : Math.floor((i + 0.5f) * each);
            if (mode.equals("nearest") && (size == n || size == 2 * n)) {
                // PyTorch takes these sizes exactly, whatever the factor was.
                at = size == n ? i : i / 2;
            }
            places[i] = (long) Math.min(at, n - 1);
        }
        return Tensor.upload(x.device(), DType.INT64, Shape.of(size), places);
    }

    /** Two neighbours by distance, or four by Keys' cubic with a = -0.75; places past an end are the end. */
    private static Taps sampled(boolean linear, int n, int size, double step, boolean corners) {
        int taps = linear ? 2 : 4;
        int[][] places = new int[size][taps];
        double[][] weights = new double[size][taps];
        for (int i = 0; i < size; i++) {
            double at = corners ? i * step : (i + 0.5) * step - 0.5;
            at = linear ? size == n ? i : Math.max(0, at) : at;
            int left = (int) Math.floor(at);
            if (linear) {
                left = Math.min(left, n - 1);
            }
            for (int t = 0; t < taps; t++) {
                int place = linear ? left + t : left - 1 + t;
                double distance = Math.abs(at - place);
                places[i][t] = Math.clamp(place, 0, n - 1);
                weights[i][t] = linear ? Math.max(0, 1 - distance) : cubic(distance, -0.75);
            }
            if (linear && left == n - 1) {
                weights[i][0] = 1;
                weights[i][1] = 0;
            }
        }
        return new Taps(places, weights);
    }

    /** Keys, Cubic convolution interpolation for digital image processing, 1981. */
    private static double cubic(double x, double a) {
        if (x < 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
    }

    /** The filter widened by the step when shrinking, so that every element of the input counts. */
    private static Taps smoothed(boolean linear, int n, int size, double step) {
        double reach = (linear ? 1 : 2) * Math.max(1, step);
        double narrow = 1 / Math.max(1, step);
        DoubleUnaryOperator filter = linear ? x -> Math.max(0, 1 - Math.abs(x)) : x -> cubic(Math.abs(x), -0.5);
        int taps = (int) Math.ceil(reach) * 2 + 1;
        int[][] places = new int[size][taps];
        double[][] weights = new double[size][taps];
        for (int i = 0; i < size; i++) {
            double centre = step * (i + 0.5);
            int first = Math.max((int) (centre - reach + 0.5), 0);
            int end = Math.min((int) (centre + reach + 0.5), n);
            double total = 0;
            for (int t = 0; t < taps; t++) {
                places[i][t] = Math.min(first + t, n - 1);
                weights[i][t] = first + t < end ? filter.applyAsDouble((first + t - centre + 0.5) * narrow) : 0;
                total += weights[i][t];
            }
            for (int t = 0; t < taps && total != 0; t++) {
                weights[i][t] /= total;
            }
        }
        return new Taps(places, weights);
    }

    private static Tensor weighted(Tensor x, int d, Taps taps) {
        int size = taps.places.length;
        int[] sizes = new int[x.rank() - d];
        Arrays.fill(sizes, 1);
        sizes[0] = size;
        Tensor y = null;
        for (int t = 0; t < taps.places[0].length; t++) {
            long[] places = new long[size];
            double[] weights = new double[size];
            boolean any = false;
            for (int i = 0; i < size; i++) {
                places[i] = taps.places[i][t];
                weights[i] = taps.weights[i][t];
                any |= weights[i] != 0;
            }
            if (!any) {
                continue;
            }
            Tensor index = Tensor.upload(x.device(), DType.INT64, Shape.of(size), places);
            Tensor weight = Tensor.upload(x.device(), DType.FLOAT64, Shape.of(sizes), weights);
            Tensor term = Arithmetic.MUL.apply(
                    Selection.indexSelect("interpolate", x, d, index), Casts.to(weight, x.dtype()));
            y = y == null ? term : Arithmetic.ADD.apply(y, term);
        }
        return y == null ? x : y;
    }
}
