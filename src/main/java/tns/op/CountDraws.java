package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Generator;
import tns.tensor.HostArray;
import tns.tensor.Tensor;

/**
 * Random counts: of Poisson and binomial distributions, drawn on the host one after the other by rejection, with the
 * uniform draws that PyTorch makes for them on the CPU.
 */
public final class CountDraws {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("random numbers");

    /** From this mean on, rejection takes fewer draws than counting. */
    private static final double LARGE = 10;

    /** What {@link #stirlingTail} is for k from 0. */
    private static final double[] STIRLING_TAIL = {
        0.08106146679532726,
        0.0413406959554093,
        0.02767792568499834,
        0.020790672103765093,
        0.016644691189821193,
        0.013876128823070748,
        0.01189670994589177,
        0.010411265261972096,
        0.009255462182712733,
        0.00833056343336287
    };

    static {
        FAMILY.define("poisson(x: tensor)")
                .doc("For each element a random count whose mean it is, of the Poisson distribution.")
                .example("poisson([0., 1000.])[0]", "tensor(0.)")
                .example("seed(0); poisson([2., 2., 30.])", "tensor([ 6.,  2., 29.])")
                .is(args -> {
                    Tensor x = ReductionOps.requireFloat(args.tensor("x"), "poisson");
                    return poisson(args.context(), x);
                });
        FAMILY.define("binomial(count: tensor, prob: tensor)")
                .doc("For each element a random count: how many of count tries succeed, each with probability prob.")
                .example("binomial([3., 5.], [1., 0.])", "tensor([3., 0.])")
                .example("seed(0); binomial([10., 100.], [0.5, 0.25])", "tensor([ 7., 26.])")
                .is(CountDraws::binomials);
    }

    private CountDraws() {}

    /** A count for each element of {@code rates}, floats from 0 on, in their dtype. */
    public static Tensor poisson(Context context, Tensor rates) {
        Generator random = context.hostRandom();
        double[] counts = HostArray.doubles(rates.detach());
        for (int i = 0; i < counts.length; i++) {
            counts[i] = poisson(random, counts[i]);
        }
        return placed(rates, counts);
    }

    /** A count for each element of {@code tries} and {@code chances}, of one float dtype and shape. */
    public static Tensor binomial(Context context, Tensor tries, Tensor chances) {
        Generator random = context.hostRandom();
        double[] counts = HostArray.doubles(tries.detach());
        double[] probs = HostArray.doubles(chances.detach());
        for (int i = 0; i < counts.length; i++) {
            counts[i] = binomial(random, counts[i], probs[i]);
        }
        return placed(tries, counts);
    }

    private static Tensor placed(Tensor like, double[] counts) {
        return Casts.to(Tensor.upload(like.device(), DType.FLOAT64, like.shape(), counts), like.dtype());
    }

    private static double uniform(Generator random) {
        return ((double[]) random.uniform(DType.FLOAT64, 1, 0, 1))[0];
    }

