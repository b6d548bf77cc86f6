package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Broadcasting;
import tns.op.Context;
import tns.op.Contraction;
import tns.op.Elementary;
import tns.op.Matrices;
import tns.op.Movement;
import tns.op.RandomOps;
import tns.op.Reductions;
import tns.op.Solving;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The normal distribution of vectors around loc, with a covariance given by itself, its inverse or its Cholesky factor. */
final class MultivariateNormal extends Distribution {
    /** By how much PyTorch lets a covariance differ from its transpose: of the numbers, and at least. */
    private static final double RELATIVE = 1e-5;

    private static final double ABSOLUTE = 1e-6;

    private final Tensor loc;
    /** Lower triangular: a draw is loc + scale @ z, for a z of standard normal numbers. */
    private final Tensor scale;

    MultivariateNormal(Args args) {
        this(args, Given.one(args, "covariance_matrix", "precision_matrix", "scale_tril"));
    }

    private MultivariateNormal(Args args, String form) {
        this(args, form, Given.vectorAndMatrix(args, "loc", form));
    }

    private MultivariateNormal(Args args, String form, Tensor[] given) {
        super(args.name(), given[0].shape().part(0, given[0].rank() - 1), Shape.of(given[0].size(-1)));
        this.loc = given[0];
        Tensor matrix = given[1];
        if (form.equals("scale_tril")) {
            requireFactor(args, matrix);
        } else {
            requireSymmetric(args, form, matrix);
        }
        this.scale = switch (form) {
            case "covariance_matrix" -> Solving.cholesky(matrix).share();
            case "precision_matrix" -> ofPrecision(matrix).share();
            default -> matrix;
        };
        parameter("loc", loc);
        parameter(form, matrix);
        if (!form.equals("scale_tril")) {
            property("scale_tril", () -> scale);
        }
        if (!form.equals("covariance_matrix")) {
            property("covariance_matrix", () -> Contraction.matmul(scale, Movement.transpose(scale, -2, -1)));
        }
        if (!form.equals("precision_matrix")) {
            property("precision_matrix", this::precision);
        }
        property("mean", () -> loc);
        variance(() -> Reductions.sum(Arithmetic.SQUARE.apply(scale), scale.rank() - 1, false));
        rsample();
        entropy(() -> {
            double each = 0.5 + 0.5 * Math.log(2 * Math.PI);
            Tensor log = logDeterminant();
            return Arithmetic.ADD.apply(log, Reductions.scalar(log, each * loc.size(-1)));
        });
    }

