package tns.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The histogram with its edges, which may be uneven, and with weights; it carries no gradient. */
final class Histograms {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("counting and searching");

    static {
        FAMILY.define("histogram(x: tensor, bins: any, range: any = none, weight: tensor = none, density: bool ="
                        + " false)")
                .doc("A tuple of how many elements, or how much weight, each bin has, and of the edges between"
                        + " bins. bins is a number of equal bins, over all elements or the range (least,"
                        + " greatest), or the edges. With density the integral is 1.")
                .example(
                        "histogram([1., 2., 1.], 4, range=(0, 4))",
                        "(tensor([0., 2., 1., 0.]), tensor([0., 1., 2., 3., 4.]))")
                .example("histogram([1., 2., 5.], [0., 2., 6.])[0]", "tensor([1., 2.])")
                .is(Histograms::histogram);
    }

    private Histograms() {}

    private static Object histogram(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x").detach(), "histogram");
        double[] values = HostArray.doubles(x);
        Tensor edges = edges(args, x, values);
        double[] at = HostArray.doubles(edges);
        Tensor weight = args.tensorOrNull("weight");
        if (weight != null && !weight.shape().equals(x.shape())) {
            throw new TnsException(
                    ErrorKind.SHAPE, "histogram: weights of shape " + weight.shape() + " for " + x.describe());
        }
        double[] each = weight == null ? null : HostArray.doubles(weight.detach());
        double[] counts = counts(values, each, at);
        if (args.flag("density")) {
            double sum = Arrays.stream(counts).sum();
            for (int i = 0; i < counts.length; i++) {
                counts[i] /= sum * (at[i + 1] - at[i]);
            }
        }
        Tensor found = Tensor.upload(x.device(), DType.FLOAT64, Shape.of(counts.length), counts);
        return Tuple.of(Casts.to(found, x.dtype()), edges);
    }

    /** A bin has its lower edge, the last one its upper edge too. */
    private static double[] counts(double[] values, double @Nullable [] weights, double[] edges) {
        double[] counts = new double[edges.length - 1];
        double last = edges[edges.length - 1];
        for (int i = 0; i < values.length; i++) {
            double v = values[i];
            if (v >= edges[0] && v <= last) {
                int found = Arrays.binarySearch(edges, v);
                int bin = found < 0 ? -found - 2 : found;
                while (bin + 1 < counts.length && edges[bin + 1] == v) {
                    bin++;
                }
                counts[Math.min(bin, counts.length - 1)] += weights == null ? 1 : weights[i];
            }
        }
        return counts;
    }

    private static Tensor edges(Args args, Tensor x, double[] values) {
        Object bins = args.get("bins");
        if (bins instanceof Tensor given && given.rank() > 0) {
            double[] edges = HostArray.doubles(given);
            for (int i = 1; i < edges.length; i++) {
                if (!(edges[i - 1] <= edges[i])) {
                    throw new TnsException(ErrorKind.VALUE, "histogram: the edges of bins must be in order");
                }
            }
            if (given.rank() != 1 || edges.length < 2) {
                throw new TnsException(
                        ErrorKind.SHAPE, "histogram: needs a row of 2 or more edges, found " + given.describe());
            }
            return Casts.to(given.detach(), x.dtype());
        }
        Long count = bins instanceof Long n
                ? n
                : bins instanceof Tensor t && t.dtype() == DType.INT64 ? (Long) t.item() : null;
        if (count == null || count < 1 || count > Integer.MAX_VALUE - 8) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "histogram: bins must be a number of at least 1 or a tensor of edges, found "
                            + TypeName.describe(bins));
        }
        double[] range = range(args, values);
        return Casts.to(equal(x, range[0], range[1], count.intValue()), x.dtype());
    }

    private static double[] range(Args args, double[] values) {
        double low = 0;
        double high = 0;
        if (args.has("range")) {
            Tensor given = Creation.convert(args.context(), args.get("range"));
            double[] both = HostArray.doubles(given.detach());
            if (both.length != 2 || !(both[0] <= both[1])) {
                throw new TnsException(
                        ErrorKind.VALUE, "histogram: range is (least, greatest), found " + given.describe());
            }
            low = both[0];
            high = both[1];
        } else if (values.length > 0) {
            low = Arrays.stream(values).min().orElseThrow();
            high = Arrays.stream(values).max().orElseThrow();
        }
        if (!(Math.abs(low) <= Double.MAX_VALUE && Math.abs(high) <= Double.MAX_VALUE)) {
            throw new TnsException(ErrorKind.VALUE, "histogram: the elements must be finite")
                    .help("give range=(least, greatest)");
        }
        return low == high ? new double[] {low - 0.5, high + 0.5} : new double[] {low, high};
    }

    private static Tensor equal(Tensor x, double low, double high, int bins) {
        double[] edges = new double[bins + 1];
        double step = (high - low) / bins;
        for (int i = 0; i <= bins; i++) {
            edges[i] = i < (bins + 1) / 2 ? low + step * i : high - step * (bins - i);
        }
        return Tensor.upload(x.device(), DType.FLOAT64, Shape.of(edges.length), edges);
    }
}
