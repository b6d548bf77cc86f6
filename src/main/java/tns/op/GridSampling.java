package tns.op;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Images looked up at the points of a grid, between their pixels, and the grids of affine maps: spatial transformers. */
final class GridSampling {
    private static final Family PRIMITIVES = new Family("interpolation");

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("interpolation");

    /** The remainder and the parity of how often a coordinate is turned back. */
    private static final Pointwise REFLECTED = PRIMITIVES
            .pointwise("grid_sample(x, low, span)")
            .is((x, low, span) -> {
                Expr from = x.sub(low).abs();
                Expr turns = from.div(span).floor();
                Expr rest = from.sub(turns.mul(span));
                Expr even = turns.mul(0.5).eq(turns.mul(0.5).floor());
                return Expr.select(even, rest.add(low), span.sub(rest).add(low));
            });

    private static final Pointwise KEPT = PRIMITIVES
            .pointwise("grid_sample(x, last)")
            .is((x, last) -> Expr.select(x.gt(Expr.ZERO), Expr.select(x.lt(last), x, last), Expr.ZERO));

    private static final double CUBIC = -0.75;

    /** The weight of a pixel less than 1 away, and of one from 1 to 2 away. */
    private static final Pointwise CUBIC_NEAR = PRIMITIVES
            .pointwise("grid_sample(x)")
            .is(x -> {
                Expr d = x.abs();
                return d.mul(CUBIC + 2).sub(CUBIC + 3).mul(d).mul(d).add(1.0);
            });

    private static final Pointwise CUBIC_FAR = PRIMITIVES
            .pointwise("grid_sample(x)")
            .is(x -> {
                Expr d = x.abs();
                return d.mul(CUBIC).sub(5 * CUBIC).mul(d).add(8 * CUBIC).mul(d).sub(4 * CUBIC);
            });

    static {
        FAMILY.define("affine_grid(theta: tensor, size: ints, align_corners: bool = false)")
                .doc("For matrices theta [n, 2, 3] and a size (n, c, h, w), the grid [n, h, w, 2] of the points (x,"
                        + " y) that they send the pixels' places, from -1 to 1, to; in 3 dims for [n, 3, 4]. For"
                        + " grid_sample.")
                .example(
                        "affine_grid([[[1., 0., 0.], [0., 1., 0.]]], (1, 1, 2, 2))[0, 0]",
                        "tensor([[-0.5000, -0.5000],\n        [ 0.5000, -0.5000]])")
                .gradient("affine_grid(t, (2, 1, 2, 3))", "t: [2, 2, 3]")
                .is(GridSampling::affine);
        FAMILY.define("grid_sample(x: tensor, grid: tensor, mode: string = 'bilinear', padding_mode: string = 'zeros',"
                        + " align_corners: bool = false)")
                .doc("x [n, c, h, w] at the points (x, y) of a grid [n, h', w', 2], from -1 to 1 across the image, or"
                        + " in 3 dims; mode \"bilinear\", \"nearest\" or, of images, \"bicubic\", outside \"zeros\","
                        + " the \"border\" or a \"reflection\". align_corners takes -1 and 1 as the middles of the"
                        + " outer pixels, not their edges.")
                .example("grid_sample([[[[1., 2.], [3., 4.]]]], [[[[0., 0.]]]])", "tensor([[[[2.5000]]]])")
                .gradient("grid_sample(x, g)", "x: [1, 2, 3, 3]", "g: [1, 2, 2, 2] in -0.3..0.3")
                .gradient(
                        "grid_sample(x, g, padding_mode=\"reflection\", align_corners=true)",
                        "x: [1, 1, 3, 3]",
                        "g: [1, 2, 2, 2] in 1.1..1.8")
                .gradient(
                        "grid_sample(x, g, padding_mode=\"border\")",
                        "x: [1, 1, 2, 2, 2]",
                        "g: [1, 1, 1, 2, 3] in -0.4..0.4")
                .gradient("grid_sample(x, g, mode=\"bicubic\")", "x: [1, 1, 3, 4]", "g: [1, 2, 2, 2] in -0.3..0.3")
                .is(GridSampling::sample);
    }

    private GridSampling() {}

