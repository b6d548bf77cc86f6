package tns.distribution;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Arithmetic;
import tns.op.Casts;
import tns.op.Context;
import tns.op.Reductions;
import tns.tensor.DType;
import tns.tensor.Generator;
import tns.tensor.GradMode;
import tns.tensor.HostArray;
import tns.tensor.Origin;
import tns.tensor.Tensor;

/**
 * Draws of gamma distributions of rate 1, made on the host one after the other by rejection, with the normal and uniform
 * draws that PyTorch makes for them on the CPU. Gradients flow to the concentrations, of the first order only.
 */
final class GammaDraws {
    /** Marsaglia and Tsang have 1/3 and 0.0331; PyTorch has them as float32. */
    private static final double THIRD = 1f / 3f;

    private static final double SQUEEZE = 0.0331f;

    private GammaDraws() {}

    /** One draw for each element of {@code concentration}, which must be above 0, in its dtype and at least its least. */
    static Tensor standard(Context context, Tensor concentration) {
        Generator random = context.hostRandom();
        double least = Distribution.leastNormal(concentration.dtype());
        double[] values = HostArray.doubles(concentration.detach());
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(least, standard(random, values[i]));
        }
        Tensor wide = Tensor.upload(concentration.device(), DType.FLOAT64, concentration.shape(), values);
        Tensor y = Casts.to(wide, concentration.dtype());
        return concentration.requiresGrad() && GradMode.enabled() ? y.withOrigin(new DrawOrigin(concentration)) : y;
    }

    /** The method of Marsaglia and Tsang, A simple method for generating gamma variables, 2000. */
    private static double standard(Generator random, double concentration) {
        if (concentration == 0) {
            return 0;
        }
        double scale = 1;
        double a = concentration;
        if (a < 1) {
            scale = Math.pow(1 - uniform(random), 1 / a);
            a += 1;
        }
        double d = a - THIRD;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x;
            double root;
            do {
                x = ((double[]) random.normal(DType.FLOAT64, 1))[0];
                root = 1 + c * x;
            } while (root <= 0);
            double v = root * root * root;
            double u = 1 - uniform(random);
            double square = x * x;
            if (u < 1 - SQUEEZE * square * square || Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) {
                return scale * d * v;
            }
        }
    }

    /** {@code y}, and where it is less the least normal number of its dtype: none is 0, as in PyTorch. */
    static Tensor atLeastTiny(Tensor y) {
        return Arithmetic.MAXIMUM.apply(y, Reductions.scalar(y, Distribution.leastNormal(y.dtype())));
    }

    private static double uniform(Generator random) {
        return ((double[]) random.uniform(DType.FLOAT64, 1, 0, 1))[0];
    }

    /** By the slope of the draw where its probability below stays as it is. */
    private static final class DrawOrigin extends Origin {
        DrawOrigin(Tensor concentration) {
            super("rsample", concentration);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Tensor a = input(0).detach();
            double[] as = HostArray.doubles(a);
            double[] xs = HostArray.doubles(y.detach());
            double[] digammas = HostArray.doubles(Wide.digamma(a));
            for (int k = 0; k < xs.length; k++) {
                xs[k] = GammaSlope.of(as[k], xs[k], digammas[k]);
            }
            Tensor slope = Casts.to(Tensor.upload(a.device(), DType.FLOAT64, a.shape(), xs), a.dtype());
            Tensor known = GradMode.enabled() ? slope.withOrigin(new SlopeOrigin(input(0))) : slope;
            return Arithmetic.MUL.apply(dy, known);
        }
    }

    /** Says that there is no second derivative, where else one of 0 would be taken. */
    private static final class SlopeOrigin extends Origin {
        SlopeOrigin(Tensor concentration) {
            super("rsample", concentration);
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            throw new TnsException(
                            ErrorKind.VALUE, "rsample: draws of gamma distributions have gradients of first order only")
                    .help("log_prob has gradients of every order");
        }
    }
}
