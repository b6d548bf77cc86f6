package tns.bench;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/** Measures the sides of one row in turns, in a process of its own. */
final class Duel {
    /**
     * What one row gave against one rival.
     *
     * @param against what the rival is
     * @param tns seconds a call, as {@code rival}'s
     * @param ratio the rival's median over that of tns
     * @param wanted the ratio to reach; 0 for none
     */
    record Outcome(String row, int threads, String against, Times tns, Times rival, double ratio, double wanted) {
        Outcome(String row, int threads, String against, Times tns, Times rival, double wanted) {
            this(row, threads, against, tns, rival, Times.four(rival.median() / tns.median()), wanted);
        }
    }

    private Duel() {}

    /** @param args the name of a row, a number of threads, and {@code alone} to measure tns alone, against itself */
    public static void main(String[] args) {
        Row row = Rows.named(args[0]);
        int threads = Integer.parseInt(args[1]);
        if (args.length > 2) {
            Times times = Pace.LONG.measure(List.of(tns(row, threads))).getFirst();
            Child.answer(new Outcome(row.name(), threads, "itself", times, times, 0));
        } else {
            run(row, threads).forEach(Child::answer);
        }
    }

    private static List<Outcome> run(Row row, int threads) {
        List<AutoCloseable> started = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            List<Side> sides = new ArrayList<>();
            sides.add(tns(row, threads));
            for (Row.Rival rival : row.rivals()) {
                if (rival.prepare() == null) {
                    continue;
                }
                Row.Call call = rival.prepare().get();
                if (call instanceof AutoCloseable process) {
                    started.add(process);
                }
                sides.add(rival.isLibtorch() ? Side.bestLibtorch(call, threads) : Side.of(call));
            }
            List<Times> times = Pace.LONG.measure(sides);
            List<Outcome> outcomes = new ArrayList<>();
            int measured = 1;
            for (Row.Rival rival : row.rivals()) {
                Times theirs = rival.prepare() == null ? Times.known(rival.seconds()) : times.get(measured++);
                outcomes.add(new Outcome(row.name(), threads, rival.kind(), times.getFirst(), theirs, rival.wanted()));
            }
            return outcomes;
        } finally {
            for (AutoCloseable process : started) {
                try {
                    process.close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private static Side tns(Row row, int threads) {
        return Side.tns(row.setup(), row.body(), row.name(), threads);
    }
}
