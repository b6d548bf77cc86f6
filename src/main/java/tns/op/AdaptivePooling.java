package tns.op;

import java.util.Arrays;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Cells;
import tns.tensor.DType;
import tns.tensor.Reduction;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Pooling to a given size: cell i of m covers the elements from floor(i n / m) up to ceil((i + 1) n / m) of n. */
final class AdaptivePooling {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("adaptive pooling");

    static {
        for (int d = 1; d <= 3; d++) {
            int dims = d;
            String input = "arange(6.).reshape(1, " + "1, ".repeat(dims - 1) + "6), ";
            String size = dims == 1 ? "2)" : "(" + "1, ".repeat(dims - 1) + "2))";
            FAMILY.define("adaptive_avg_pool" + dims + "d(x: tensor, output_size: any)")
                    .doc("The means of cells of equal size, as many as given; none keeps a dim's size.")
                    .example(
                            "adaptive_avg_pool" + dims + "d(" + input + size,
                            "tensor([[" + "[".repeat(dims - 1) + "1., 4.]" + "]".repeat(dims) + ")")
                    .gradient("adaptive_avg_pool" + dims + "d(x, 2)", "x: [2" + ", 3".repeat(dims) + "]")
                    .is(args -> {
                        Tensor x = batched(args, dims);
                        ReductionOps.requireFloat(x, args.name());
                        return unbatched(args, x, average(x, sizes(args, x, dims)));
                    });
            FAMILY.define("adaptive_max_pool" + dims + "d(x: tensor, output_size: any, return_indices: bool = false)")
                    .doc("The greatest elements of cells of equal size, as many as given; return_indices adds their"
                            + " positions in the input's plane.")
                    .example(
                            "adaptive_max_pool" + dims + "d(" + input + size,
                            "tensor([[" + "[".repeat(dims - 1) + "2., 5.]" + "]".repeat(dims) + ")")
                    .gradient("adaptive_max_pool" + dims + "d(x, 2)", "x: [2" + ", 3".repeat(dims) + "]")
                    .is(args -> {
                        Tensor x = batched(args, dims);
                        CellPooling.Greatest greatest = greatest(x, sizes(args, x, dims), args.name());
                        Tensor y = unbatched(args, x, greatest.values());
                        return args.flag("return_indices") ? Tuple.of(y, unbatched(args, x, greatest.places())) : y;
                    });
        }
    }

    private AdaptivePooling() {}

