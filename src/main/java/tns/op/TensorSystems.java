package tns.op;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Linear systems whose unknowns, and what is given, are tensors of any rank: those of matrices, reshaped. */
final class TensorSystems {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("tensor equations");

    static {
        FAMILY.define("tensorinv(A: tensor, ind: int = 2)")
                .doc("The inverse of A as a map from its last dims to its first ind ones, which hold as many elements:"
                        + " tensordot(tensorinv(A, ind), B, ind) is tensorsolve(A, B).")
                .example("tensorinv(eye(4).reshape(2, 2, 4)).shape", "(4, 2, 2)")
                .gradient("tensorinv(x + 4 * eye(4).reshape(2, 2, 4))", "x: [2, 2, 4]")
                .gradient("tensorinv(x + 4 * eye(4).reshape(4, 2, 2), ind=1)", "x: [4, 2, 2]")
                .is(args -> inverse(args.tensor("A"), args.integer("ind")));
        FAMILY.define("tensorsolve(A: tensor, B: tensor, dims: ints = none)")
                .doc("The X with tensordot(A, X, X.ndim) = B: A has the dims of B first and those of X after them,"
                        + " as many elements in both. The dims of A that are given are moved to its end before.")
                .example("tensorsolve(2 * eye(4).reshape(2, 2, 4), [[2., 4.], [6., 8.]])", "tensor([1., 2., 3., 4.])")
                .gradient("tensorsolve(x + 4 * eye(4).reshape(2, 2, 4), y)", "x: [2, 2, 4]", "y: [2, 2]")
                .gradient("tensorsolve(x + 4 * eye(4).reshape(2, 4, 2), y, dims=(1,))", "x: [2, 4, 2]", "y: [2, 2]")
                .is(args -> solution(args.tensor("A"), args.tensor("B"), args.intsOrNull("dims")));
    }

    private TensorSystems() {}

    private static Tensor inverse(Tensor a, int ind) {
        ReductionOps.requireFloat(a, "tensorinv");
        if (ind < 1 || ind > a.rank()) {
            throw new TnsException(
                            ErrorKind.VALUE, "tensorinv: ind is " + ind + ", and the tensor has rank " + a.rank())
                    .argument(1);
        }
        Shape first = a.shape().part(0, ind);
        Shape last = a.shape().part(ind, a.rank());
        if (first.elements() != last.elements()) {
            throw uneven("tensorinv", a, first, last);
        }
        Tensor matrix = Movement.reshape(a, Shape.of(first.elements(), last.elements()));
        return Movement.reshape(Solving.inverse(matrix, "tensorinv"), last.concat(first));
    }

    private static TnsException uneven(String op, Tensor a, Shape first, Shape last) {
        return new TnsException(
                        ErrorKind.SHAPE,
                        op + ": the first dims of " + a.describe() + ", " + first + ", hold " + first.elements()
                                + " elements, and the last, " + last + ", " + last.elements())
                .help("both must hold as many")
                .argument(0);
    }

    private static Tensor solution(Tensor given, Tensor b, int @Nullable [] dims) {
        ReductionOps.requireFloat(given, "tensorsolve");
        Matrices.sameKind("tensorsolve", given, b);
        Tensor a = dims == null ? given : last(given, dims);
        int known = Math.min(b.rank(), a.rank());
        Shape first = a.shape().part(0, known);
        Shape last = a.shape().part(known, a.rank());
        if (!first.equals(b.shape())) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "tensorsolve: the first dims of A, " + a.describe() + ", are not those of B, "
                                    + b.describe())
                    .help("dims moves dims of A to its end")
                    .argument(1);
        }
        if (first.elements() != last.elements()) {
            throw uneven("tensorsolve", a, first, last);
        }
        Tensor matrix = Movement.reshape(a, Shape.of(first.elements(), last.elements()));
        Tensor column = Movement.reshape(b, Shape.of(first.elements(), 1));
        return Movement.reshape(Solving.solution(matrix, column), last);
    }

    /** With these dims at the end. */
    private static Tensor last(Tensor given, int[] dims) {
        int[] moved = Arrays.stream(dims)
                .map(dim -> given.shape().dim(dim, "tensorsolve"))
                .toArray();
        if (given.rank() == 0) {
            return given;
        }
        int[] kept = IntStream.range(0, given.rank())
                .filter(d -> Arrays.stream(moved).noneMatch(dim -> dim == d))
                .toArray();
        if (kept.length + moved.length != given.rank()) {
            throw new TnsException(ErrorKind.VALUE, "tensorsolve: a dim is given twice").argument(2);
        }
        return Movement.permute(
                given,
                IntStream.concat(Arrays.stream(kept), Arrays.stream(moved)).toArray());
    }
}
