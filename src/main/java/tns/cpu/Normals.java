package tns.cpu;

import org.jspecify.annotations.Nullable;
import tns.expr.Lane;
import tns.tensor.BoxMuller;
import tns.tensor.Generator;

/** Large fills with normal draws: the generator goes through its sequence, threads share the transform of its draws. */
final class Normals {
    /** Blocks a thread takes at a time. */
    private static final int SHARE_BLOCKS = (1 << 14) / BoxMuller.BLOCK;

    private static final int WARM_UP_ELEMENTS = BoxMuller.BLOCK * Workshop.TURNS;

    /** About how many steps a transform takes. */
    private static final int STEPS = 75;

    /** Its loop takes a second of two processors to compile, and saves some 5 ns a draw: worth it after some 14 million. */
    private static final int PATIENCE = 16;

    private final Parallel parallel;
    private final BackgroundLoop<FusedLoop> loop;

    /** @param maker what makes loops; null to do without */
    Normals(Parallel parallel, @Nullable FusedLoops maker) {
        this.parallel = parallel;
        loop = BackgroundLoop.of(
                maker,
                () -> VectorBoxMuller.of(),
                () -> FusedLoops.arrays(Lane.F32, VectorBoxMuller.OPERANDS, WARM_UP_ELEMENTS),
                WARM_UP_ELEMENTS,
                STEPS,
                PATIENCE);
    }

    /** Fills {@code draws}, at least a block, with what the generator itself would give. */
    void fill(Generator generator, float[] draws, float mean, float std) {
        FusedLoop ready = loop.get(draws.length);
        float[] moments = {mean, std};
        generator.normal(draws, (start, end) -> {
            int blocks = (end - start) / BoxMuller.BLOCK;
            parallel.range(blocks, SHARE_BLOCKS, (first, last) -> {
                int from = start + first * BoxMuller.BLOCK;
                int n = (last - first) * BoxMuller.BLOCK;
                if (ready == null) {
                    BoxMuller.transform(draws, from, from + n, mean, std);
                } else {
                    ready.run(new Object[] {draws, moments}, new int[] {from, 0}, n);
                }
            });
        });
    }
}
