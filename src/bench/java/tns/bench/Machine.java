package tns.bench;

import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What the processor can do at best: copy memory, and multiply and add. */
final class Machine {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** Independent sums: as many as two units with a latency of four cycles have under way. */
    private static final int CHAINS = 8;

    private static final int TURNS = 1 << 20;

    /** Up to here one thread copies faster than several: the second has to be woken. */
    private static final int SHARED_FLOATS = 1 << 16;

    private Machine() {}

    /** Copies that many floats from one array to another. */
    static Side copy(int floats, int threads) {
        float[] from = new float[floats];
        float[] to = new float[floats];
        int pieces = floats < SHARED_FLOATS ? 1 : threads;
        int piece = Math.ceilDiv(floats, pieces);
        return calls -> {
            for (int call = 0; call < calls; call++) {
                if (pieces == 1) {
                    System.arraycopy(from, 0, to, 0, floats);
                } else {
                    IntStream.range(0, pieces)
                            .parallel()
                            .forEach(i -> System.arraycopy(
                                    from, i * piece, to, i * piece, Math.min(piece, floats - i * piece)));
                }
            }
        };
    }

    /** Float32 operations a second of multiply-adds in registers, the most of several tries. */
    static double operationsPerSecond(int threads) {
        double best = 0;
        float kept = 0;
        for (int attempt = 0; attempt < 20; attempt++) {
            long start = System.nanoTime();
            kept += (float) IntStream.range(0, threads)
                    .parallel()
                    .mapToDouble(i -> multiplyAdds(i))
                    .sum();
            double seconds = (System.nanoTime() - start) * 1e-9;
            best = Math.max(best, 2.0 * CHAINS * SPECIES.length() * TURNS * threads / seconds);
        }
        return kept == -1 ? 0 : best; // so that the sums are not for nothing
    }

    private static float multiplyAdds(float seed) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector a = FloatVector.broadcast(SPECIES, seed);
        FloatVector b = a.add(x);
        FloatVector c = b.add(x);
        FloatVector d = c.add(x);
        FloatVector e = d.add(x);
        FloatVector f = e.add(x);
        FloatVector g = f.add(x);
        FloatVector h = g.add(x);
        for (int i = 0; i < TURNS; i++) {
            a = a.fma(x, x);
            b = b.fma(x, x);
            c = c.fma(x, x);
            d = d.fma(x, x);
            e = e.fma(x, x);
            f = f.fma(x, x);
            g = g.fma(x, x);
            h = h.fma(x, x);
        }
        return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).reduceLanes(VectorOperators.ADD);
    }
}
