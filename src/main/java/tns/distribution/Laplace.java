package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The Laplace distribution: exponential on both sides of loc. */
final class Laplace extends LocationScale {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise FROM_UNIFORM = FORMULAS.pointwise("sample(u)")
            .floating()
            .is(u -> u.sign().mul(u.abs().neg().log1p()).neg());

    private static final Standard STANDARD = new Standard(
            Laplace::standard,
            z -> z.abs().neg().sub(Math.log(2)),
            z -> z.sign().mul(z.abs().neg().expm1()).mul(-0.5).add(0.5),
            Standard.quantile(p -> {
                Expr off = p.sub(0.5);
                return off.sign().mul(off.abs().mul(-2.0).log1p()).neg();
            }),
            1 + Math.log(2),
            0,
            2);

    /** By the ratio of the scales, the distance of the locs in the second one's scale, and in the first one's. */
    private static final Pointwise DIVERGENCE = FORMULAS.pointwise("kl_divergence(ratio, distance, own)")
            .floating()
            .is((ratio, distance, own) -> distance.abs()
                    .add(ratio.mul(own.abs().neg().exp()))
                    .sub(ratio.log())
                    .sub(1.0));

    Laplace(Args args) {
        super(args, STANDARD);
    }

    /** From what PyTorch draws: uniform from just above -1 to below 1. */
    private static Tensor standard(Context context, DType dtype, Shape shape, Device device) {
        double step = dtype == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
        return FROM_UNIFORM.apply(RandomOps.uniform(context, dtype, shape, device, step - 1, 1));
    }

    @Override
    @Nullable
    Tensor divergence(Distribution q) {
        if (!(q instanceof Laplace other)) {
            return null;
        }
        Tensor distance = Arithmetic.SUB.apply(loc, other.loc);
        return DIVERGENCE.apply(
                Arithmetic.DIV.apply(scale, other.scale),
                Arithmetic.DIV.apply(distance, other.scale),
                Arithmetic.DIV.apply(distance, scale));
    }
}
