package tns.bench;

import java.util.Arrays;
import java.util.List;

/**
 * How long things are measured, in seconds.
 *
 * @param warmUp for how long tns must not have become faster before it is measured: its compilers stop for a second and
 *     begin again
 * @param repetition what the calls of one repetition take together, at least
 * @param side what all repetitions of a side take together, about
 * @param least repetitions
 */
record Pace(double warmUp, double repetition, double side, int least) {
    /** For single rows. */
    static final Pace LONG = new Pace(3, 0.02, 2, 7);

    /** For many points of which each is allowed some noise. */
    static final Pace SHORT = new Pace(0.2, 0.01, 0.2, 3);

    private static final int MOST_REPETITIONS = 31;

    /** The others come compiled. */
    private static final int SHORTER_WARM_UP = 3;

    /** The warm-up of a side that becomes faster all the time ends here. */
    private static final int MOST_WARM_UPS = 4;

    /** A side became faster where a call took less than this part of the best before. */
    private static final double FASTER = 0.9;

    /**
     * Measures sides in turns: after a warm-up of each, every repetition times all once, so that what else the machine
     * does meets them alike.
     */
    List<Times> measure(List<Side> sides) {
        int[] calls = new int[sides.size()];
        double longest = 0;
        for (int i = 0; i < calls.length; i++) {
            double seconds = warmUp(sides.get(i), i == 0 ? warmUp : warmUp / SHORTER_WARM_UP);
            calls[i] = (int) Math.max(1, repetition / seconds);
            longest = Math.max(longest, calls[i] * seconds);
        }
        int repetitions = (int) Math.clamp(side / longest, least, MOST_REPETITIONS);
        double[][] seconds = new double[calls.length][repetitions];
        for (int r = 0; r < repetitions; r++) {
            for (int i = 0; i < calls.length; i++) {
                seconds[i][r] = time(sides.get(i), calls[i]);
                sides.get(i).rest();
            }
        }
        return Arrays.stream(seconds).map(Times::of).toList();
    }

    /** Runs a side until it is as fast as it becomes, and gives the seconds of a call at the end. */
    double warmUp(Side side) {
        return warmUp(side, warmUp);
    }

    private double warmUp(Side side, double wait) {
        double last = time(side, 1);
        double best = last;
        double spent = 0;
        double bestSince = 0;
        for (int calls = 1; spent - bestSince < wait && spent < wait * MOST_WARM_UPS; ) {
            last = time(side, calls);
            spent += last * calls;
            if (last < best * FASTER) {
                best = last;
                bestSince = spent;
            }
            calls = (int) Math.clamp(repetition / last, 1, calls * 2L);
        }
        return last;
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double time(Side side, int calls) {
        long start = System.nanoTime();
        side.run(calls);
        return (System.nanoTime() - start) * 1e-9 / calls;
    }
}
