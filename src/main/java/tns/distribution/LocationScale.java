package tns.distribution;

import java.util.function.UnaryOperator;
import tns.expr.Expr;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Context;
import tns.op.Elementary;
import tns.op.Family;
import tns.op.Pointwise;
import tns.op.Reductions;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** What loc + scale * z is distributed as, for a z of a standard distribution: that alone says all of it. */
abstract class LocationScale extends Distribution {
    private static final Family FORMULAS = new Family("distributions");

    private static final Pointwise FROM_STANDARD =
            FORMULAS.pointwise("icdf(z, loc, scale)").floating().is((z, loc, scale) -> loc.add(scale.mul(z)));

    /** Draws of the standard distribution. */
    @FunctionalInterface
    interface Draws {
        Tensor of(Context context, DType dtype, Shape shape, Device device);
    }

    /** A distribution with loc 0 and scale 1, by its formulas. */
    static final class Standard {
        private final Draws draws;
        private final Pointwise log;
        private final Pointwise below;
        private final UnaryOperator<Tensor> quantile;
        private final double entropy;
        private final double mean;
        private final double variance;

        /**
         * @param density the log of its density
         * @param below the probability of values up to one
         * @param quantile the inverse of {@code below}
         */
        Standard(
                Draws draws,
                UnaryOperator<Expr> density,
                UnaryOperator<Expr> below,
                UnaryOperator<Tensor> quantile,
                double entropy,
                double mean,
                double variance) {
            this.draws = draws;
            this.log = FORMULAS.pointwise("log_prob(x, loc, scale)")
                    .floating()
                    .is((x, loc, scale) -> density.apply(x.sub(loc).div(scale)).sub(scale.log()));
            this.below = FORMULAS.pointwise("cdf(x, loc, scale)")
                    .floating()
                    .is((x, loc, scale) -> below.apply(x.sub(loc).div(scale)));
            this.quantile = quantile;
            this.entropy = entropy;
            this.mean = mean;
            this.variance = variance;
        }

        /** A quantile that is one expression. */
        static UnaryOperator<Tensor> quantile(UnaryOperator<Expr> expression) {
            Pointwise op = FORMULAS.pointwise("icdf(p)").floating().is(expression);
            return op::apply;
        }
    }

    final Tensor loc;
    final Tensor scale;
    private final Standard standard;

    LocationScale(Args args, Standard standard) {
        this(args, standard, Given.together(args, "loc", "scale"));
    }

    private LocationScale(Args args, Standard standard, Tensor[] given) {
        super(args.name(), given[0].shape());
        this.loc = given[0];
        this.scale = given[1];
        this.standard = standard;
        Given.require(args, "scale", scale, "above 0", v -> v > 0);
        parameter("loc", loc);
        parameter("scale", scale);
        property("mean", () -> standard.mean == 0 ? loc : Arithmetic.ADD.apply(loc, times(scale, standard.mean)));
        property("stddev", () -> times(scale, Math.sqrt(standard.variance)));
        property("variance", () -> times(Arithmetic.SQUARE.apply(scale), standard.variance));
        rsample();
        entropy(() -> Arithmetic.ADD.apply(Elementary.LOG.apply(scale), Reductions.scalar(scale, standard.entropy)));
        cdf(x -> standard.below.apply(x, loc, scale));
        icdf(p -> FROM_STANDARD.apply(standard.quantile.apply(p), loc, scale));
    }

    @Override
    final Tensor drawn(Context context, Shape shape) {
        Tensor z = standard.draws.of(context, loc.dtype(), shape, loc.device());
        return Arithmetic.ADD.apply(Arithmetic.MUL.apply(z, scale), loc);
    }

    @Override
    final Tensor logProbability(Tensor x) {
        return standard.log.apply(x, loc, scale);
    }
}
