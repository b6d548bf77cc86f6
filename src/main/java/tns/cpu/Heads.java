package tns.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tns.expr.RowProgram;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * Attention one head after the other, so that a head's scores stay in the cache from the product that makes them to the
 * one that uses them: see {@link tns.tensor.Device#attend}. Threads share the batch.
 */
final class Heads {
    /** How a row program is run on the caller's thread. */
    @FunctionalInterface
    interface Rows {
        void run(RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs);
    }

    private final Parallel parallel;
    private final Gemm gemm;
    private final MatrixKernel kernel;
    private final Rows rows;
    private final Tensor query;
    private final Tensor key;
    private final Tensor value;
    private final double scale;
    private final int heads;
    private final int batch;
    private final int l;
    private final int s;
    private final int d;
    private final int e;

    /** @param parts query, key and value */
    Heads(Parallel parallel, Gemm gemm, Rows rows, Tensor[] parts, double scale) {
        this.parallel = parallel;
        this.gemm = gemm;
        this.rows = rows;
        this.scale = scale;
        query = parts[0];
        kernel = gemm.kernel(query.dtype());
        key = parts[1];
        value = parts[2];
        heads = query.size(1);
        batch = query.size(0);
        l = query.size(2);
        s = key.size(2);
        d = query.size(3);
        e = value.size(3);
    }

    /** The heads to take together: all of a batch's element, which lie side by side, unless that leaves threads idle. */
    private int together() {
        int groups = shared() ? Math.clamp((4L * parallel.threads() + batch - 1) / batch, 1, heads) : 1;
        return (heads + groups - 1) / groups;
    }

    /** Whether waking threads pays. */
    private boolean shared() {
        return (long) batch * heads * l * s * (d + e) >= Gemm.SHARE_MIN_STEPS;
    }

    /** Piece {@code number} of so many rows of a contiguous tensor. */
    private static Tensor piece(Tensor all, int number, int rows, int columns) {
        int at = all.view().offset() + number * rows * columns;
        return all.window(new View(Shape.of(rows, columns), new int[] {columns, 1}, at));
    }

    private static Tensor turned(Tensor matrix) {
        return matrix.window(matrix.view().permute(new int[] {1, 0}));
    }

    /** What a thread does with one piece after the other: some heads of an element of the batch. */
    private abstract class Work {
        private final List<Tensor> lent = new ArrayList<>();

        /** A matrix of unknown content, of this thread alone and until it is done. */
        final Tensor room(int rows, int columns) {
            Tensor room = Tensor.room(query.device(), query.dtype(), Shape.of(rows, columns));
            lent.add(room);
            return room;
        }

        abstract void run(int element, int first, int count);

        void end() {
            lent.forEach(Tensor::release);
        }
    }

    private void share(Supplier<Work> worker) {
        int together = together();
        int groups = (heads + together - 1) / together;
        parallel.range(batch * groups, shared() ? 1 : batch * groups, (from, to) -> {
            Work work = worker.get();
            for (int piece = from; piece < to; piece++) {
                int first = piece % groups * together;
                work.run(piece / groups, first, Math.min(together, heads - first));
            }
            work.end();
        });
    }

    void forward(RowProgram weighting, Tensor weights, Tensor output) {
        share(() -> new Forward(weighting, weights, output));
    }

    private final class Forward extends Work {
        private final RowProgram weighting;
        private final Tensor weights;
        private final Tensor output;
        private final Tensor queries = room(together() * l, d);
        private final Tensor keys = room(together() * s, d);
        private final Tensor values = room(together() * s, e);
        private final Tensor turned = room(d, s);
        private final Tensor scores = room(l, s);
        private final Tensor results = room(together() * l, e);

        Forward(RowProgram weighting, Tensor weights, Tensor output) {
            this.weighting = weighting;
            this.weights = weights;
            this.output = output;
        }

        @Override
        void run(int element, int first, int count) {
            load(query, element, first, count, queries);
            multiply(queries, scale);
            load(key, element, first, count, keys);
            load(value, element, first, count, values);
            for (int h = 0; h < count; h++) {
                Tensor own = piece(weights, element * heads + first + h, l, s);
                turn(piece(keys, h, s, d), turned);
                gemm.product(piece(queries, h, l, d), turned, scores);
                rows.run(weighting, new Tensor[] {scores}, Shape.of(l, s), new Tensor[] {own});
                gemm.product(own, piece(values, h, s, e), piece(results, h, l, e));
            }
            store(results, output, element, first, count);
        }
    }

    void backward(RowProgram weightingGradient, Tensor weights, Tensor dy, Tensor[] gradients) {
        share(() -> new Backward(weightingGradient, weights, dy, gradients));
    }

    private final class Backward extends Work {
        private final RowProgram weightingGradient;
        private final Tensor weights;
        private final Tensor dy;
        private final Tensor[] gradients;
        private final Tensor queries = room(together() * l, d);
        private final Tensor keys = room(together() * s, d);
        private final Tensor values = room(together() * s, e);
        private final Tensor given = room(together() * l, e);
        private final Tensor turned = room(e, s);
        private final Tensor dWeights = room(l, s);
        private final Tensor dScores = room(l, s);
        private final Tensor dQueries = room(together() * l, d);
        private final Tensor dKeys = room(together() * s, d);
        private final Tensor dValues = room(together() * s, e);

        Backward(RowProgram weightingGradient, Tensor weights, Tensor dy, Tensor[] gradients) {
            this.weightingGradient = weightingGradient;
            this.weights = weights;
            this.dy = dy;
            this.gradients = gradients;
        }

        @Override
        void run(int element, int first, int count) {
            load(query, element, first, count, queries);
            multiply(queries, scale);
            load(key, element, first, count, keys);
            multiply(keys, scale);
            load(value, element, first, count, values);
            load(dy, element, first, count, given);
            for (int h = 0; h < count; h++) {
                Tensor own = piece(weights, element * heads + first + h, l, s);
                Tensor dOwn = piece(given, h, l, e);
                gemm.product(turned(own), dOwn, piece(dValues, h, s, e));
                turn(piece(values, h, s, e), turned);
                gemm.product(dOwn, turned, dWeights);
                rows.run(weightingGradient, new Tensor[] {own, dWeights}, Shape.of(l, s), new Tensor[] {dScores});
                gemm.product(dScores, piece(keys, h, s, d), piece(dQueries, h, l, d));
                gemm.product(turned(dScores), piece(queries, h, l, d), piece(dKeys, h, s, d));
            }
            store(dQueries, gradients[0], element, first, count);
            store(dKeys, gradients[1], element, first, count);
            store(dValues, gradients[2], element, first, count);
        }
    }

    /** Copies heads of an element of [batch, heads, rows, columns], one after the other; line by line, as they lie. */
    private void load(Tensor all, int element, int first, int count, Tensor heads) {
        int[] strides = all.view().strides();
        int from = all.view().offset() + element * strides[0] + first * strides[1];
        int rows = all.size(2);
        int columns = all.size(3);
        Object source = HostBuffer.array(all);
        Object target = HostBuffer.array(heads);
        for (int i = 0; i < rows; i++) {
            kernel.pack(
                    source,
                    from + i * strides[2],
                    strides[1],
                    strides[3],
                    count,
                    columns,
                    target,
                    i * columns,
                    rows * columns);
        }
    }

    /** The inverse of {@link #load}, into lines without gaps. */
    private void store(Tensor heads, Tensor all, int element, int first, int count) {
        int[] strides = all.view().strides();
        int to = all.view().offset() + element * strides[0] + first * strides[1];
        int rows = all.size(2);
        int columns = all.size(3);
        Object source = HostBuffer.array(heads);
        Object target = HostBuffer.array(all);
        for (int i = 0; i < rows; i++) {
            kernel.pack(
                    source, i * columns, rows * columns, 1, count, columns, target, to + i * strides[2], strides[1]);
        }
    }

    private void turn(Tensor matrix, Tensor turned) {
        int rows = matrix.size(0);
        int columns = matrix.size(1);
        int at = matrix.view().offset();
        kernel.pack(HostBuffer.array(matrix), at, 1, columns, columns, rows, HostBuffer.array(turned), 0, rows);
    }

    private static void multiply(Tensor all, double factor) {
        switch (HostBuffer.array(all)) {
            case float[] x -> {
                float f = (float) factor;
                for (int i = 0; i < x.length; i++) {
                    x[i] *= f;
                }
            }
            case double[] x -> {
                for (int i = 0; i < x.length; i++) {
                    x[i] *= factor;
                }
            }
            default -> throw new IllegalStateException("attention of " + all.dtype());
        }
    }
}
