package tns.tensor;

import java.util.Arrays;

/**
 * The texts of the elements that a printed tensor shows, in PyTorch's one format for all of them.
 *
 * @param padded the elements' texts, those shorter than {@code width} led by spaces
 * @param width the width lines are reckoned with; zeros, NaN and infinities have no say in it and may be wider
 */
record ElementText(String[] padded, int width) {
    private static final int DECIMALS = 4;

    /** Beyond these bounds on the nonzero magnitudes, or on their quotient, all are written with exponents. */
    private static final double LARGEST = 1e8;

    private static final double SMALLEST = 1e-4;
    private static final double LARGEST_QUOTIENT = 1000;

    /** Integers in full. */
    static ElementText of(long[] values) {
        return padded(Arrays.stream(values).mapToObj(Long::toString).toArray(String[]::new));
    }

    /** {@code true} and {@code false}. */
    static ElementText of(boolean[] values) {
        String[] texts = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            texts[i] = Boolean.toString(values[i]);
        }
        return padded(texts);
    }

    /** Floats as {@code 1.} when all are whole, else with four decimals; with exponents when they spread too far. */
    static ElementText of(double[] values) {
        double[] deciding = Arrays.stream(values)
                .filter(value -> value != 0 && Double.isFinite(value))
                .toArray();
        double largest = Arrays.stream(deciding).map(Math::abs).max().orElse(1);
        double smallest = Arrays.stream(deciding).map(Math::abs).min().orElse(1);
        boolean scientific = largest / smallest > LARGEST_QUOTIENT || largest > LARGEST || smallest < SMALLEST;
        boolean whole = Arrays.stream(deciding).allMatch(value -> value == Math.rint(value));
        String[] texts = new String[values.length];
        int width = 1;
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            if (scientific) {
                texts[i] = NumberText.scientific(value, DECIMALS);
            } else if (whole && Double.isFinite(value)) {
                texts[i] = NumberText.fixed(value, 0) + ".";
            } else {
                texts[i] = NumberText.fixed(value, DECIMALS);
            }
            if (value != 0 && Double.isFinite(value)) {
                width = Math.max(width, texts[i].length());
            }
        }
        return padded(texts, width);
    }

    private static ElementText padded(String[] texts) {
        return padded(texts, Arrays.stream(texts).mapToInt(String::length).max().orElse(1));
    }

    private static ElementText padded(String[] texts, int width) {
        for (int i = 0; i < texts.length; i++) {
            texts[i] = " ".repeat(Math.max(0, width - texts[i].length())) + texts[i];
        }
        return new ElementText(texts, width);
    }
}
