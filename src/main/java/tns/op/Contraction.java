package tns.op;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/** Products that sum over a shared dim: matmul and its relatives, all through one batched matrix product. */
public final class Contraction {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("matrix products");

    static {
        FAMILY.define("matmul(x: tensor, y: tensor)")
                .doc("The matrix product, the function of the operator @; leading dims are batches and broadcast.")
                .example("matmul([[1, 2], [3, 4]], [5, 6])", "tensor([17, 39])")
                .gradient("matmul(x, y)", "x: [2, 3]", "y: [3, 2]")
                .gradient("matmul(x, y)", "x: [2, 1, 2, 3]", "y: [2, 3, 2]")
                .gradient("matmul(x, y)", "x: [3]", "y: [2, 3, 2]")
                .is(args -> matmul(args.tensor("x"), args.tensor("y")));
        FAMILY.define("mm(x: tensor, y: tensor)")
                .doc("The product of two matrices.")
                .example("mm([[1, 2], [3, 4]], [[1], [1]])", "tensor([[3],\n        [7]])")
                .gradient("mm(x, y)", "x: [2, 3]", "y: [3, 2]")
                .is(args -> matmul(rank(args, "mm", "x", 2), rank(args, "mm", "y", 2)));
        FAMILY.define("bmm(x: tensor, y: tensor)")
                .doc("The products of two batches of matrices, of equal length.")
                .example("bmm(ones(2, 1, 3), ones(2, 3, 1)).shape", "(2, 1, 1)")
                .gradient("bmm(x, y)", "x: [2, 2, 3]", "y: [2, 3, 2]")
                .is(args -> {
                    Tensor x = rank(args, "bmm", "x", 3);
                    Tensor y = rank(args, "bmm", "y", 3);
                    if (x.size(0) != y.size(0)) {
                        throw new TnsException(ErrorKind.SHAPE, "bmm: batches differ: " + x.shape() + " @ " + y.shape())
                                .help("matmul broadcasts a batch of 1");
                    }
                    return matmul(x, y);
                });
        FAMILY.define("mv(x: tensor, vec: tensor)")
                .doc("The product of a matrix and a vector.")
                .example("mv([[1, 2], [3, 4]], [1, 1])", "tensor([3, 7])")
                .gradient("mv(x, v)", "x: [2, 3]", "v: [3]")
                .is(args -> matmul(rank(args, "mv", "x", 2), rank(args, "mv", "vec", 1)));
        FAMILY.define("dot(x: tensor, y: tensor)")
                .doc("The sum of the products of two vectors.")
                .example("dot([1, 2], [3, 4])", "tensor(11)")
                .gradient("dot(x, y)", "x: [3]", "y: [3]")
                .is(args -> matmul(rank(args, "dot", "x", 1), rank(args, "dot", "y", 1)));
        FAMILY.define("inner(x: tensor, y: tensor)")
                .doc("The sums of the products over the last dim of each: of vectors their dot product, of matrices"
                        + " every row of x with every row of y. With a number, the product.")
                .example("inner([[1, 2], [3, 4]], [1, 1])", "tensor([3, 7])")
                .gradient("inner(x, y)", "x: [2, 3]", "y: [2, 2, 3]")
                .is(args -> inner(args.tensor("x"), args.tensor("y")));
        FAMILY.define("outer(x: tensor, y: tensor)")
                .doc("Every product of an element of one vector and one of another.")
                .example("outer([1, 2], [3, 4])", "tensor([[3, 4],\n        [6, 8]])")
                .alias("ger")
                .gradient("outer(x, y)", "x: [3]", "y: [2]")
                .is(args -> Arithmetic.MUL.apply(
                        Movement.unsqueeze(rank(args, "outer", "x", 1), 1), rank(args, "outer", "y", 1)));
        FAMILY.define("addmm(x: tensor, a: tensor, b: tensor, beta: number = 1, alpha: number = 1)")
                .doc("beta * x + alpha * (a @ b).")
                .example(
                        "addmm([1., 1.], [[1., 2.], [3., 4.]], [[1., 0.], [0., 1.]])",
                        "tensor([[2., 3.],\n        [4., 5.]])")
                .gradient("addmm(x, a, b, beta=0.5, alpha=2)", "x: [2]", "a: [2, 3]", "b: [3, 2]")
                .is(args -> added(args, matmul(rank(args, "addmm", "a", 2), rank(args, "addmm", "b", 2))));
    }

    private Contraction() {}