    private static double poisson(Generator random, double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new TnsException(ErrorKind.VALUE, "poisson: a rate must be a number from 0 on, found " + rate);
        }
        if (rate >= LARGE) {
            return transformed(random, rate);
        }
        if (rate == 0) {
            return 0;
        }
        double limit = Math.exp(-rate);
        double product = 1;
        for (long k = 0; ; k++) {
            product *= uniform(random);
            if (product <= limit) {
                return k;
            }
        }
    }

    /** PTRS of Hörmann, The transformed rejection method for generating Poisson random variables, 1993. */
    private static double transformed(Generator random, double rate) {
        double b = 0.931 + 2.53 * Math.sqrt(rate);
        double a = -0.059 + 0.02483 * b;
        double scale = 1.1239 + 1.1328 / (b - 3.4);
        double edge = 0.9277 - 3.6224 / (b - 2);
        while (true) {
            double u = uniform(random) - 0.5;
            double v = uniform(random);
            double us = 0.5 - Math.abs(u);
            double k = Math.floor((2 * a / us + b) * u + rate + 0.43);
            if (us >= 0.07 && v <= edge) {
                return k;
            }
            if (k < 0 || us < 0.013 && v > us) {
                continue;
            }
            double height = Math.log(v) + Math.log(scale) - Math.log(a / (us * us) + b);
            if (height <= -rate + k * Math.log(rate) - logFactorial(k)) {
                return k;
            }
        }
    }

    private static double logFactorial(double k) {
        return k == 0 ? 0 : (k + 0.5) * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI) + stirlingTail(k - 1);
    }

    private static Object binomials(Args args) {
        Tensor count = ReductionOps.requireFloat(args.tensor("count"), "binomial");
        Tensor prob = ReductionOps.requireFloat(args.tensor("prob"), "binomial");
        if (count.dtype() != prob.dtype()) {
            throw new TnsException(
                            ErrorKind.DTYPE,
                            "binomial: count and prob must have one dtype, found " + count.describe() + " and "
                                    + prob.describe())
                    .help("count.to(prob.dtype) converts");
        }
        Tensor[] both = Broadcasting.spread("binomial", count, prob);
        return binomial(args.context(), both[0], both[1]);
    }

    private static double binomial(Generator random, double n, double p) {
        if (Double.isNaN(n) || Double.isNaN(p)) {
            return Double.NaN;
        }
        if (Double.isInfinite(n)) {
            throw new TnsException(
                    ErrorKind.VALUE, "binomial: a count of tries must be finite, found " + Display.text(n));
        }
        if (n <= 0 || p <= 0) {
            return 0;
        }
        if (p >= 1) {
            return n;
        }
        return p > 0.5 ? n - successes(random, n, 1 - p) : successes(random, n, p);
    }

    private static double successes(Generator random, double n, double p) {
        if (n * p >= LARGE) {
            return rejected(random, n, p);
        }
        double log = Math.log1p(-p);
        double sum = 0;
        for (long k = 0; ; k++) {
            sum += Math.ceil(Math.log(uniform(random)) / log);
            if (sum > n) {
                return k;
            }
        }
    }

    /** BTRS of Hörmann, The generation of binomial random variates, 1993. */
    private static double rejected(Generator random, double n, double p) {
        double deviation = Math.sqrt(n * p * (1 - p));
        double b = 1.15 + 2.53 * deviation;
        double a = -0.0873 + 0.0248 * b + 0.01 * p;
        double c = n * p + 0.5;
        double edge = 0.92 - 4.2 / b;
        double odds = p / (1 - p);
        double alpha = (2.83 + 5.1 / b) * deviation;
        double m = Math.floor((n + 1) * p);
        while (true) {
            double u = uniform(random) - 0.5;
            double v = uniform(random);
            double us = 0.5 - Math.abs(u);
            double k = Math.floor((2 * a / us + b) * u + c);
            if (us >= 0.07 && v <= edge) {
                return k;
            }
            if (k < 0 || k > n) {
                continue;
            }
            double bound = (m + 0.5) * Math.log((m + 1) / (odds * (n - m + 1)))
                    + (n + 1) * Math.log((n - m + 1) / (n - k + 1))
                    + (k + 0.5) * Math.log(odds * (n - k + 1) / (k + 1))
                    + stirlingTail(m)
                    + stirlingTail(n - m)
                    - stirlingTail(k)
                    - stirlingTail(n - k);
            if (Math.log(v * alpha / (a / (us * us) + b)) <= bound) {
                return k;
            }
        }
    }

    /** {@code ln(k!)} less {@code (k + 1/2) ln(k + 1) - (k + 1) + ln(2 pi) / 2}, by its series (DLMF 5.11.1). */
    private static double stirlingTail(double k) {
        if (k < STIRLING_TAIL.length) {
            return STIRLING_TAIL[(int) k];
        }
        double square = (k + 1) * (k + 1);
        return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
    }
}
