package tns.op;

import static tns.op.linalg.Factorizations.HOST;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Products of Householder reflections I - tau v v.T, Q = H_1 H_2 … H_k, whose vectors stand below the diagonals of
 * matrices as LAPACK leaves them, with a 1 on the diagonal that is not written.
 */
final class HouseholderProducts {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("Householder reflections");

    static {
        FAMILY.define("geqrf(A: tensor)")
                .doc("The pair (a, tau) that householder_product and ormqr take: R of qr(A) on and above the diagonal,"
                        + " below it the vectors of the reflections that make Q. Computed on the host; qr(A) has a"
                        + " gradient, this has none.")
                .example("geqrf([[3.], [4.]]).a", "tensor([[-5.0000],\n        [ 0.5000]])")
                .is(args -> {
                    Tensor a = Matrices.matrices(args.tensor("A"), "geqrf");
                    HostMatrices all = HostMatrices.of(a);
                    HostMatrices factors = HostMatrices.zeros(all.batch(), Math.min(all.rows(), all.columns()), 1);
                    for (int i = 0; i < all.count(); i++) {
                        double[] matrix = all.get(i);
                        double[] tau = new double[factors.rows()];
                        HOST.reflections(all.rows(), all.columns(), matrix, tau);
                        all.put(i, matrix);
                        factors.put(i, tau);
                    }
                    Tensor tau = Movement.squeeze(factors.tensor(a), a.rank() - 1);
                    return Tuple.named(List.of("a", "tau"), all.tensor(a), tau);
                });
        FAMILY.define("householder_product(a: tensor, tau: tensor)")
                .doc("The first columns, as many as a has, of the product of the reflections whose vectors are"
                        + " below the diagonal of a, with the factors tau.")
                .example("householder_product([[1.], [0.5]], [1.6])", "tensor([[-0.6000],\n        [-0.8000]])")
                .alias("orgqr")
                .gradient("householder_product(x, t)", "x: [4, 3]", "t: [3]")
                .gradient("householder_product(x, t)", "x: [2, 4, 3]", "t: [2, 2]")
                .is(args -> {
                    Tensor a = args.tensor("a");
                    Product q = Product.of("householder_product", a, args.tensor("tau"));
                    if (a.size(-1) > a.size(-2)) {
                        throw new TnsException(
                                        ErrorKind.SHAPE,
                                        "householder_product: a has more columns than rows: " + a.describe())
                                .argument(0);
                    }
                    return q.times(Matrices.identity(a, a.size(-2), a.size(-1)), false);
                });
        FAMILY.define("ormqr(a: tensor, tau: tensor, other: tensor, left: bool = true, transpose: bool = false)")
                .doc("Q @ other, or other @ Q unless left, for the product Q of the reflections whose vectors are below"
                        + " the diagonal of a, with the factors tau; Q.T instead if transpose.")
                .example("ormqr([[1.], [0.5]], [1.6], [[3.], [4.]])", "tensor([[-5.],\n        [ 0.]])")
                .gradient("ormqr(x, t, y)", "x: [4, 3]", "t: [3]", "y: [4, 2]")
                .gradient("ormqr(x, t, y, left=false)", "x: [2, 3, 2]", "t: [2, 2]", "y: [2, 2, 3]")
                .gradient("ormqr(x, t, y, transpose=true)", "x: [3, 2]", "t: [2]", "y: [2, 3, 2]")
                .is(args -> {
                    Tensor other = args.tensor("other");
                    Product q = Product.of("ormqr", args.tensor("a"), args.tensor("tau"));
                    boolean left = args.flag("left");
                    boolean transpose = args.flag("transpose");
                    Matrices.sameKind("ormqr", q.v(), other);
                    Solving.requireRows(args, "a", "other", other, left ? -2 : -1, 2);
                    return left
                            ? q.times(other, transpose)
                            : Matrices.transposed(q.times(Matrices.transposed(other), !transpose));
                });
    }

    private HouseholderProducts() {}

    /**
     * Q = I - V T V.T with T^-1 = diag(1 / tau) + S, S the part of V.T V above its diagonal. Puglisi, Modification of the
     * Householder Method Based on the Compact WY Representation, 1992.
     *
     * @param v the vectors as columns, [.., m, k]
     * @param tau the factors, [.., k, 1]
     * @param inner diag(tau) S, so that T is (1 + inner)^-1 diag(tau), also where a factor is 0
     */
    private record Product(Tensor v, Tensor tau, Tensor inner) {
        static Product of(String op, Tensor a, Tensor tau) {
            Matrices.matrices(a, op);
            Matrices.sameKind(op, a, tau);
            int k = tau.rank() == 0 ? 0 : tau.size(-1);
            Shape shape = Matrices.batch(a).concat(Shape.of(k));
            if (!tau.shape().equals(shape) || k > Math.min(a.size(-2), a.size(-1))) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                op + ": tau is " + tau.describe() + ", which does not fit a, " + a.describe())
                        .help("tau needs one element for each vector, up to "
                                + Matrices.batch(a).concat(Shape.of(Math.min(a.size(-2), a.size(-1)))))
                        .argument(1);
            }
            Tensor below = Triangles.part(Movement.range(a, a.rank() - 1, 0, k), -1, true);
            Tensor v = Matrices.plus(below, Matrices.identity(a, a.size(-2), k));
            Tensor factors = Matrices.columns(tau);
            Tensor products = Matrices.product(Matrices.transposed(v), v);
            return new Product(v, factors, Matrices.times(factors, Triangles.part(products, 1, false)));
        }

        /** Q @ c, or Q.T @ c if {@code transposed}; batches broadcast. */
        Tensor times(Tensor c, boolean transposed) {
            Tensor along = Matrices.product(Matrices.transposed(v), c);
            Shape batch = Matrices.batch(along);
            Tensor spread = Matrices.spread(inner, batch);
            Tensor turned = transposed
                    ? Matrices.times(tau, Solving.triangular(Matrices.transposed(spread), along, false, true))
                    : Solving.triangular(spread, Matrices.times(tau, along), true, true);
            return Matrices.minus(c, Matrices.product(v, turned));
        }
    }
}
