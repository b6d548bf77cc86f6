package tns.bench;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** How the cost of a few rows grows with their size, beside libtorch and beside what the machine can do. */
final class Sweep {
    /**
     * A row at one size.
     *
     * @param work bytes moved, or operations, of a call
     * @param tns seconds a call, the lower decile as for all sides: what else the machine does meets single points
     * @param limit seconds that as much copying takes, or as many operations at the machine's peak
     */
    record Point(String curve, int threads, long elements, double work, double tns, double libtorch, double limit) {
        /** What part of the machine's speed tns reaches. */
        double part() {
            return limit / tns;
        }

        Point limited(double seconds) {
            return new Point(curve, threads, elements, work, tns, libtorch, seconds);
        }
    }

    private static final String HEAD = """
        # How the cost grows

        %s. Each row at sizes from 16 elements on: the time of a call (the lower decile of a few repetitions) beside
        libtorch's and beside the machine's limit. That is, for as many bytes as the row must read and write, the
        faster of an array copy and libtorch's copy of the same size, in cache or not; for products, the most operations
        a second of multiply-adds in registers, tns and libtorch. "of the limit" is what part of that speed tns reaches,
        "ratio" libtorch's time over that of tns.

        ![The same as a picture](%s.png)

        | row | threads | elements | tns | libtorch | tns reaches | the limit | of the limit | ratio |
        |---|---|---|---|---|---|---|---|---|
        """;

    private final List<Point> points = new ArrayList<>();

    /** @param args the name of a curve and a number of threads */
    public static void main(String[] args) {
        Curve curve = Curve.named(args[0]);
        int threads = Integer.parseInt(args[1]);
        List<Point> points = new ArrayList<>();
        Pace.LONG.warmUp(tns(curve, threads, curve.sizes()[0])); // what all sizes have in common
        for (long n : curve.sizes()) {
            points.add(point(curve, threads, n));
        }
        if (curve.isProduct()) {
            double peak = points.stream()
                    .mapToDouble(p -> p.work / Math.min(p.tns, p.libtorch))
                    .max()
                    .orElseThrow();
            double best = Math.max(peak, Machine.operationsPerSecond(threads));
            points.replaceAll(p -> p.limited(Times.four(p.work / best)));
        }
        points.forEach(Child::answer);
    }

    private static Point point(Curve curve, int threads, long n) {
        try (PointerScope scope = new PointerScope()) {
            List<Side> sides = new ArrayList<>();
            sides.add(tns(curve, threads, n));
            Row.Call rival = curve.rival().apply(n);
            if (curve.isProduct()) {
                sides.add(Side.bestLibtorch(rival, threads));
            } else {
                sides.add(Side.libtorch(rival, threads));
                int floats = (int) (curve.bytes() * n / (2 * Float.BYTES));
                Tensor from = zeros(floats);
                Tensor to = zeros(floats);
                sides.add(Machine.copy(floats, threads));
                sides.add(Side.libtorch(() -> to.copy_(from), threads));
            }
            double[] seconds =
                    Pace.SHORT.measure(sides).stream().mapToDouble(Times::p10).toArray();
            double copy = Arrays.stream(seconds).skip(2).min().orElse(0);
            return new Point(curve.name(), threads, n, curve.work(n), seconds[0], seconds[1], copy);
        }
    }

    private static Side tns(Curve curve, int threads, long n) {
        return Side.tns(curve.setup().apply(n), curve.body(), curve.name(), threads);
    }

    /** Measures a curve in a process of its own, and prints its largest size. */
    void measure(Curve curve, int threads) {
        List<Point> measured = Child.run(Sweep.class, Point.class, curve.name(), Integer.toString(threads));
        points.addAll(measured);
        System.out.println(line(curve, measured.getLast()));
    }

    private static String line(Curve curve, Point p) {
        return Report.row(
                p.curve,
                p.threads,
                p.elements,
                Times.known(p.tns),
                Times.known(p.libtorch),
                Times.three(p.work / p.tns * 1e-9) + " " + curve.unit(),
                Times.three(p.work / p.limit * 1e-9) + " " + curve.unit(),
                Times.three(100 * p.part()) + " %",
                Times.three(p.libtorch / p.tns));
    }

    /** Writes {@code NAME.md}, {@code NAME.json} and the picture {@code NAME.png}. */
    void write(String name) throws IOException {
        StringBuilder text = new StringBuilder(HEAD.formatted(Report.machine() + ". " + LocalDate.now(), name));
        for (Curve curve : Curve.all()) {
            points.stream()
                    .filter(p -> p.curve.equals(curve.name()))
                    .forEach(p -> text.append(line(curve, p)).append('\n'));
        }
        Report.write(name, text.toString(), points);
        Report.write(name + ".png", SweepPicture.png(points));
    }
}