    private static Tensor batched(Args args, int dims) {
        Tensor x = args.tensor("x");
        if (x.rank() != dims + 1 && x.rank() != dims + 2) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    args.name() + ": expected [n, channels, " + "size, ".repeat(dims - 1) + "size] or without n, found "
                            + x.describe());
        }
        for (int d = x.rank() - dims - 1; d < x.rank(); d++) {
            if (x.size(d) == 0) {
                throw new TnsException(
                        ErrorKind.SHAPE, args.name() + ": dim " + d + " of " + x.describe() + " is empty");
            }
        }
        return x.rank() == dims + 1 ? Movement.unsqueeze(x, 0) : x;
    }

    private static Tensor unbatched(Args args, Tensor x, Tensor y) {
        return args.tensor("x").rank() < x.rank() ? Movement.squeeze(y, 0) : y;
    }

    private static int[] sizes(Args args, Tensor x, int dims) {
        Object given = args.get("output_size");
        Object[] each = given instanceof Tuple t ? t.items().toArray() : new Object[] {given};
        int[] sizes = new int[dims];
        for (int d = 0; d < dims; d++) {
            Object size = each.length == dims ? each[d] : each.length == 1 ? each[0] : given;
            sizes[d] = switch (size) {
                case None none -> x.size(d + 2);
                case Long n when n >= 0 && n <= Integer.MAX_VALUE -> n.intValue();
                default ->
                    throw new TnsException(
                            ErrorKind.VALUE,
                            args.name() + ": output_size must be an int, none, or a tuple of " + dims + " of them,"
                                    + " found " + Display.text(given));
            };
        }
        return sizes;
    }

    /** The cells of one dim: where each starts and how long it is. */
    private record Parts(int[] starts, int[] lengths, int longest) {
        static Parts of(int n, int count) {
            int[] starts = new int[count];
            int[] lengths = new int[count];
            int longest = 1;
            for (int i = 0; i < count; i++) {
                starts[i] = (int) ((long) i * n / count);
                lengths[i] = (int) (((long) (i + 1) * n + count - 1) / count) - starts[i];
                longest = Math.max(longest, lengths[i]);
            }
            return new Parts(starts, lengths, longest);
        }

        /** Of each dim of {@code x}, [n, c, sizes]. */
        static Cells[] cells(Tensor x, int[] sizes) {
            Cells[] cells = new Cells[sizes.length];
            for (int d = 0; d < cells.length; d++) {
                Parts parts = of(x.size(d + 2), sizes[d]);
                int[] to = parts.lengths.clone();
                for (int i = 0; i < to.length; i++) {
                    to[i] += parts.starts[i];
                }
                cells[d] = new Cells(parts.starts, to, 1);
            }
            return cells;
        }

        /** How many elements each has, as [cells, 1, …] to divide sums over dim {@code d} of x by. */
        Tensor counts(Tensor x, int d) {
            int[] shape = new int[x.rank() - d];
            Arrays.fill(shape, 1);
            shape[0] = starts.length;
            double[] each = Arrays.stream(lengths).asDoubleStream().toArray();
            Tensor count = Tensor.upload(x.device(), DType.FLOAT64, Shape.of(shape), each);
            return Casts.to(count, x.dtype());
        }

        /**
         * Dim {@code d} of x as [cells, longest], with {@code filler} where a cell is shorter.
         */
        Tensor of(Tensor x, int d, double filler) {
            int count = starts.length;
            long[] places = new long[count * longest];
            byte[] inside = new byte[places.length];
            boolean whole = true;
            for (int i = 0; i < count; i++) {
                for (int k = 0; k < longest; k++) {
                    boolean in = k < lengths[i];
                    places[i * longest + k] = (long) starts[i] + (in ? k : 0);
                    inside[i * longest + k] = (byte) (in ? 1 : 0);
                    whole &= in;
                }
            }
            Tensor index = Tensor.upload(x.device(), DType.INT64, Shape.of(places.length), places);
            Tensor taken = Selection.indexSelect("pooling", x, d, index);
            Shape split = x.shape().with(d, count).insert(d + 1, longest);
            Tensor cells = Movement.reshape(taken, split);
            if (whole) {
                return cells;
            }
            int[] sizes = new int[split.rank() - d];
            Arrays.fill(sizes, 1);
            sizes[0] = count;
            sizes[1] = longest;
            Tensor mask = Tensor.upload(x.device(), DType.BOOL, Shape.of(sizes), inside);
            return Comparison.WHERE.apply(mask, cells, Reductions.scalar(x, filler));
        }
    }

    /** The means over cells of the dims of x, [n, c, sizes], from the third on. */
    static Tensor average(Tensor x, int[] sizes) {
        Cells[] pools = Parts.cells(x, sizes);
        if (CellPooling.suits(x, pools)) {
            Tensor count = null;
            for (int d = 2; d < x.rank(); d++) {
                Tensor each = Parts.of(x.size(d), sizes[d - 2]).counts(x, d);
                count = count == null ? each : Arithmetic.MUL.apply(count, each);
            }
            return Arithmetic.DIV.apply(CellPooling.sums(x, pools), java.util.Objects.requireNonNull(count));
        }
        Tensor y = x;
        for (int d = 2; d < x.rank(); d++) {
            if (sizes[d - 2] == x.size(d)) {
                continue;
            }
            Parts cells = Parts.of(x.size(d), sizes[d - 2]);
            Tensor parts = cells.of(y, d, 0);
            Tensor sum = Reductions.sum(parts, Dims.of(parts, d + 1, false));
            y = Arithmetic.DIV.apply(sum, cells.counts(x, d));
        }
        return y;
    }

    private static CellPooling.Greatest greatest(Tensor x, int[] sizes, String op) {
        Cells[] cells = Parts.cells(x, sizes);
        if (CellPooling.suits(x, cells)) {
            return CellPooling.greatest(x, cells);
        }
        Tensor places = places(x, sizes, op);
        return new CellPooling.Greatest(Pooling.taken(x, places), places);
    }

    /** The positions in the plane of the greatest elements of cells of x, [n, c, sizes]. */
    private static Tensor places(Tensor x, int[] sizes, String op) {
        int dims = sizes.length;
        double least = x.dtype().isFloat() ? Double.NEGATIVE_INFINITY : Long.MIN_VALUE;
        long[] all = new long[x.shape().part(2, x.rank()).elements()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        Tensor parts = x.detach();
        Tensor places = Tensor.upload(
                x.device(), DType.INT64, Shape.of(1, 1).concat(x.shape().part(2, x.rank())), all);
        // From the last dim on, so that the dims before keep their numbers: [n, c, cells, longest, cells, longest].
        for (int d = dims + 1; d >= 2; d--) {
            Parts cells = Parts.of(x.size(d), sizes[d - 2]);
            parts = cells.of(parts, d, least);
            places = cells.of(places, d, 0);
        }
        int[] order = new int[2 * dims + 2];
        order[1] = 1;
        int[] folded = new int[dims];
        for (int d = 0; d < dims; d++) {
            order[d + 2] = 2 * d + 2;
            order[d + 2 + dims] = 2 * d + 3;
            folded[d] = d + 2 + dims;
        }
        Tensor windows = Movement.permute(parts, order);
        Tensor within = Reductions.position(Reduction.ARGMAX, windows, Dims.of(windows, folded, false), op);
        Shape cells = windows.shape().part(2, dims + 2);
        int width = windows.shape().part(dims + 2, windows.rank()).elements();
        Tensor table = Movement.reshape(Movement.permute(places, order), Shape.of(cells.elements(), width));
        Tensor columns = Movement.reshape(within, Shape.of(x.size(0) * x.size(1), cells.elements()));
        // Row i of the table holds the places of cell i: gather along it for every plane.
        Tensor found = Selection.gather(table, 1, Movement.transpose(columns, 0, 1));
        return Movement.reshape(
                Movement.transpose(found, 0, 1), Shape.of(x.size(0), x.size(1)).concat(cells));
    }
}
