package tns.op;

import tns.expr.Expr;
import tns.tensor.Tensor;

/**
 * The Airy function Ai and its slope (DLMF 9.2), with z = 2/3 |x|^(3/2).
 *
 * <p>Chebyshev sums, fitted with 50 digits and cut off at 1e-18. From 0 up to 2 in x, of e^(5x/4) times the function, so that
 * no digits are lost as it falls; from -5 up to 0 in x, of the function. Above 2 in 1 / z, of what e^-z / (2 sqrt(pi)
 * x^(1/4)) leaves (DLMF 9.7.5). Below -5 in 1 / z², of the P and z Q by which it turns (DLMF 9.7.9). There z is computed to
 * nearly twice float64's digits: its error would be that of the angle, and of the exponent. Errors are below 1e-15 of the
 * value above -2, and of the height of the waves from there down to -1e6, so that near zeros digits are lost; beyond they
 * rise to 1e-11 at -1e9, and from -1e10 on the angle has no digits left. NaN where |x|^(3/2) overflows.
 */
final class AiryFunctions {
    private static final double[] VALUE_NEAR = {
        0.4303350049663023,
        0.03517962841573502,
        -0.0409745844228281,
        7.088619285656415e-05,
        0.0008961471838400426,
        -3.3838227915723604e-05,
        -1.111611129369252e-05,
        8.105263695403243e-07,
        7.955196803601702e-08,
        -9.944704691512397e-09,
        -2.406837596953117e-10,
        7.631190598501187e-11,
        -1.2351974044884104e-12,
        -3.8208896032726366e-13,
        1.9404335212778704e-14,
        1.1392168805675824e-15,
        -1.2198208952539459e-16
    };

    private static final double[] VALUE_LEFT = {
        0.21780501400549876,
        -0.15243919682610405,
        0.24413048723903907,
        0.25723797937555526,
        -0.10405689786164055,
        -0.1258789994498457,
        -0.010730847332209423,
        0.019770891044724,
        0.006501814365774597,
        -0.0007291639947388939,
        -0.0007904009988707628,
        -0.00010807305451804548,
        3.4929680917219585e-05,
        1.3631889435344286e-05,
        5.550644712274884e-07,
        -5.960077778021826e-07,
        -1.282333427112974e-07,
        3.89217252588784e-09,
        5.604665504886613e-09,
        7.325023228050804e-10,
        -7.584948080022729e-11,
        -3.38146239476339e-11,
        -2.6271661958850626e-12,
        5.532266987341432e-13,
        1.420039294312333e-13,
        5.439423676954658e-15,
        -2.531215287774012e-15,
        -4.3663099026744113e-16,
        -2.0279016787339435e-18,
        8.263802231245331e-18,
        1.015534874716995e-18
    };

    private static final double[] VALUE_RIGHT = {
        0.9844053049171552,
        -0.014792784850104199,
        0.0007327177465426715,
        -6.12595423417825e-05,
        6.83476697557269e-06,
        -9.237229735403982e-07,
        1.436225340438052e-07,
        -2.489319422322096e-08,
        4.709793440054328e-09,
        -9.583863708112733e-10,
        2.0745855483677591e-10,
        -4.737267332192277e-11,
        1.1336099808224236e-11,
        -2.827706782319351e-12,
        7.320712095125598e-13,
        -1.9599793911089723e-13,
        5.4101162570683925e-14,
        -1.5356466802223836e-14,
        4.472340393300025e-15,
        -1.3338094674756683e-15,
        4.066582046456231e-16,
        -1.265583225645289e-16,
        4.015126334015871e-17,
        -1.2969972135960937e-17,
        4.2613499074124e-18,
        -1.422676842293507e-18
    };

    private static final double[] VALUE_P = {
        0.9996723415461005,
        -0.0003255483561055322,
        2.069745155969119e-06,
        -3.890961736474424e-08,
        1.3645959446950337e-09,
        -7.265563438866682e-11,
        5.234675629062907e-12,
        -4.749669415821452e-13,
        5.172156139604189e-14,
        -6.533725295545284e-15,
        9.33927407277721e-16,
        -1.4823330512580455e-16,
        2.5745988399644002e-17,
        -4.8369440585693956e-18
    };

    private static final double[] VALUE_Q = {
        0.06911528040160503,
        -0.0003251060364586695,
        3.945977743866323e-06,
        -1.068929090514341e-07,
        4.800334718951617e-09,
        -3.0691067169997637e-10,
        2.5517594369013928e-11,
        -2.601606731752434e-12,
        3.123666855119186e-13,
        -4.2903251712839485e-14,
        6.596710595977435e-15,
        -1.116833216041688e-15,
        2.0551350158850327e-16,
        -4.0680056098438254e-17,
        8.589182631392619e-18,
        -1.921018818902054e-18
    };

