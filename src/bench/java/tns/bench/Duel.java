package tns.bench;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
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
    /** The outcome for one rival; times are seconds a call. */
    record Outcome(String row, int threads, Times tns, String kind, Times libtorch, double wanted) {
        double ratio() {
            return libtorch.median() / tns.median();
        }
    }

    private static final double WARM_UP_SECONDS = 2;
    private static final double REPETITION_SECONDS = 0.02;
    private static final double SIDE_SECONDS = 4;
    private static final int MOST_REPETITIONS = 31;
    private static final int LEAST_REPETITIONS = 7;

    /** Something that can be called a number of times in a row. */
    private interface Side {
        void run(int calls);
    }

    private Duel() {}

    static List<Outcome> run(Row row, int threads) {
        try (PointerScope scope = new PointerScope()) {
            List<Side> sides = new ArrayList<>();
            sides.add(tns(row, threads));
            for (Row.Rival rival : row.rivals()) {
                sides.add(libtorch(rival.prepare().get(), threads));
            }
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
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 1; i < calls.length; i++) {
                Row.Rival rival = row.rivals().get(i - 1);
                outcomes.add(new Outcome(
                        row.name(), threads, Times.of(seconds[0]), rival.kind(), Times.of(seconds[i]), rival.wanted()));
            }
            return outcomes;
        }
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
