package tns.distribution;

import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Pointwise;
import tns.op.RandomOps;
import tns.op.Reductions;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Student's t-distribution with df degrees of freedom, moved to loc and stretched by scale. */
final class StudentT extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise FROM_STANDARD = FORMULAS.pointwise("sample(x, z, df)")
            .floating()
            .is((x, z, df) -> x.mul(z.div(df).rsqrt()));
    /** At a standard value, but for the gamma functions. */
    private static final Pointwise LOG = FORMULAS.pointwise("log_prob(z, df, scale)")
            .floating()
            .is((z, df, scale) -> df.add(1.0)
                    .mul(-0.5)
                    .mul(z.square().div(df).log1p())
                    .sub(scale.log())
                    .sub(df.log().mul(0.5))
                    .sub(0.5 * Math.log(Math.PI)));

    private static final Pointwise MEAN = FORMULAS.pointwise("mean(loc, df)")
            .floating()
            .is((loc, df) -> Expr.select(df.gt(Expr.constant(1.0)), loc, Expr.constant(Double.NaN)));
    private static final Pointwise VARIANCE = FORMULAS.pointwise("variance(df, scale)")
            .floating()
            .is((df, scale) -> {
                Expr finite = df.gt(Expr.constant(2.0));
                Expr kept = Expr.select(finite, df, Expr.constant(3.0));
                Expr known = df.gt(Expr.constant(1.0));
                return Expr.select(
                        finite,
                        scale.square().mul(kept.div(kept.sub(2.0))),
                        Expr.select(known, Expr.constant(Double.POSITIVE_INFINITY), Expr.constant(Double.NaN)));
            });
    private static final Pointwise ENTROPY = FORMULAS.pointwise("entropy(df, rise, scale)")
            .floating()
            .is((df, rise, scale) -> df.add(1.0)
                    .mul(0.5)
                    .mul(rise)
                    .add(df.log().mul(0.5))
                    .add(scale.log())
                    .add(0.5 * Math.log(Math.PI)));

    private final Tensor df;
    private final Tensor loc;
    private final Tensor scale;

    StudentT(Args args) {
        this(args, Given.together(args, "df", "loc", "scale"));
    }

    private StudentT(Args args, Tensor[] given) {
        super(args.name(), given[0].shape());
        this.df = given[0];
        this.loc = given[1];
        this.scale = given[2];
        Given.require(args, "df", df, "above 0", v -> v > 0);
        Given.require(args, "scale", scale, "above 0", v -> v > 0);
        parameter("df", df);
        parameter("loc", loc);
        parameter("scale", scale);
        property("mean", () -> MEAN.apply(loc, df));
        variance(() -> VARIANCE.apply(df, scale));
        rsample();
        entropy(this::uncertainty);
    }

    private Tensor half() {
        return times(Wide.of(df), 0.5);
    }

    /** Half of what comes after df. */
    private Tensor upperHalf() {
        Tensor half = half();
        return Arithmetic.ADD.apply(half, Reductions.scalar(half, 0.5));
    }

    /** lgamma((df + 1) / 2) - lgamma(df / 2), in float64. */
    private Tensor gammas() {
        return Arithmetic.SUB.apply(Wide.logGamma(upperHalf()), Wide.logGamma(half()));
    }

    private Tensor uncertainty() {
        Tensor rise = Arithmetic.SUB.apply(Wide.digamma(upperHalf()), Wide.digamma(half()));
        Tensor entropy = ENTROPY.apply(Wide.of(df), rise, Wide.of(scale));
        return Wide.rounded(Arithmetic.SUB.apply(entropy, gammas()), df);
    }

    /** A normal draw, divided by the root of what a chi-squared distribution draws, for each of df. */
    @Override
    Tensor drawn(Context context, Shape shape) {
        Tensor x = RandomOps.normal(context, df.dtype(), shape, df.device());
        Tensor draws = GammaDraws.standard(context, Movement.expand(times(df, 0.5), shape));
        Tensor z = GammaDraws.atLeastTiny(times(draws, 2));
        return Arithmetic.ADD.apply(loc, Arithmetic.MUL.apply(scale, FROM_STANDARD.apply(x, z, df)));
    }

    @Override
    Tensor logProbability(Tensor x) {
        Tensor wide = Wide.of(scale);
        Tensor z = Arithmetic.DIV.apply(Arithmetic.SUB.apply(Wide.of(x), Wide.of(loc)), wide);
        return Wide.rounded(Arithmetic.ADD.apply(LOG.apply(z, Wide.of(df), wide), gammas()), x, df);
    }
}
