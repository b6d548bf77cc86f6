package tns.distribution;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Broadcasting;
import tns.op.Casts;
import tns.op.Movement;
import tns.op.ReductionOps;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The parameters of a distribution as a call gives them: floats of one dtype, device and shape, checked. */
final class Given {
    private Given() {}

    /** The named arguments, broadcast together. */
    static Tensor[] together(Args args, String... names) {
        Tensor[] all = ofOneKind(args, names);
        Shape shape = Broadcasting.shape(args.name(), all);
        for (int i = 0; i < names.length; i++) {
            all[i] = Movement.expand(all[i], shape).share();
        }
        return all;
    }

    /** The named arguments as floats of one dtype on one device. */
    private static Tensor[] ofOneKind(Args args, String... names) {
        Tensor[] given = new Tensor[names.length];
        DType dtype = DType.FLOAT32;
        for (int i = 0; i < names.length; i++) {
            given[i] = ReductionOps.floating(args.tensor(names[i]));
            dtype = DType.promote(dtype, given[i].dtype());
        }
        Tensor[] placed = Broadcasting.together(args.name(), given).clone();
        for (int i = 0; i < names.length; i++) {
            placed[i] = Casts.to(placed[i], dtype);
        }
        return placed;
    }

    /** The named vector, [.., n], and square matrix, [.., n, n], or a batch of them, broadcast together. */
    static Tensor[] vectorAndMatrix(Args args, String vector, String matrix) {
        Tensor[] both = ofOneKind(args, vector, matrix);
        Tensor v = both[0];
        Tensor m = both[1];
        if (v.rank() == 0 || m.rank() < 2 || m.size(-1) != m.size(-2) || m.size(-1) != v.size(-1)) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    args.name() + ": needs a vector " + vector + " and a square matrix " + matrix
                            + " of as many rows, found " + v.describe() + " and " + m.describe());
        }
        Shape n = v.shape().part(v.rank() - 1, v.rank());
        Shape batch = Shape.broadcast(v.shape().part(0, v.rank() - 1), m.shape().part(0, m.rank() - 2));
        if (batch == null) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    args.name() + ": batches of " + vector + " and " + matrix + " do not broadcast: " + v.describe()
                            + " and " + m.describe());
        }
        return new Tensor[] {
            Movement.expand(v, batch.concat(n)).share(),
            Movement.expand(m, batch.concat(n).concat(n)).share()
        };
    }

    /** The dims of {@code given} before the last, which has one element for each class and at least one. */
    static Shape batchOfClasses(Args args, String name, Tensor given) {
        if (given.rank() == 0 || given.size(-1) == 0) {
            throw new TnsException(
                    ErrorKind.SHAPE, args.name() + ": " + name + " needs a dim of classes, found " + given.describe());
        }
        return given.shape().part(0, given.rank() - 1);
    }

    /** Whichever of probs and logits is given, which must be one of them. */
    static String form(Args args) {
        return one(args, "probs", "logits");
    }

    /** Whichever of {@code names} is given, which must be one of them. */
    static String one(Args args, String... names) {
        List<String> found = Arrays.stream(names).filter(args::has).toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        String all = names.length == 2 ? "both" : String.join(" and ", found);
        throw new TnsException(
                ErrorKind.VALUE,
                args.name() + ": needs either " + String.join(" or ", names) + ", found "
                        + (found.isEmpty() ? "neither" : all));
    }

    /** Fails unless every element is what {@code words} say. */
    static void require(Args args, String name, Tensor value, String words, DoublePredicate sound) {
        for (double v : HostArray.doubles(value.detach())) {
            if (!sound.test(v)) {
                throw new TnsException(
                        ErrorKind.VALUE, args.name() + ": " + name + " must be " + words + ", found " + v);
            }
        }
    }
}
