package tns.cpu;

import java.util.Random;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/** Tensors of random shapes, strides and values, from a seed that a failing test prints. */
final class RandomTensors {
    static final long SEED = Long.getLong("tns.seed", System.nanoTime() & 0xFFFFFF);

    /** Sizes around the borders of lanes, tiles and chunks. */
    private static final int[] AWKWARD = {0, 1, 1, 2, 3, 5, 7, 16, 17, 31, 32, 33, 127, 128, 129, 999, 1000, 1001};

    private final CpuDevice device;
    private final Random random;

    RandomTensors(CpuDevice device, long seed) {
        this.device = device;
        this.random = new Random(seed);
    }

    Random random() {
        return random;
    }

    int size() {
        return AWKWARD[random.nextInt(AWKWARD.length)];
    }

    int atLeastOne() {
        return Math.max(1, size());
    }

    /** A shape of up to {@code maxRank} awkward dims with at most 100 000 elements. */
    Shape shape(int minRank, int maxRank) {
        int[] sizes = new int[minRank + random.nextInt(maxRank - minRank + 1)];
        long room = 100_000;
        for (int d = 0; d < sizes.length; d++) {
            int size = size();
            sizes[d] = size > room ? 1 + random.nextInt(3) : size;
            room /= Math.max(1, sizes[d]);
        }
        for (int d = sizes.length - 1; d > 0; d--) {
            int other = random.nextInt(d + 1);
            int size = sizes[d];
            sizes[d] = sizes[other];
            sizes[other] = size;
        }
        return Shape.of(sizes);
    }

    /** A random tensor that lies in some odd way: permuted, flipped, with gaps, an offset or broadcast dims. */
    Tensor strided(DType dtype, Shape shape) {
        int rank = shape.rank();
        int[] order = new int[rank];
        for (int d = 0; d < rank; d++) {
            order[d] = d;
        }
        boolean permuted = random.nextInt(3) > 0;
        for (int d = rank - 1; d > 0 && permuted; d--) {
            int other = random.nextInt(d + 1);
            int dim = order[d];
            order[d] = order[other];
            order[other] = dim;
        }
        boolean odd = random.nextInt(3) == 0;
        int[] strides = new int[rank];
        int offset = odd ? random.nextInt(5) : 0;
        int room = 1;
        for (int i = rank - 1; i >= 0; i--) {
            int d = order[i];
            int size = shape.size(d);
            int way = odd ? random.nextInt(6) : 5;
            if (way == 0) {
                continue;
            }
            int gap = way == 1 ? 2 : 1;
            strides[d] = room * gap;
            if (way == 2 && size > 0) {
                offset += (size - 1) * strides[d];
                strides[d] = -strides[d];
            }
            room *= Math.max(1, size) * gap;
        }
        Tensor whole = values(dtype, Shape.of(room + 5));
        return whole.viewed(new View(shape, strides, offset));
    }

    /** A contiguous tensor of values with ties, and among floats a few zeros of both signs, infinities and NaN. */
    Tensor values(DType dtype, Shape shape) {
        int n = shape.elements();
        boolean special = random.nextInt(4) == 0;
        boolean ties = random.nextBoolean();
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = ties ? random.nextInt(7) - 3 : random.nextGaussian();
            if (special && random.nextInt(50) == 0) {
                double[] odd = {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
                x[i] = odd[random.nextInt(odd.length)];
            }
        }
        return of(dtype, shape, x);
    }

    /** A contiguous tensor of numbers between -1 and 1. */
    Tensor uniform(DType dtype, Shape shape) {
        double[] x = new double[shape.elements()];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextDouble() * 2 - 1;
        }
        return of(dtype, shape, x);
    }

    Tensor of(DType dtype, Shape shape, double... x) {
        Object array = HostBuffer.newArray(dtype, x.length);
        for (int i = 0; i < x.length; i++) {
            switch (array) {
                case float[] a -> a[i] = (float) x[i];
                case double[] a -> a[i] = x[i];
                case long[] a -> a[i] = Math.round(Double.isFinite(x[i]) ? x[i] * 2 : 9e18 * Math.signum(x[i]));
                default -> ((byte[]) array)[i] = (byte) (x[i] > 0 ? 1 : 0);
            }
        }
        return Tensor.upload(device, dtype, shape, array);
    }
}