    private static final double[] SLOPE_NEAR = {
        -0.5026900753364263,
        -0.20083582108707707,
        0.051316335439968164,
        0.006948444382833405,
        -0.0014473962255063986,
        -8.982756192157591e-05,
        2.506517256800637e-05,
        2.548307461544237e-07,
        -2.7677568271884253e-07,
        7.588100367947362e-09,
        1.9698164730210124e-09,
        -1.2449518501816457e-10,
        -8.356161512777826e-12,
        1.0170463712312116e-12,
        9.899281104543474e-15,
        -5.3102362363811124e-15,
        1.3067131539612428e-16,
        1.7995562791413453e-17,
        -1.0853018082484905e-18
    };

    private static final double[] SLOPE_LEFT = {
        -0.04827722225810545,
        -0.04174702290272246,
        -0.21850580197709413,
        0.34886175667974006,
        0.39886534852423844,
        0.015879683522490307,
        -0.10465064927514442,
        -0.035628383672114926,
        0.006066340575309986,
        0.005983228268842494,
        0.0008163598131899501,
        -0.0003399797221236084,
        -0.00013468306656885023,
        -4.654785318300374e-06,
        7.088583558730337e-06,
        1.561936759447497e-06,
        -6.350977489585342e-08,
        -7.94500272571099e-08,
        -1.057622854377879e-08,
        1.2571560132573318e-09,
        5.578067628584318e-10,
        4.3564320453695075e-11,
        -1.0278919461817799e-11,
        -2.6738045938820276e-12,
        -9.954820510956454e-14,
        5.267085119765158e-14,
        9.24026842952862e-15,
        2.157321195213293e-17,
        -1.9096096024810837e-16,
        -2.3851785651507403e-17
    };

    private static final double[] SLOPE_RIGHT = {
        1.0223917438953567,
        0.021419543172417697,
        -0.0008929320864098833,
        7.04386560665416e-05,
        -7.629019563020457e-06,
        1.0124594126717678e-06,
        -1.5547836430438127e-07,
        2.670534777173515e-08,
        -5.017799973983537e-09,
        1.015476324864757e-09,
        -2.1883687800953883e-10,
        4.97854884096185e-11,
        -1.1876037266305446e-11,
        2.9543896474165515e-12,
        -7.630714992633907e-13,
        2.038758045182824e-13,
        -5.617262461082948e-14,
        1.5918346754340464e-14,
        -4.629150125159948e-15,
        1.3787341769318453e-15,
        -4.198446246812051e-16,
        1.3051699130322144e-16,
        -4.1364905599761646e-17,
        1.3349430157944717e-17,
        -4.3821989068953736e-18,
        1.461838123264722e-18
    };

    private static final double[] SLOPE_P = {
        1.0003878405275435,
        0.0003855407600036015,
        -2.2569547701994824e-06,
        4.13018222466532e-08,
        -1.42946827628554e-09,
        7.551623154582091e-11,
        -5.412684015866087e-12,
        4.893117688966832e-13,
        -5.313644450068392e-14,
        6.697975952039033e-15,
        -9.557415795023906e-16,
        1.5147815527564406e-16,
        -2.627782827949282e-17,
        4.931767229919422e-18
    };

    private static final double[] SLOPE_Q = {
        -0.09685373558055735,
        0.00036413719505663344,
        -4.231539204935565e-06,
        1.1255552405699963e-07,
        -5.0045376884264e-09,
        3.179700644428914e-10,
        -2.632362416231985e-11,
        2.675352198626147e-12,
        -3.204480010858941e-13,
        4.392920315480073e-14,
        -6.743950494446888e-15,
        1.1402812450546277e-15,
        -2.0959757741233326e-16,
        4.1449196379079236e-17,
        -8.744355071414311e-18,
        1.9543012716058454e-18
    };

    /** Where the sum for small positive x ends, and what its function is scaled up by: e^(this times x). */
    private static final double RIGHT = 2;

    private static final double STEEPNESS = 1.25;

    /** Where that for small negative x ends. */
    private static final double LEFT = 5;

    /** From here on the function is less than float64 has numbers for. */
    private static final double VANISHED = 120;

    /** 2^27 + 1: what splits a float64 number into two of 26 bits each (Dekker, 1971). */
    private static final double SPLIT = 0x1p27 + 1;

    private static final Expr X = Expr.input(0);

    /** The ops as the language has them. */
    static final Family FAMILY = new Family("special functions");

    private static final Sloped AI = new Sloped(
            "airy_ai",
            joined(
                    near(VALUE_NEAR),
                    left(VALUE_LEFT),
                    fall(VALUE_RIGHT).div(Far.RIGHT_OF.root()),
                    Far.LEFT_OF.wave(VALUE_P, VALUE_Q, false).div(Far.LEFT_OF.root())),
            (x, y) -> slope(x));
    private static final Sloped SLOPE = new Sloped(
            "airy_ai slope",
            joined(
                    near(SLOPE_NEAR),
                    left(SLOPE_LEFT),
                    fall(SLOPE_RIGHT).mul(Far.RIGHT_OF.root()).neg(),
                    Far.LEFT_OF.wave(SLOPE_P, SLOPE_Q, true).mul(Far.LEFT_OF.root())),
            (x, y) -> Arithmetic.MUL.apply(x, AI.apply(x)));