    private static Tensor inner(Tensor x, Tensor y) {
        if (x.rank() == 0 || y.rank() == 0) {
            return Arithmetic.MUL.apply(x, y);
        }
        int n = x.size(-1);
        if (n != y.size(-1)) {
            throw new TnsException(
                            ErrorKind.SHAPE, "inner: the last dims differ: " + x.describe() + " and " + y.describe())
                    .help("tensordot(x, y, dims) sums over other dims");
        }
        Shape kept = x.shape().part(0, x.rank() - 1).concat(y.shape().part(0, y.rank() - 1));
        Tensor rows =
                Movement.reshape(x, Shape.of(x.shape().part(0, x.rank() - 1).elements(), n));
        Tensor others =
                Movement.reshape(y, Shape.of(y.shape().part(0, y.rank() - 1).elements(), n));
        return Movement.reshape(matmul(rows, Movement.transpose(others, 0, 1)), kept);
    }

    /** The arguments x, beta and alpha applied: beta * x + alpha * product. */
    static Object added(Args args, Tensor product) {
        Context context = args.context();
        Object right = Arithmetic.MUL.call(context, new Object[] {product, args.get("alpha")});
        Object left = Arithmetic.MUL.call(context, new Object[] {args.get("x"), args.get("beta")});
        return Arithmetic.ADD.call(context, new Object[] {left, right});
    }