    private static Object affine(Args args) {
        Tensor theta = ReductionOps.requireFloat(args.tensor("theta"), "affine_grid");
        int[] size = args.ints("size");
        int dims = size.length - 2;
        boolean fits = (dims == 2 || dims == 3)
                && theta.rank() == 3
                && theta.size(0) == size[0]
                && theta.size(1) == dims
                && theta.size(2) == dims + 1;
        if (!fits) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "affine_grid: theta " + theta.describe() + " does not fit a size of " + size.length
                                    + " numbers")
                    .help("theta is [n, 2, 3] for (n, c, h, w), [n, 3, 4] for (n, c, d, h, w)");
        }
        Shape image = Shape.of(Arrays.copyOfRange(size, 2, size.length));
        int points = image.elements();
        Shape table = Shape.of(points, dims + 1);
        double[] base = new double[table.elements()];
        for (int i = 0; i < points; i++) {
            for (int k = 0, rest = i; k < dims; k++) {
                int n = size[size.length - 1 - k];
                base[i * (dims + 1) + k] = place(rest % n, n, args.flag("align_corners"));
                rest /= n;
            }
            base[i * (dims + 1) + dims] = 1;
        }
        Tensor wide = Tensor.upload(theta.device(), DType.FLOAT64, table, base);
        Tensor grid = Contraction.matmul(Casts.to(wide, theta.dtype()), Movement.transpose(theta, 1, 2));
        return Movement.reshape(grid, Shape.of(size[0]).concat(image).concat(Shape.of(dims)));
    }

    private static double place(int i, int n, boolean aligned) {
        if (n <= 1) {
            return 0;
        }
        return aligned ? 2.0 * i / (n - 1) - 1 : (2.0 * i + 1) / n - 1;
    }

    private static Object sample(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), "grid_sample");
        Tensor grid = args.tensor("grid");
        int dims = x.rank() - 2;
        boolean fits = (dims == 2 || dims == 3)
                && grid.rank() == x.rank()
                && grid.size(0) == x.size(0)
                && grid.size(-1) == dims
                && grid.dtype() == x.dtype();
        if (!fits) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "grid_sample: the grid " + grid.describe() + " does not fit x " + x.describe())
                    .help("x is [n, c, h, w] and the grid [n, h', w', 2] of the same dtype, or both with a dim more");
        }
        for (int d = 2; d < x.rank(); d++) {
            if (x.size(d) == 0) {
                throw new TnsException(ErrorKind.SHAPE, "grid_sample: an image without pixels, " + x.describe());
            }
        }
        String mode = mode(args, dims);
        int[] sizes = grid.shape().part(1, grid.rank() - 1).toArray();
        int points = Shape.of(sizes).elements();
        Tensor flat = Movement.reshape(grid, Shape.of(x.size(0), points, dims));
        Tensor[] at = new Tensor[dims];
        for (int k = 0; k < dims; k++) {
            at[k] = coordinate(Movement.select(flat, 2, k), x.size(x.rank() - 1 - k), args);
        }
        Tensor y = mode.equals("bicubic") ? cubic(x, at, args) : weighted(x, at, args, mode.equals("nearest"));
        return Movement.reshape(y, x.shape().part(0, 2).concat(Shape.of(sizes)));
    }

    private static String mode(Args args, int dims) {
        String mode = args.text("mode");
        if (!mode.equals("nearest") && !mode.equals("bilinear") && !(mode.equals("bicubic") && dims == 2)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            mode.equals("bicubic")
                                    ? "grid_sample: mode \"bicubic\" takes images [n, c, h, w] only"
                                    : "grid_sample: unknown mode \"" + mode + '"')
                    .help(dims == 2 ? "\"bilinear\", \"nearest\" or \"bicubic\"" : "\"bilinear\" or \"nearest\"");
        }
        return mode;
    }

    /** From -1..1 to pixels counted from 0. */
    private static Tensor coordinate(Tensor g, int n, Args args) {
        boolean aligned = args.flag("align_corners");
        double scale = (aligned ? n - 1 : n) / 2.0;
        Tensor scaled =
                Arithmetic.MUL.apply(Arithmetic.ADD.apply(g, Reductions.scalar(g, 1)), Reductions.scalar(g, scale));
        return aligned ? scaled : Arithmetic.SUB.apply(scaled, Reductions.scalar(g, 0.5));
    }

    /** Pixels brought inside as the padding mode says. */
    private static Tensor inside(Tensor at, int n, Args args) {
        boolean aligned = args.flag("align_corners");
        return switch (args.text("padding_mode")) {
            case "zeros" -> at;
            case "border" -> kept(at, n);
            case "reflection" -> {
                double span = aligned ? n - 1 : n;
                yield span == 0
                        ? Arithmetic.MUL.apply(at, Reductions.scalar(at, 0))
                        : kept(
                                REFLECTED.apply(
                                        at, Reductions.scalar(at, aligned ? 0 : -0.5), Reductions.scalar(at, span)),
                                n);
            }
            default ->
                throw new TnsException(
                                ErrorKind.VALUE,
                                "grid_sample: unknown padding_mode \"" + args.text("padding_mode") + '"')
                        .help("\"zeros\", \"border\" or \"reflection\"");
        };
    }

    private static Tensor weighted(Tensor x, Tensor[] given, Args args, boolean nearest) {
        Tensor[] at = new Tensor[given.length];
        for (int k = 0; k < at.length; k++) {
            at[k] = inside(given[k], x.size(x.rank() - 1 - k), args);
        }
        return nearest ? nearest(x, at) : between(x, at);
    }

    /**
     * The four by four pixels around each point, weighed by the cubic convolution of Keys, 1981, with a = -0.75 along both
     * dims. Each pixel outside is one of its own of the padding.
     */
    private static Tensor cubic(Tensor x, Tensor[] at, Args args) {
        Tensor sum = null;
        for (int tap = 0; tap < 16; tap++) {
            Tensor[] whole = new Tensor[2];
            Tensor weight = null;
            for (int k = 0; k < 2; k++) {
                int offset = (k == 0 ? tap % 4 : tap / 4) - 1;
                Tensor low = Elementary.FLOOR.apply(at[k].detach());
                Tensor away = Arithmetic.SUB.apply(Arithmetic.SUB.apply(at[k], low), Reductions.scalar(low, offset));
                Tensor share = (offset == 0 || offset == 1 ? CUBIC_NEAR : CUBIC_FAR).apply(away);
                Tensor pixel = Arithmetic.ADD.apply(low, Reductions.scalar(low, offset));
                whole[k] = inside(pixel, x.size(x.rank() - 1 - k), args);
                weight = weight == null ? share : Arithmetic.MUL.apply(weight, share);
            }
            Tensor term = looked(x, whole, weight);
            sum = sum == null ? term : Arithmetic.ADD.apply(sum, term);
        }
        return Objects.requireNonNull(sum);
    }

    private static Tensor kept(Tensor at, int n) {
        return KEPT.apply(at, Reductions.scalar(at, n - 1));
    }

    private static Tensor nearest(Tensor x, Tensor[] at) {
        Tensor[] whole = new Tensor[at.length];
        for (int k = 0; k < at.length; k++) {
            whole[k] = Elementary.ROUND.apply(at[k].detach());
        }
        return looked(x, whole, null);
    }

    /** The corners of the cell around each point, each weighed by how near it is along every dim. */
    private static Tensor between(Tensor x, Tensor[] at) {
        Tensor sum = null;
        for (int corner = 0; corner < 1 << at.length; corner++) {
            Tensor[] whole = new Tensor[at.length];
            Tensor weight = null;
            for (int k = 0; k < at.length; k++) {
                Tensor low = Elementary.FLOOR.apply(at[k].detach());
                Tensor part = Arithmetic.SUB.apply(at[k], low);
                boolean upper = (corner >> k & 1) == 1;
                whole[k] = upper ? Arithmetic.ADD.apply(low, Reductions.scalar(low, 1)) : low;
                Tensor share = upper ? part : Arithmetic.SUB.apply(Reductions.scalar(part, 1), part);
                weight = weight == null ? share : Arithmetic.MUL.apply(weight, share);
            }
            Tensor term = looked(x, whole, weight);
            sum = sum == null ? term : Arithmetic.ADD.apply(sum, term);
        }
        return Objects.requireNonNull(sum);
    }

    /** The pixels at whole coordinates [n, points], width first, times a weight: [n, c, points]; 0 outside. */
    private static Tensor looked(Tensor x, Tensor[] at, @Nullable Tensor weight) {
        Tensor inside = null;
        Tensor place = null;
        int stride = 1;
        for (int k = 0; k < at.length; k++) {
            int n = x.size(x.rank() - 1 - k);
            Tensor within = Comparison.LOGICAL_AND.apply(
                    Comparison.GE.apply(at[k], Reductions.scalar(at[k], 0)),
                    Comparison.LT.apply(at[k], Reductions.scalar(at[k], n)));
            Tensor whole = Casts.to(kept(at[k], n), DType.INT64);
            Tensor step = Arithmetic.MUL.apply(whole, Reductions.scalar(whole, stride));
            inside = inside == null ? within : Comparison.LOGICAL_AND.apply(inside, within);
            place = place == null ? step : Arithmetic.ADD.apply(place, step);
            stride *= n;
        }
        Shape pixels = Shape.of(x.size(0), x.size(1), stride);
        Tensor index = Objects.requireNonNull(place);
        Tensor wide = Movement.expand(Movement.unsqueeze(index, 1), Shape.of(x.size(0), x.size(1), index.size(1)));
        Tensor found = Selection.gather(Movement.reshape(x, pixels), 2, Casts.contiguous(wide));
        Tensor factor = weight == null ? found : Arithmetic.MUL.apply(found, Movement.unsqueeze(weight, 1));
        return Comparison.WHERE.apply(
                Movement.unsqueeze(Objects.requireNonNull(inside), 1), factor, Reductions.scalar(x, 0));
    }
}
