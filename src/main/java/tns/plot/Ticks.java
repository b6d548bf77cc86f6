package tns.plot;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * The values labelled along an axis and their labels, evenly spaced on it, from start to end.
 *
 * <p>Linear axes have ticks at whole multiples of 1, 2 or 5 times a power of ten; log axes at powers of ten.
 */
record Ticks(double[] at, List<String> labels) {
    /** Numbers of this magnitude and more, or less than {@link #SMALL}, are written with an exponent. */
    private static final double LARGE = 1e6;

    private static final double SMALL = 1e-3;

    private static final int[] STEPS = {1, 2, 5};

    /**
     * At most {@code most}, or two if that is more, ticks on {@code scale}.
     *
     * @param wholeNumbers whether fractions make no sense, as for pixels
     */
    static Ticks of(Scale scale, int most, boolean wholeNumbers) {
        double low = Math.min(scale.start(), scale.end());
        double high = Math.max(scale.start(), scale.end());
        Ticks ticks = scale.log() ? decades(low, high, most) : linear(low, high, most, wholeNumbers);
        return scale.start() <= scale.end() ? ticks : ticks.reversed();
    }

    /** Ticks at the places 0, 1, 2 … that have a name and lie on {@code scale}, thinned evenly to at most {@code most}. */
    static Ticks named(Scale scale, List<String> names, int most) {
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            double fraction = scale.fraction(i);
            if (fraction >= 0 && fraction <= 1) {
                shown.add(i);
            }
        }
        int stride = Math.max(1, -Math.floorDiv(-shown.size(), Math.max(1, most)));
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < shown.size(); i += stride) {
            kept.add(shown.get(i));
        }
        return new Ticks(
                kept.stream().mapToDouble(Integer::intValue).toArray(),
                kept.stream().map(names::get).toList());
    }

    private static Ticks linear(double low, double high, int most, boolean wholeNumbers) {
        // tried from fine to coarse: three ticks or more always leave one when the step grows
        BigDecimal step = wholeNumbers ? BigDecimal.ONE : stepAtLeast((high - low) / (10.0 * Math.max(2, most)));
        while (count(low, high, step) > Math.max(2, most)) {
            step = next(step);
        }
        long first = (long) Math.ceil(low / step.doubleValue() - 1e-9);
        long last = (long) Math.floor(high / step.doubleValue() + 1e-9);
        List<BigDecimal> values = new ArrayList<>();
        for (long k = first; k <= last; k++) {
            values.add(step.multiply(BigDecimal.valueOf(k)));
        }
        return labelled(values, step);
    }

    private static double count(double low, double high, BigDecimal step) {
        return Math.floor(high / step.doubleValue() + 1e-9) - Math.ceil(low / step.doubleValue() - 1e-9) + 1;
    }

    /** The smallest of 1, 2, 5 times a power of ten that is not less than {@code size}. */
    private static BigDecimal stepAtLeast(double size) {
        int exponent = (int) Math.floor(Math.log10(size));
        BigDecimal step = BigDecimal.ONE.scaleByPowerOfTen(exponent);
        while (step.doubleValue() < size * (1 - 1e-9)) {
            step = next(step);
        }
        return step;
    }

    private static BigDecimal next(BigDecimal step) {
        int digit = step.unscaledValue().intValueExact();
        for (int candidate : STEPS) {
            if (candidate > digit) {
                return BigDecimal.valueOf(candidate, step.scale());
            }
        }
        return BigDecimal.valueOf(1, step.scale() - 1);
    }

    private static Ticks labelled(List<BigDecimal> values, BigDecimal step) {
        double largest = values.stream()
                .mapToDouble(value -> Math.abs(value.doubleValue()))
                .max()
                .orElse(0);
        boolean exponents = largest >= LARGE || largest > 0 && largest < SMALL;
        int decimals = Math.max(0, step.scale());
        return new Ticks(
                values.stream().mapToDouble(BigDecimal::doubleValue).toArray(),
                values.stream()
                        .map(value -> exponents
                                ? withExponent(value)
                                : value.setScale(decimals, RoundingMode.UNNECESSARY)
                                        .toPlainString())
                        .toList());
    }

    /** Such as {@code 1.5e6}: all digits, none of them a trailing zero. */
    private static String withExponent(BigDecimal value) {
        if (value.signum() == 0) {
            return "0";
        }
        BigDecimal digits = value.stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        return digits.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
    }

    private static Ticks decades(double low, double high, int most) {
        int first = (int) Math.ceil(Math.log10(low) - 1e-9);
        int last = (int) Math.floor(Math.log10(high) + 1e-9);
        if (first > last) {
            // limits inside one decade: the limits themselves are all there is to say
            return new Ticks(new double[] {low, high}, List.of(shortest(low), shortest(high)));
        }
        int stride = Math.max(1, -Math.floorDiv(-(last - first + 1), Math.max(1, most)));
        List<BigDecimal> values = new ArrayList<>();
        for (int exponent = first; exponent <= last; exponent += stride) {
            values.add(BigDecimal.ONE.scaleByPowerOfTen(exponent));
        }
        boolean plain = first >= -3 && last <= 5;
        return new Ticks(
                values.stream().mapToDouble(BigDecimal::doubleValue).toArray(),
                values.stream()
                        .map(value -> plain ? value.toPlainString() : withExponent(value))
                        .toList());
    }

    private static String shortest(double value) {
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        return value >= LARGE || value < SMALL ? withExponent(exact) : exact.toPlainString();
    }

    private Ticks reversed() {
        double[] backwards = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            backwards[i] = at[at.length - 1 - i];
        }
        return new Ticks(backwards, labels.reversed());
    }
}
