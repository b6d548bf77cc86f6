package tns.profile;

import java.util.Locale;

/** Times and sizes as people read them: three digits and a unit. */
public final class Amount {
    private static final String[] TIMES = {"ns", "µs", "ms", "s"};
    private static final String[] SIZES = {"B", "kB", "MB", "GB", "TB"};

    private Amount() {}

    /** Such as {@code 1.23 ms}. */
    public static String duration(double nanos) {
        return scaled(nanos, TIMES);
    }

    /** Such as {@code 4.50 MB}. */
    public static String memory(double bytes) {
        return scaled(bytes, SIZES);
    }

    private static String scaled(double amount, String[] units) {
        double left = amount;
        int unit = 0;
        while (left >= 1000 && unit < units.length - 1) {
            left /= 1000;
            unit++;
        }
        return unit == 0 ? String.format(Locale.ROOT, "%.0f %s", left, units[0]) : digits(left) + ' ' + units[unit];
    }

    /** A number with three digits, or as many as it has before its point: {@code 0.12}, {@code 12.3}, {@code 1234}. */
    static String digits(double number) {
        int decimals = number >= 100 ? 0 : number >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", number);
    }
}
