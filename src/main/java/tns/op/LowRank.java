package tns.op;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * The greatest singular values and their vectors by products with random ones. Halko, Martinsson and Tropp, Finding Structure
 * with Randomness, 2009, algorithms 4.4 and 5.1.
 */
final class LowRank {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("low rank");

    static {
        FAMILY.define("svd_lowrank(A: tensor, q: int = 6, niter: int = 2)")
                .doc("The triple (U, S, V) with U @ diag(S) @ V.T near A: about q greatest singular values, found with"
                        + " random vectors and niter rounds that make them better. q is best a little above the rank"
                        + " that is wanted.")
                .example("svd_lowrank([[3., 0.], [0., 4.]], q=2).S.round()", "tensor([4., 3.])")
                .gradient("svd_lowrank(x, q=2).S", "x: [3, 2]")
                .gradient("svd_lowrank(x, q=2).V ** 2", "x: [2, 2, 3]")
                .is(args -> {
                    Tensor a = Matrices.matrices(args.tensor("A"), "svd_lowrank");
                    int q = args.integer("q");
                    requireRank("svd_lowrank", a, q);
                    return parts(args, a, q);
                });
        FAMILY.define("pca_lowrank(A: tensor, q: int = none, center: bool = true, niter: int = 2)")
                .doc("The principal components of the rows of A: the triple (U, S, V) of svd_lowrank, of A less the"
                        + " mean of its rows unless center is false. q is 6 by default, or the smaller size of A.")
                .example("pca_lowrank([[3., 1.], [1., 1.], [2., 1.]], q=1).S", "tensor([1.4142])")
                .gradient("pca_lowrank(x, q=2).S", "x: [4, 2]")
                .is(args -> {
                    Tensor a = Matrices.matrices(args.tensor("A"), "pca_lowrank");
                    int q = args.has("q") ? args.integer("q") : Math.min(6, Math.min(a.size(-2), a.size(-1)));
                    requireRank("pca_lowrank", a, q);
                    return parts(
                            args,
                            args.flag("center")
                                    ? Matrices.minus(a, Reductions.mean(a, Dims.of(a, a.rank() - 2, true)))
                                    : a,
                            q);
                });
    }

    private LowRank() {}

    private static void requireRank(String op, Tensor a, int q) {
        if (q < 0 || q > Math.min(a.size(-2), a.size(-1))) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            op + ": q is " + q + ", and " + a.describe() + " has " + Math.min(a.size(-2), a.size(-1))
                                    + " singular values")
                    .argument(1);
        }
    }

    private static Tuple parts(Args args, Tensor a, int q) {
        boolean wide = a.size(-2) < a.size(-1);
        Tensor tall = wide ? Matrices.transposed(a) : a;
        Tensor basis = basis(args, tall, q);
        Tuple small = Decompositions.svd(Matrices.product(Matrices.transposed(basis), tall), false, args.name());
        Tensor u = Matrices.product(basis, (Tensor) small.get(0));
        Tensor v = Matrices.transposed((Tensor) small.get(2));
        return Tuple.named(List.of("U", "S", "V"), wide ? v : u, small.get(1), wide ? u : v);
    }

    /** Orthonormal columns that span nearly what the first q left singular vectors of {@code a} do. */
    private static Tensor basis(Args args, Tensor a, int q) {
        int rounds = args.integer("niter");
        if (rounds < 0) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": niter is " + rounds + ", below 0");
        }
        Tensor random = RandomOps.normal(args.context(), a.dtype(), Shape.of(a.size(-1), q), a.device());
        Tensor basis = Decompositions.qr(Matrices.product(a, random), false)[0];
        for (int i = 0; i < rounds; i++) {
            Tensor other = Decompositions.qr(Matrices.product(Matrices.transposed(a), basis), false)[0];
            basis = Decompositions.qr(Matrices.product(a, other), false)[0];
        }
        return basis;
    }
}
