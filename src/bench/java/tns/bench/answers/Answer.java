package tns.bench.answers;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a call gives: its tensors, and the gradients of their weighted sum by the inputs, none where there is none.
 *
 * @param failure why there is nothing; empty where there is
 */
record Answer(List<Values> results, Map<String, Values> gradients, String failure) {
    /** A tensor's dtype as tns names it, its sizes, and its elements in row-major order. */
    record Values(String dtype, String sizes, double[] elements) {
        private static final double HALF_ULPS = 300;

        /** A number or truth value of the host. */
        static Values number(double value) {
            return new Values("number", "", new double[] {value});
        }

        boolean isZero() {
            return Arrays.stream(elements).allMatch(element -> element == 0);
        }

        boolean agrees(Values other) {
            boolean same = dtype.equals(other.dtype) && sizes.equals(other.sizes);
            for (int i = 0; same && i < elements.length; i++) {
                same = near(elements[i], other.elements[i]);
            }
            return same;
        }

        /** Both compute in their own order: what is left of a cancelled sum may differ by more than its last digit. */
        private boolean near(double a, double b) {
            double ulp = dtype.equals("float64") ? 0x1p-53 : 0x1p-24;
            boolean same = a == b || Double.isNaN(a) && Double.isNaN(b);
            return same || Math.abs(a - b) <= HALF_ULPS * ulp * Math.max(1, Math.abs(b));
        }

        @Override
        public String toString() {
            return dtype + sizes + " " + Arrays.toString(elements);
        }
    }

    static Answer failed(String why) {
        return new Answer(
                List.of(),
                Map.of(),
                why.lines().filter(line -> !line.isBlank()).findFirst().orElse("failed"));
    }

    boolean hasFailed() {
        return !failure.isEmpty();
    }

    boolean agrees(Answer other) {
        boolean same = hasFailed() == other.hasFailed() && results.size() == other.results.size();
        for (int i = 0; same && i < results.size(); i++) {
            same = results.get(i).agrees(other.results.get(i));
        }
        return same && hasGradientsOf(other) && other.hasGradientsOf(this);
    }

    /** No gradient is as good as one of zeros. */
    private boolean hasGradientsOf(Answer other) {
        return other.gradients.entrySet().stream().allMatch(theirs -> {
            Values own = gradients.get(theirs.getKey());
            return own == null ? theirs.getValue().isZero() : own.agrees(theirs.getValue());
        });
    }

    @Override
    public String toString() {
        return hasFailed()
                ? failure
                : results.stream().map(Values::toString).collect(Collectors.joining("; ")) + "  " + gradients;
    }
}