    static {
        FAMILY.define("airy_ai(x: operand)")
                .doc("The Airy function Ai, which solves y'' = x * y and falls to 0 for positive x; NaN at inf and"
                        + " -inf, as in PyTorch.")
                .example("airy_ai([0., 1., -10.])", "tensor([0.3550, 0.1353, 0.0402])")
                .gradient("airy_ai(x)", "x: [2, 3] in -4.5..1.8")
                .gradient("airy_ai(x)", "x: [3] in 2.1..4")
                .gradient("airy_ai(x)", "x: [3] in -9..-5.2")
                .is(AI::call);
    }

    private AiryFunctions() {}

    // The two name each other, and are made one after the other.
    private static Tensor slope(Tensor x) {
        return SLOPE.apply(x);
    }

    private static Expr joined(Expr near, Expr left, Expr right, Expr waves) {
        Expr negative = Expr.select(X.lt(Expr.constant(-LEFT)), waves, left);
        Expr positive = Expr.select(X.gt(Expr.constant(RIGHT)), right, near);
        Expr finite = Expr.select(X.lt(Expr.ZERO), negative, positive);
        return Expr.select(X.abs().lt(Expr.constant(Double.POSITIVE_INFINITY)), finite, Expr.constant(Double.NaN));
    }

    private static Expr near(double[] c) {
        Expr x = Expr.select(X.abs().le(Expr.constant(RIGHT)), X.abs(), Expr.ZERO);
        return Chebyshev.sum(c, x.sub(RIGHT / 2).div(RIGHT / 2))
                .mul(x.mul(-STEEPNESS).exp());
    }

    private static Expr left(double[] c) {
        Expr size = Expr.select(X.abs().le(Expr.constant(LEFT)), X.abs(), Expr.ZERO);
        return Chebyshev.sum(c, size.sub(LEFT / 2).div(LEFT / 2));
    }

    /** The fall to the right, but for the fourth root. */
    private static Expr fall(double[] c) {
        Far far = Far.RIGHT_OF;
        Expr t = Expr.constant(2 * far.leastZ()).div(far.z).sub(1.0);
        Expr falling = far.z.neg().exp().mul(Expr.constant(1.0).sub(far.rest));
        Expr y = Chebyshev.sum(c, t).mul(falling).mul(0.5 / Math.sqrt(Math.PI));
        return Expr.select(X.gt(Expr.constant(VANISHED)), Expr.ZERO, y);
    }

    /** What both far sides have: a size that is from {@code least} on, and its z as {@code z + rest}. */
    private static final class Far {
        static final Far RIGHT_OF = new Far(RIGHT);
        static final Far LEFT_OF = new Far(LEFT);

        private final double least;
        private final Expr size;
        private final Expr z;
        private final Expr rest;

        /** Each product below is of numbers of 26 or 27 bits, and exact. */
        Far(double least) {
            this.least = least;
            size = Expr.select(X.abs().le(Expr.constant(least)), Expr.constant(least), X.abs());
            Expr root = size.sqrt();
            Expr shortRoot = shortened(root);
            Expr rootRest = size.sub(shortRoot.square()).div(shortRoot.add(root));
            Expr shortSize = shortened(size);
            Expr most = shortRoot.mul(shortSize);
            Expr little = size.sub(shortSize).mul(shortRoot).add(size.mul(rootRest));
            Expr first = most.div(1.5);
            // What the division lost: each difference is exact, the two being within a factor of 2.
            Expr lost = most.sub(first).sub(first.mul(0.5));
            Expr more = lost.add(little).div(1.5);
            z = first.add(more);
            rest = first.sub(z).add(more);
        }

        private static Expr shortened(Expr x) {
            Expr scaled = x.mul(SPLIT);
            return scaled.sub(scaled.sub(x));
        }

        double leastZ() {
            return least * Math.sqrt(least) / 1.5;
        }

        /** The fourth root of the size. */
        Expr root() {
            return size.sqrt().sqrt();
        }

        /** P times the cosine and Q times the sine of z - pi / 4; for the slope P times the sine less Q times the cosine. */
        Expr wave(double[] p, double[] q, boolean slope) {
            // Where z has no digits behind the point, the sine and cosine of what is left of it have no meaning.
            Expr by = Expr.select(rest.abs().lt(Expr.constant(0.5)), rest, Expr.ZERO);
            Expr sinBy = by.sub(by.mul(by.square()).div(6.0));
            Expr cosBy = Expr.constant(1.0).sub(by.square().mul(0.5));
            Expr sin = z.sin().mul(cosBy).add(z.cos().mul(sinBy));
            Expr cos = z.cos().mul(cosBy).sub(z.sin().mul(sinBy));
            Expr sine = sin.sub(cos);
            Expr cosine = sin.add(cos);
            Expr t = Expr.constant(leastZ()).div(z).square().mul(2.0).sub(1.0);
            Expr byP = Chebyshev.sum(p, t);
            Expr byQ = Chebyshev.sum(q, t).div(z);
            Expr turned =
                    slope ? byP.mul(sine).sub(byQ.mul(cosine)) : byP.mul(cosine).add(byQ.mul(sine));
            return turned.mul(Math.sqrt(0.5 / Math.PI));
        }
    }
}