    static Tensor rank(Args args, String op, String parameter, int rank) {
        Tensor x = args.tensor(parameter);
        if (x.rank() != rank) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": " + parameter + " must have " + rank + " dim" + (rank == 1 ? "" : "s") + ", found "
                                    + x.describe())
                    .help("matmul takes vectors, matrices and batches");
        }
        return x;
    }

    /** PyTorch's matmul: vectors gain a dim and lose it again, leading dims broadcast. */
    public static Tensor matmul(Tensor x, Tensor y) {
        if (x.rank() == 0 || y.rank() == 0) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "matmul: both sides need at least 1 dim: " + x.describe() + " @ " + y.describe())
                    .help("x * y multiplies by a number");
        }
        Broadcasting.device("matmul", x, y);
        if (x.dtype() != y.dtype()) {
            throw new TnsException(ErrorKind.DTYPE, "matmul: dtypes differ: " + x.describe() + " @ " + y.describe())
                    .help("convert one of them: x.to(" + DType.promote(x.dtype(), y.dtype()) + ")");
        }
        if (x.dtype() == DType.BOOL) {
            throw new TnsException(
                            ErrorKind.DTYPE, "matmul: bools have no products: " + x.describe() + " @ " + y.describe())
                    .help("x.int() makes numbers of them");
        }
        int inner = y.rank() == 1 ? 0 : y.rank() - 2;
        if (x.size(-1) != y.size(inner)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "matmul: inner dimensions differ: " + x.shape() + " @ " + y.shape() + " (" + x.size(-1)
                                    + " vs " + y.size(inner) + ")")
                    .help("the last dim on the left must equal the " + (y.rank() == 1 ? "length" : "second-last dim")
                            + " on the right");
        }
        if (x.rank() == 2 && y.rank() == 2) {
            return matrices(x, y);
        }
        Tensor left = x.rank() == 1 ? Movement.unsqueeze(x, 0) : x;
        Tensor right = y.rank() == 1 ? Movement.unsqueeze(y, 1) : y;
        Tensor product = batched(left, right);
        if (x.rank() == 1) {
            product = Movement.squeeze(product, product.rank() - 2);
        }
        return y.rank() == 1 ? Movement.squeeze(product, product.rank() - 1) : product;
    }

    /** [m, k] by [k, n], without the views that batches take. */
    private static Tensor matrices(Tensor x, Tensor y) {
        Tensor out = Tensor.room(x.device(), x.dtype(), Shape.of(x.size(0), y.size(1)));
        x.device().product(x, y, out);
        boolean tracked = (x.requiresGrad() || y.requiresGrad()) && GradMode.enabled();
        return tracked ? out.withOrigin(new MatrixOrigin(x, y)) : out;
    }

    private static final class MatrixOrigin extends Origin {
        MatrixOrigin(Tensor x, Tensor y) {
            super("matmul", x, y);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor out, Tensor dy) {
            return i == 0 ? matrices(dy, turned(input(1))) : matrices(turned(input(0)), dy);
        }
    }

    /**
     * {@code x @ weight.T + bias}: x [.., in], weight [out, in], bias [out], all floats of one dtype on one device, to
     * [.., out]. One op and not three, since a small model's time is spent between ops; the caller has checked.
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        Shape shape = x.rank() == 1 ? weight.shape().first() : x.shape().with(x.rank() - 1, weight.size(0));
        Tensor y = Tensor.room(x.device(), x.dtype(), shape);
        Tensor left = rows(x.window(x.view()));
        Tensor right = transposed(weight);
        if (bias == null || !x.device().product(left, right, bias, rows(y))) {
            x.device().product(left, right, rows(y));
            if (bias != null) {
                Arithmetic.ADD.into(y, y, bias);
            }
        }
        boolean tracked = x.requiresGrad() || weight.requiresGrad() || bias != null && bias.requiresGrad();
        if (!tracked || !GradMode.enabled()) {
            return y;
        }
        return y.withOrigin(bias == null ? new LinearOrigin(x, weight) : new LinearOrigin(x, weight, bias));
    }

    /** The product as a new tensor of {@code shape}, without the views that tracked ones take. */
    private static Tensor untracked(Tensor left, Tensor right, Shape shape) {
        Tensor out = Tensor.room(left.device(), left.dtype(), shape);
        left.device().product(left, right, rows(out));
        return out;
    }

    /** The last two dims turned round, for a product that is recorded or computed at once. */
    private static Tensor turned(Tensor x) {
        return GradMode.enabled() ? Movement.transpose(x, -2, -1) : transposed(x);
    }

    /** Its last two dims turned round, to be read at once. */
    private static Tensor transposed(Tensor x) {
        return x.window(x.rank() == 2 ? x.view().turned() : x.view().permute(new int[] {0, 2, 1}));
    }

    /** The leading dims folded into one; what is not tracked, to be read at once. */
    private static Tensor rows(Tensor x) {
        if (x.rank() == 2) {
            return x;
        }
        if (x.rank() == 1 && !x.requiresGrad()) {
            return x.window(x.view().row());
        }
        Shape matrix = Shape.of(x.shape().part(0, x.rank() - 1).elements(), x.size(-1));
        View view = x.requiresGrad() ? null : x.view().reshape(matrix);
        return view == null ? Movement.reshape(x, matrix) : x.window(view);
    }

    private static final class LinearOrigin extends Origin {
        LinearOrigin(Tensor... inputs) {
            super("linear", inputs);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            if (!GradMode.enabled() && i < 2) {
                Tensor rows = rows(dy);
                return i == 0
                        ? untracked(rows, input(1), input(0).shape())
                        : untracked(transposed(rows), rows(input(0).window(input(0).view())), input(1).shape());
            }
            return switch (i) {
                case 0 -> Movement.reshape(matrices(rows(dy), input(1)), input(0).shape());
                case 1 -> matrices(Movement.transpose(rows(dy), 0, 1), rows(input(0)));
                default -> Reductions.sumTo(dy, input(2).shape());
            };
        }
    }

    private static Tensor batched(Tensor x, Tensor y) {
        if (y.rank() == 2 && x.rank() > 2) {
            // One matrix on the right: the batch folds into the rows, one large product instead of many.
            Shape lead = x.shape().part(0, x.rank() - 1);
            Tensor rows = Movement.reshape(x, Shape.of(lead.elements(), x.size(-1)));
            return Movement.reshape(batched(rows, y), lead.concat(Shape.of(y.size(1))));
        }
        Shape xBatch = x.shape().part(0, x.rank() - 2);
        Shape yBatch = y.shape().part(0, y.rank() - 2);
        Shape batch = Shape.broadcast(xBatch, yBatch);
        if (batch == null) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "matmul: batch dims " + xBatch + " and " + yBatch + " do not broadcast: " + x.shape()
                                    + " @ " + y.shape())
                    .help("the dims before the last two must be equal, or one of each pair 1");
        }
        Tensor left = flatBatch(x, batch);
        Tensor right = flatBatch(y, batch);
        Tensor product = product(left, right);
        return Movement.reshape(product, batch.concat(Shape.of(x.size(-2), y.size(-1))));
    }

    private static Tensor flatBatch(Tensor x, Shape batch) {
        Shape matrix = x.shape().part(x.rank() - 2, x.rank());
        Tensor wide = Movement.expand(x, batch.concat(matrix));
        return Movement.reshape(wide, Shape.of(batch.elements()).concat(matrix));
    }

    /** [b, m, k] by [b, k, n]. */
    private static Tensor product(Tensor x, Tensor y) {
        Tensor out = Tensor.room(x.device(), x.dtype(), Shape.of(x.size(0), x.size(1), y.size(2)));
        x.device().gemm(x, y, out);
        boolean tracked = (x.requiresGrad() || y.requiresGrad()) && GradMode.enabled();
        return tracked ? out.withOrigin(new ProductOrigin(x, y)) : out;
    }

    private static final class ProductOrigin extends Origin {
        ProductOrigin(Tensor x, Tensor y) {
            super("matmul", x, y);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor out, Tensor dy) {
            return i == 0 ? product(dy, turned(input(1))) : product(turned(input(0)), dy);
        }
    }
}
