package tns.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** How many elements fall into each bin of a range, or between edges that may be uneven; without gradients. */
final class Histograms {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("counting and searching");

    static {
        FAMILY.define("histc(x: tensor, bins: int = 100, min: float = 0, max: float = 0)")
                .doc("How many elements fall into each of the equal bins from min to max, or over all elements.")
                .example("histc([1., 2., 1.], bins=4, min=0, max=4)", "tensor([0., 2., 1., 0.])")
                .is(Histograms::equalBins);
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

    private static Object equalBins(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x").detach(), "histc");
        int bins = args.integer("bins");
        double low = args.real("min");
        double high = args.real("max");
        if (bins < 1 || !(low <= high) || Double.isInfinite(low) || Double.isInfinite(high)) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "histc: needs at least 1 bin and finite min <= max, found " + bins + " bins from " + low + " to "
                            + high);
        }
        double[] values = HostArray.doubles(x);
        if (low == high && values.length > 0) {
            double[] range = finiteRange(values, "histc", "min and max");
            low = range[0];
            high = range[1];
        }
        if (low == high) {
            low -= 1;
            high += 1;
        }
        double[] counts = new double[bins];
        for (double v : values) {
            if (v >= low && v <= high) {
                counts[Math.min((int) ((v - low) / (high - low) * bins), bins - 1)]++;
            }
        }
        return rounded(x, counts);
    }

    private static Object histogram(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x").detach(), "histogram");
        double[] values = HostArray.doubles(x);
        Tensor edges = edges(args, x, values);
        Tensor weight = args.tensorOrNull("weight");
        if (weight != null && !weight.shape().equals(x.shape())) {
            throw new TnsException(
                    ErrorKind.SHAPE, "histogram: weights of shape " + weight.shape() + " for " + x.describe());
        }
        double[] each = weight == null ? null : HostArray.doubles(weight.detach());
        double[] at = HostArray.doubles(edges);
        long[] behind = HostArray.longs(Counting.search(edges, x, true, "histogram"));
        double[] counts = counts(values, each, behind, at);
        if (args.flag("density")) {
            double sum = Arrays.stream(counts).sum();
            for (int i = 0; i < counts.length; i++) {
                counts[i] /= sum * (at[i + 1] - at[i]);
            }
        }
        return Tuple.of(rounded(x, counts), edges);
    }

    private static Tensor rounded(Tensor x, double[] counts) {
        return Casts.to(Tensor.upload(x.device(), DType.FLOAT64, Shape.of(counts.length), counts), x.dtype());
    }

    /**
     * A bin has its lower edge, the last one its upper edge too.
     *
     * @param behind how many edges do not lie above each value
     */
    private static double[] counts(double[] values, double @Nullable [] weights, long[] behind, double[] edges) {
        int bins = edges.length - 1;
        double[] counts = new double[bins];
        for (int i = 0; i < values.length; i++) {
            int bin = (int) behind[i] - 1;
            if (bin == bins && values[i] == edges[bins]) {
                bin--;
            }
            if (bin >= 0 && bin < bins) {
                counts[bin] += weights == null ? 1 : weights[i];
            }
        }
        return counts;
    }

    private static Tensor edges(Args args, Tensor x, double[] values) {
        Object bins = args.get("bins");
        if (bins instanceof Tensor given && given.rank() > 0) {
            return givenEdges(given, x);
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
        double[] edges = Creation.spaced(range[0], range[1], count.intValue() + 1, x.dtype() == DType.FLOAT32);
        return rounded(x, edges);
    }

    private static Tensor givenEdges(Tensor given, Tensor x) {
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

    private static double[] range(Args args, double[] values) {
        double[] range = {0, 0};
        if (args.has("range")) {
            Tensor given = Creation.convert(args.context(), args.get("range"));
            range = HostArray.doubles(given.detach());
            if (range.length != 2
                    || !(range[0] <= range[1])
                    || Double.isInfinite(range[0])
                    || Double.isInfinite(range[1])) {
                throw new TnsException(
                        ErrorKind.VALUE,
                        "histogram: range is (least, greatest), both finite, found " + given.describe());
            }
        } else if (values.length > 0) {
            range = finiteRange(values, "histogram", "range=(least, greatest)");
        }
        return range[0] == range[1] ? new double[] {range[0] - 0.5, range[1] + 0.5} : range;
    }

    /** The least and the greatest of one or more values; {@code remedy} is what may be given instead. */
    private static double[] finiteRange(double[] values, String op, String remedy) {
        double low = Arrays.stream(values).min().orElseThrow();
        double high = Arrays.stream(values).max().orElseThrow();
        if (!(Math.abs(low) <= Double.MAX_VALUE && Math.abs(high) <= Double.MAX_VALUE)) {
            throw new TnsException(ErrorKind.VALUE, op + ": the elements must be finite").help("give " + remedy);
        }
        return new double[] {low, high};
    }
}
