package tns.distribution;

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
        Tensor[] given = new Tensor[names.length];
        DType dtype = DType.FLOAT32;
        for (int i = 0; i < names.length; i++) {
            given[i] = ReductionOps.floating(args.tensor(names[i]));
            dtype = DType.promote(dtype, given[i].dtype());
        }
        Tensor[] placed = Broadcasting.together(args.name(), given);
        Shape shape = Broadcasting.shape(args.name(), placed);
        Tensor[] all = new Tensor[names.length];
        for (int i = 0; i < names.length; i++) {
            all[i] = Movement.expand(Casts.to(placed[i], dtype), shape).share();
        }
        return all;
    }

    /** Whichever of probs and logits is given, which must be one of them. */
    static String form(Args args) {
        if (args.has("probs") == args.has("logits")) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    args.name() + ": needs either probs or logits, found " + (args.has("probs") ? "both" : "neither"));
        }
        return args.has("probs") ? "probs" : "logits";
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
