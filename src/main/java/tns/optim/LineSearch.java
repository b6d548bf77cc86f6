package tns.optim;

/**
 * How far to go along a direction: a point that meets the strong Wolfe conditions, by bracketing and zoom with cubic
 * interpolation (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6, equation 3.59).
 */
final class LineSearch {
    /** A length along the direction, and there the loss, the gradient and its slope along the direction. */
    record Point(double length, double loss, double[] gradient, double slope) {}

    /** Goes to a length and looks. */
    interface Probe {
        Point at(double length);
    }

    private static final double LEAST_DECREASE = 1e-4;
    private static final double MOST_SLOPE = 0.9;
    private static final double LEAST_BRACKET = 1e-9;
    private static final int MOST_PROBES = 25;

    private final Probe probe;
    private final Point start;
    private int probes;

    private LineSearch(Probe probe, Point start) {
        this.probe = probe;
        this.start = start;
    }

    /**
     * The point found.
     *
     * @param length the length to try first
     * @param start the point at length 0, whose slope is below 0
     * @param size the largest element of the direction, which turns lengths into changes of a parameter
     */
    static Point strongWolfe(Probe probe, double length, Point start, double size) {
        return new LineSearch(probe, start).search(length, size);
    }

    private Point search(double length, double size) {
        Point before = start;
        Point now = probe.at(length);
        while (probes < MOST_PROBES) {
            if (tooHigh(now) || probes > 1 && now.loss >= before.loss || now.slope >= 0 && !flat(now)) {
                return zoom(before, now, size);
            }
            if (flat(now)) {
                return now;
            }
            double least = now.length + 0.01 * (now.length - before.length);
            double next = cubic(before, now, least, now.length * 10);
            before = now;
            now = probe.at(next);
            probes++;
        }
        return start.loss <= now.loss ? start : now;
    }

    private boolean tooHigh(Point p) {
        return p.loss > start.loss + LEAST_DECREASE * p.length * start.slope;
    }

    private boolean flat(Point p) {
        return Math.abs(p.slope) <= -MOST_SLOPE * start.slope;
    }

    /** Narrows the bracket between two points until the lower one is good enough, or nothing is gained any more. */
    private Point zoom(Point a, Point b, double size) {
        Point low = a.loss <= b.loss ? a : b;
        Point high = a.loss <= b.loss ? b : a;
        boolean stuck = false;
        while (probes < MOST_PROBES) {
            double left = Math.min(low.length, high.length);
            double right = Math.max(low.length, high.length);
            if ((right - left) * size < LEAST_BRACKET) {
                break;
            }
            double t = cubic(low, high, left, right);
            double margin = 0.1 * (right - left);
            if (Math.min(right - t, t - left) < margin) {
                if (stuck || t >= right || t <= left) {
                    t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin;
                    stuck = false;
                } else {
                    stuck = true;
                }
            } else {
                stuck = false;
            }
            Point now = probe.at(t);
            probes++;
            if (tooHigh(now) || now.loss >= low.loss) {
                high = now;
                if (high.loss < low.loss) {
                    Point swapped = low;
                    low = high;
                    high = swapped;
                }
            } else {
                if (flat(now)) {
                    return now;
                }
                if (now.slope * (high.length - low.length) >= 0) {
                    high = low;
                }
                low = now;
            }
        }
        return low;
    }

    /** The least point between the bounds of the cubic with the losses and slopes of both points. */
    private static double cubic(Point p, Point q, double least, double most) {
        double d1 = p.slope + q.slope - 3 * (p.loss - q.loss) / (p.length - q.length);
        double square = d1 * d1 - p.slope * q.slope;
        if (!(square >= 0)) {
            return (least + most) / 2;
        }
        double d2 = Math.sqrt(square);
        double place = p.length <= q.length
                ? q.length - (q.length - p.length) * ((q.slope + d2 - d1) / (q.slope - p.slope + 2 * d2))
                : p.length - (p.length - q.length) * ((p.slope + d2 - d1) / (p.slope - q.slope + 2 * d2));
        return Math.min(Math.max(place, least), most);
    }
}