    private static void requireFactor(Args args, Tensor matrix) {
        int n = matrix.size(-1);
        double[] elements = HostArray.doubles(matrix.detach());
        for (int i = 0; i < elements.length; i++) {
            int row = i / n % n;
            int column = i % n;
            boolean sound = row == column ? elements[i] > 0 : column < row || elements[i] == 0;
            if (!sound) {
                throw new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": scale_tril must be lower triangular with a diagonal above 0, found "
                                + elements[i] + " at row " + row + ", column " + column);
            }
        }
    }

    private static void requireSymmetric(Args args, String form, Tensor matrix) {
        int n = matrix.size(-1);
        double[] elements = HostArray.doubles(matrix.detach());
        for (int i = 0; i < elements.length; i++) {
            int row = i / n % n;
            int column = i % n;
            double mirrored = elements[i + (column - row) * n + row - column];
            if (Math.abs(elements[i] - mirrored) > ABSOLUTE + RELATIVE * Math.abs(mirrored)) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                args.name() + ": " + form + " must be symmetric, found " + elements[i] + " at row "
                                        + row + ", column " + column + " and " + mirrored + " across")
                        .help("(a + a.T) / 2 is symmetric");
            }
        }
    }

    /** The Cholesky factor of the inverse, from that of the matrix read from its other end. */
    private static Tensor ofPrecision(Tensor precision) {
        Tensor factor = Movement.transpose(turned(Solving.cholesky(turned(precision))), -2, -1);
        Tensor one = Matrices.spread(Matrices.identity(factor, factor.size(-1)), Matrices.batch(factor));
        return Solving.triangular(factor, one, false, false);
    }

    private static Tensor turned(Tensor x) {
        return Movement.flip(Movement.flip(x, x.rank() - 1), x.rank() - 2);
    }

    private Tensor precision() {
        Tensor one = Matrices.spread(Matrices.identity(scale, scale.size(-1)), Matrices.batch(scale));
        Tensor inverse = Solving.triangular(scale, one, false, false);
        return Contraction.matmul(Movement.transpose(inverse, -2, -1), inverse);
    }

    /** Half the logarithm of the determinant of the covariance. */
    private Tensor logDeterminant() {
        Tensor diagonal = Movement.diagonal(scale, 0, scale.rank() - 2, scale.rank() - 1);
        return Reductions.sum(Elementary.LOG.apply(diagonal), diagonal.rank() - 1, false);
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        Tensor z = RandomOps.normal(context, loc.dtype(), shape, loc.device());
        Tensor column = Movement.unsqueeze(z, z.rank());
        Tensor moved = Contraction.matmul(scale, column);
        return Arithmetic.ADD.apply(loc, Movement.squeeze(moved, moved.rank() - 1));
    }

    @Override
    Tensor logProbability(Tensor x) {
        if (x.rank() == 0 || x.size(-1) != loc.size(-1)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "log_prob: needs vectors of " + loc.size(-1) + " in the last dim, found " + x.describe())
                    .argument(0);
        }
        Tensor squares = distances(Arithmetic.SUB.apply(x, loc));
        Tensor constant = Reductions.scalar(squares, 0.5 * Math.log(2 * Math.PI) * loc.size(-1));
        Tensor half = Arithmetic.MUL.apply(squares, Reductions.scalar(squares, -0.5));
        return Arithmetic.SUB.apply(Arithmetic.SUB.apply(half, logDeterminant()), constant);
    }

    /** The squared lengths of the vectors [.., n] in units of the deviations. */
    private Tensor distances(Tensor x) {
        int n = loc.size(-1);
        Tensor z;
        if (batch().rank() == 0) {
            Tensor rows = Movement.reshape(x, Shape.of(x.elements() / Math.max(n, 1), n));
            Tensor columns = Solving.triangular(scale, Movement.transpose(rows, 0, 1), false, false);
            z = Movement.reshape(Movement.transpose(columns, 0, 1), x.shape());
        } else {
            Tensor wide = Matrices.spread(scale, x.shape().part(0, x.rank() - 1));
            Tensor columns = Solving.triangular(wide, Movement.unsqueeze(x, x.rank()), false, false);
            z = Movement.squeeze(columns, columns.rank() - 1);
        }
        return Reductions.sum(Arithmetic.SQUARE.apply(z), z.rank() - 1, false);
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        if (!(q instanceof MultivariateNormal other) || !event().equals(other.event())) {
            return null;
        }
        Shape batch = Broadcasting.shape(
                "kl_divergence",
                Movement.select(loc.detach(), loc.rank() - 1, 0),
                Movement.select(other.loc.detach(), other.loc.rank() - 1, 0));
        Tensor ratio =
                Solving.triangular(Matrices.spread(other.scale, batch), Matrices.spread(scale, batch), false, false);
        Tensor squares = Arithmetic.SQUARE.apply(ratio);
        Tensor trace = Reductions.sum(Reductions.sum(squares, squares.rank() - 1, false), squares.rank() - 2, false);
        Tensor sum = Arithmetic.ADD.apply(trace, other.distances(Arithmetic.SUB.apply(loc, other.loc)));
        Tensor half = Arithmetic.MUL.apply(
                Arithmetic.SUB.apply(sum, Reductions.scalar(sum, loc.size(-1))), Reductions.scalar(sum, 0.5));
        return Arithmetic.ADD.apply(half, Arithmetic.SUB.apply(other.logDeterminant(), logDeterminant()));
    }
}
