package tns.cpu;

import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * Packs float matrices in vectors, once that is compiled: 4 M elements are turned in 0.7 ms where plain Java takes 2.6
 * (AMD EPYC, AVX-512, 2026-11-26).
 */
final class VectorPacking {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int ROWS = Tiles.FLOATS.rows();

    /** Elements after which the loops are made: some milliseconds in plain Java. */
    private static final int MAKE_AFTER = 1 << 22;

    /** Nanoseconds a row of a block may take to be turned when that is compiled: about ten times what it does then. */
    private static final double TURN_NANOS = 20;

    /** Nanoseconds {@link #copies} may take when it is compiled: about ten times what it does then. */
    private static final double COPY_NANOS = 3000;

    private final Workshop workshop;

    /** Elements so far, roughly: threads may overwrite each other's additions. */
    private int packed;

    private volatile boolean copies;
    private volatile @Nullable FusedLoop squares;
    /** Strips of a tile's rows, where several of their columns fill a vector. */
    private volatile @Nullable FusedLoop strips;

    /** Loops made by the workshop; if {@code atOnce}, at their first use. */
    VectorPacking(Workshop workshop, boolean atOnce) {
        this.workshop = workshop;
        packed = atOnce ? MAKE_AFTER - 1 : 0;
    }

    /**
     * {@link MatrixKernel#pack} of as many lines as this is the way for, and compiled.
     *
     * @return the lines that have been packed, from the first
     */
    int pack(float[] source, int at, int step, int stride, int steps, int width, float[] target, int start, int row) {
        if (step == 1 && steps >= LANES) {
            count(steps * width);
            boolean strip = width == ROWS && row == width && width < LANES;
            if (strip && LANES % width != 0) {
                return strip(source, at, stride, steps, width, target, start);
            }
            FusedLoop loop = width >= LANES ? squares : strip ? strips : null;
            if (loop != null) {
                turn(loop, source, at, stride, steps, width, target, start, row);
                return steps;
            }
        } else if (stride == 1 && width >= LANES) {
            count(steps * width);
            if (copies) {
                lines(source, at, step, steps, width, target, start, row);
                return steps;
            }
        }
        return 0;
    }

    /**
     * {@link MatrixKernel#panels} of as many whole panels as this is the way for.
     *
     * @return the elements of a line that have been packed
     */
    int panels(float[] source, int at, int step, int steps, int columns, float[] target, int start, int width) {
        count(steps * columns);
        if (!copies || steps == 0) {
            return 0;
        }
        if (width == 2 * LANES) {
            int whole = columns / width * width;
            cut(source, at, step, steps, whole, target, start);
            return whole;
        }
        if (2 * width >= LANES && width < LANES && columns >= LANES) {
            // The last one is left out: a vector from there would reach beyond the line.
            int whole = (columns / width - 1) * width;
            narrow(source, at, step, steps, whole, target, start, width);
            return whole;
        }
        return 0;
    }

    private void count(int elements) {
        if (packed < MAKE_AFTER && (packed += elements) >= MAKE_AFTER) {
            float[] from = new float[Workshop.TURNS * 2 * LANES];
            float[] to = new float[Workshop.TURNS * 2 * LANES];
            workshop.order(() -> to, (made, turns) -> copies(from, turns, made), COPY_NANOS, made -> copies = true);
            order(LANES, made -> squares = made);
            if (LANES % ROWS == 0) {
                order(ROWS, made -> strips = made);
            }
        }
    }

    private void order(int height, Consumer<FusedLoop> ready) {
        Object[] operands = new float[TurnCode.OPERANDS][Workshop.TURNS * height * LANES];
        int[] at = new int[TurnCode.OPERANDS];
        workshop.order(
                () -> TurnCode.blocks(height),
                (loop, turns) -> loop.run(operands, at, turns * LANES),
                TURN_NANOS * Workshop.TURNS * height,
                ready);
    }

