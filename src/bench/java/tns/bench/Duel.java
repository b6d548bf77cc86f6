package tns.bench;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;
import tns.Interpreter;
import tns.lang.Script;

/**
 * Measures the sides of one row in turns: after a warm-up of each, every repetition times all sides once, so that what
 * else the machine does meets them alike.
 */
final class Duel {
    /** The outcome against one rival; times are seconds a call. */
    record Outcome(String row, int threads, Times tns, String kind, Times rival, double wanted) {
        double ratio() {
            return rival.median() / tns.median();
        }
    }

    private static final double WARM_UP_SECONDS = 1.5;
    private static final double REPETITION_SECONDS = 0.02;
    private static final double SIDE_SECONDS = 2;
    private static final int MOST_REPETITIONS = 31;
    private static final int LEAST_REPETITIONS = 7;

    /** Something that can be called a number of times in a row. */
    private interface Side {
        void run(int calls);
    }

    private Duel() {}

    static List<Outcome> run(Row row, int threads) {
        List<Row.Call> started = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            List<Side> sides = new ArrayList<>();
            Supplier<Row.Call> ours = row.ours();
            sides.add(ours == null ? tns(row, threads) : plain(ours.get()));
            for (Row.Rival rival : row.rivals()) {
                Supplier<Row.Call> prepare = rival.prepare();
                if (prepare != null) {
                    Row.Call call = prepare.get();
                    started.add(call);
                    sides.add(row.isNarrow() ? plain(call) : libtorch(call, threads));
                }
            }
            double[][] seconds = inTurns(sides);
            List<Outcome> outcomes = new ArrayList<>();
            int measured = 1;
            for (Row.Rival rival : row.rivals()) {
                Times times = rival.prepare() == null
                        ? new Times(rival.seconds(), rival.seconds(), rival.seconds())
                        : Times.of(seconds[measured++]);
                outcomes.add(
                        new Outcome(row.name(), threads, Times.of(seconds[0]), rival.kind(), times, rival.wanted()));
            }
            return outcomes;
        } finally {
            for (Row.Call call : started) {
                if (call instanceof Python python) {
                    python.close();
                }
            }
        }
    }

    /** The seconds a call in each repetition, for each side. */
    private static double[][] inTurns(List<Side> sides) {
        int[] calls = new int[sides.size()];
        double longest = 0;
        for (int i = 0; i < calls.length; i++) {
            double seconds = warmUp(sides.get(i));
            calls[i] = (int) Math.max(1, REPETITION_SECONDS / seconds);
            longest = Math.max(longest, calls[i] * seconds);
        }
        int repetitions = (int) Math.clamp(SIDE_SECONDS / longest, LEAST_REPETITIONS, MOST_REPETITIONS);
        double[][] seconds = new double[calls.length][repetitions];
        for (int r = 0; r < repetitions; r++) {
            for (int i = 0; i < calls.length; i++) {
                seconds[i][r] = time(sides.get(i), calls[i]);
            }
        }
        return seconds;
    }

    private static Side plain(Row.Call call) {
        return calls -> {
            for (int i = 0; i < calls; i++) {
                call.run();
            }
        };
    }

    private static Side tns(Row row, int threads) {
        Interpreter tns = new Interpreter(
                new PrintStream(PrintStream.nullOutputStream()), new BufferedReader(Reader.nullReader()), List.of());
        tns.threads(threads);
        tns.eval("seed(0)\n" + row.setup());
        Script loop = tns.compile("for call in 0..calls {\n" + row.body() + "\n}", row.name());
        return calls -> {
            tns.set("calls", (long) calls);
            tns.run(loop);
        };
    }

    /** Libtorch with the better of two settings: its matrix products on one thread or on all that it may use. */
    private static Side libtorch(Row.Call call, int threads) {
        Side narrow = libtorch(call, threads, 1);
        if (threads == 1) {
            return narrow;
        }
        Side wide = libtorch(call, threads, threads);
        return warmUp(wide) < warmUp(narrow) ? wide : narrow;
    }

    private static Side libtorch(Row.Call call, int threads, int blasThreads) {
        return calls -> {
            torch.set_num_threads(threads);
            openblas.blas_set_num_threads(blasThreads);
            for (int i = 0; i < calls; i++) {
                try (PointerScope scope = new PointerScope()) {
                    call.run();
                }
            }
        };
    }

    /** Runs for some time, and gives the seconds of a call at its end. */
    private static double warmUp(Side side) {
        double spent = 0;
        double last = time(side, 1);
        for (int calls = 1; spent < WARM_UP_SECONDS; ) {
            last = time(side, calls);
            spent += last * calls;
            calls = (int) Math.clamp(REPETITION_SECONDS / last, 1, calls * 2L);
        }
        return last;
    }

    private static double time(Side side, int calls) {
        long start = System.nanoTime();
        side.run(calls);
        return (System.nanoTime() - start) * 1e-9 / calls;
    }
}
