package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Context;
import tns.op.Reductions;
import tns.op.TypeName;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** A distribution whose last dims of the batch count as dims of what one distribution draws. */
final class Independent extends Distribution {
    private final Distribution base;
    private final int dims;

    Independent(Args args) {
        this(args, base(args), args.integer("reinterpreted_batch_ndims"));
    }

    private Independent(Args args, Distribution base, int dims) {
        super(args.name(), outer(args, base, dims), inner(base, dims).concat(base.event()));
        this.base = base;
        this.dims = dims;
        base.passOn(this, dims);
    }

    private static Distribution base(Args args) {
        if (args.get("base") instanceof Distribution base) {
            return base;
        }
        throw new TnsException(
                        ErrorKind.VALUE,
                        args.name() + ": base must be a distribution, found " + TypeName.describe(args.get("base")))
                .help("independent(normal_distribution(zeros(3), 1.), 1)");
    }

    private static Shape outer(Args args, Distribution base, int dims) {
        if (dims < 0 || dims > base.batch().rank()) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    args.name() + ": reinterpreted_batch_ndims must be from 0 to the dims of the batch, whose shape is "
                            + base.batch() + ", found " + dims);
        }
        return base.batch().part(0, base.batch().rank() - dims);
    }

    private static Shape inner(Distribution base, int dims) {
        return base.batch().part(base.batch().rank() - dims, base.batch().rank());
    }

    @Override
    Tensor drawn(Context context, Shape shape) {
        return base.drawn(context, shape);
    }

    @Override
    Tensor logProbability(Tensor x) {
        return sum(base.logProbability(x), dims);
    }

    /** {@code x} with its last {@code dims} dims added up. */
    static Tensor sum(Tensor x, int dims) {
        Tensor y = x;
        for (int i = 0; i < dims; i++) {
            y = Reductions.sum(y, y.rank() - 1, false);
        }
        return y;
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        Tensor each = q instanceof Independent other && dims == other.dims ? base.divergence(other.base) : null;
        return each == null ? null : sum(each, dims);
    }

    @Override
    public String toString() {
        return name() + "(" + base + ", " + dims + ")";
    }
}