    /** Blocks of as many columns as a vector is long; the last one may do some of them again, to be whole. */
    private static void turn(
            FusedLoop loop,
            float[] source,
            int at,
            int stride,
            int steps,
            int width,
            float[] target,
            int start,
            int row) {
        Object[] operands = {source, target, source, target};
        int height = Math.min(LANES, width);
        int whole = steps / LANES * LANES;
        for (int j = 0; j < width; j += height) {
            int line = Math.min(j, width - height);
            int x = at + line * stride;
            int y = start + line;
            loop.run(operands, new int[] {x, y, x + stride, y + row}, whole);
            if (whole < steps) {
                x += steps - LANES;
                y += (steps - LANES) * row;
                loop.run(operands, new int[] {x, y, x + stride, y + row}, LANES);
            }
        }
    }

    /**
     * Turns a strip of fewer rows than a vector is long, and whatever lies below it, in squares: what a column spills lies
     * where the next one goes. The last columns are left, as after them there is the next strip.
     *
     * @return the columns that have been packed
     */
    private int strip(float[] source, int at, int stride, int steps, int width, float[] target, int start) {
        FusedLoop loop = squares;
        int whole = (steps - 1) / LANES * LANES;
        int below = at + (LANES - 1) * stride;
        if (loop == null || below < 0 || below > source.length - whole) {
            return 0;
        }
        Object[] operands = {source, target, source, target};
        loop.run(operands, new int[] {at, start, at + stride, start + width}, whole);
        return whole;
    }

    /** Copies lines of at least a vector; the last vector of one may do some elements again, to be whole. */
    private static void lines(
            float[] source, int at, int step, int steps, int width, float[] target, int start, int row) {
        for (int p = 0; p < steps; p++) {
            int from = at + p * step;
            int to = start + p * row;
            for (int j = 0; j <= width - LANES; j += LANES) {
                FloatVector.fromArray(SPECIES, source, from + j).intoArray(target, to + j);
            }
            if (width % LANES != 0) {
                FloatVector.fromArray(SPECIES, source, from + width - LANES).intoArray(target, to + width - LANES);
            }
        }
    }

    /** Whole panels of two vectors. */
    private static void cut(float[] source, int at, int step, int steps, int columns, float[] target, int start) {
        int width = 2 * LANES;
        for (int p = 0; p < steps; p++) {
            int from = at + p * step;
            int to = start + p * width;
            for (int column = 0; column < columns; column += width) {
                FloatVector first = FloatVector.fromArray(SPECIES, source, from + column);
                FloatVector second = FloatVector.fromArray(SPECIES, source, from + column + LANES);
                first.intoArray(target, to + column * steps);
                second.intoArray(target, to + column * steps + LANES);
            }
        }
    }

    /**
     * Whole panels of half a vector or more: what a vector spills lies where the next line goes. The last line is copied
     * as it is, as after it there is the next panel.
     */
    private static void narrow(
            float[] source, int at, int step, int steps, int columns, float[] target, int start, int width) {
        for (int p = 0; p < steps - 1; p++) {
            int from = at + p * step;
            int to = start + p * width;
            for (int column = 0; column < columns; column += width) {
                FloatVector.fromArray(SPECIES, source, from + column).intoArray(target, to + column * steps);
            }
        }
        int last = steps - 1;
        for (int column = 0; column < columns; column += width) {
            System.arraycopy(source, at + last * step + column, target, start + column * steps + last * width, width);
        }
    }

    /** For compiling: every way of copying, over so many steps; nothing if that is negative. */
    private static void copies(float[] source, int steps, float[] target) {
        lines(source, 0, LANES + 1, steps, LANES + 1, target, 0, LANES + 1);
        cut(source, 0, 2 * LANES, steps, 2 * LANES, target, 0);
        narrow(source, 0, LANES, steps, steps < 0 ? 0 : LANES / 2, target, 0, LANES / 2);
    }
}
