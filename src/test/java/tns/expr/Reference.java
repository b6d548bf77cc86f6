package tns.expr;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * The functions to about 40 digits, by series in decimal arithmetic: slow, simple, and independent of the steps under
 * test.
 */
final class Reference {
    private static final MathContext MC = new MathContext(60);
    private static final BigDecimal ONE = BigDecimal.ONE;
    private static final BigDecimal TWO = BigDecimal.TWO;
    private static final BigDecimal TINY = new BigDecimal("1e-70");

    /** Long enough to reduce the largest double. */
    static final BigDecimal PI = machinPi(new MathContext(420));

    static final BigDecimal LN2 = logNearOne(TWO);

    private Reference() {}

    private static BigDecimal machinPi(MathContext mc) {
        return arctanInverse(5, mc)
                .multiply(BigDecimal.valueOf(16))
                .subtract(arctanInverse(239, mc).multiply(BigDecimal.valueOf(4)));
    }

    private static BigDecimal arctanInverse(int n, MathContext mc) {
        BigDecimal power = ONE.divide(BigDecimal.valueOf(n), mc);
        BigDecimal sum = power;
        BigDecimal square = BigDecimal.valueOf((long) n * n);
        for (int k = 3; power.precision() - power.scale() > -mc.getPrecision(); k += 2) {
            power = power.divide(square, mc).negate();
            sum = sum.add(power.divide(BigDecimal.valueOf(k), mc), mc);
        }
        return sum;
    }

    static BigDecimal exp(BigDecimal x) {
        int halvings = Math.max(0, 8 + x.precision() - x.scale() > 0 ? 20 + 4 * (x.precision() - x.scale()) : 8);
        BigDecimal r = x.divide(TWO.pow(halvings), new MathContext(90));
        BigDecimal sum = ONE;
        BigDecimal term = ONE;
        for (int k = 1; term.abs().compareTo(new BigDecimal("1e-85")) > 0; k++) {
            term = term.multiply(r).divide(BigDecimal.valueOf(k), new MathContext(90));
            sum = sum.add(term);
            if (term.signum() == 0) {
                break;
            }
        }
        for (int i = 0; i < halvings; i++) {
            sum = sum.multiply(sum, new MathContext(90));
        }
        return sum.round(MC);
    }

    static BigDecimal expm1(BigDecimal x) {
        if (x.abs().compareTo(ONE) > 0) {
            return exp(x).subtract(ONE);
        }
        return series(x, ONE, (term, k) -> term.multiply(x).divide(BigDecimal.valueOf(k + 1), MC), x);
    }

    private interface Next {
        BigDecimal of(BigDecimal term, int k);
    }

    private static BigDecimal series(BigDecimal first, BigDecimal start, Next next, BigDecimal scale) {
        BigDecimal sum = first;
        BigDecimal term = first;
        for (int k = start.intValue();
                term.signum() != 0 && term.abs().compareTo(scale.abs().multiply(TINY)) > 0;
                k++) {
            term = next.of(term, k).round(MC);
            sum = sum.add(term, MC);
        }
        return sum;
    }

    static BigDecimal log(BigDecimal x) {
        double estimate = x.doubleValue();
        int e = estimate > 0 && estimate < Double.POSITIVE_INFINITY
                ? Math.getExponent(estimate)
                : (int) ((x.precision() - x.scale()) * 3.3219280948873626);
        if (estimate != 0 && estimate < Double.MIN_NORMAL) {
            e = Math.getExponent(estimate * 0x1p60) - 60;
        }
        BigDecimal m = e >= 0 ? x.divide(TWO.pow(e), MC) : x.multiply(TWO.pow(-e), MC);
        if (m.doubleValue() > 1.42) {
            m = m.divide(TWO, MC);
            e++;
        }
        return logNearOne(m).add(LN2.multiply(BigDecimal.valueOf(e)), MC);
    }

    private static BigDecimal logNearOne(BigDecimal m) {
        return log1pByAtanh(m.subtract(ONE));
    }

    private static BigDecimal log1pByAtanh(BigDecimal f) {
        if (f.signum() == 0) {
            return f;
        }
        BigDecimal s = f.divide(f.add(TWO), MC);
        BigDecimal z = s.multiply(s, MC);
        BigDecimal power = s;
        BigDecimal sum = s;
        for (int k = 3; power.abs().compareTo(s.abs().multiply(TINY)) > 0 && power.signum() != 0; k += 2) {
            power = power.multiply(z, MC);
            sum = sum.add(power.divide(BigDecimal.valueOf(k), MC), MC);
        }
        return sum.multiply(TWO);
    }

    static BigDecimal log1p(BigDecimal x) {
        return x.abs().doubleValue() < 0.3 ? log1pByAtanh(x) : log(x.add(ONE));
    }

    /** sin(x + quarterTurns * pi/2). */
    static BigDecimal sin(BigDecimal x, int quarterTurns) {
        BigDecimal halfPi = PI.divide(TWO);
        BigInteger q = x.divide(halfPi, new MathContext(400))
                .setScale(0, RoundingMode.HALF_EVEN)
                .toBigInteger();
        BigDecimal r = x.subtract(halfPi.multiply(new BigDecimal(q))).round(MC);
        BigDecimal z = r.multiply(r, MC).negate();
        int quadrant = (q.and(BigInteger.valueOf(3)).intValue() + quarterTurns) & 3;
        BigDecimal first = quadrant % 2 == 0 ? r : ONE;
        BigDecimal value = series(
                first,
                ONE,
                (term, k) -> {
                    long n = 2L * k + (quadrant % 2 == 0 ? 0 : -1);
                    return term.multiply(z).divide(BigDecimal.valueOf(n * (n + 1)), MC);
                },
                first);
        return quadrant >= 2 ? value.negate() : value;
    }

    static BigDecimal atan(BigDecimal x) {
        if (x.abs().compareTo(ONE) > 0) {
            BigDecimal rest = atan(ONE.divide(x, MC));
            return PI.divide(TWO).multiply(BigDecimal.valueOf(x.signum())).subtract(rest, MC);
        }
        BigDecimal reduced = x;
        int doublings = 0;
        for (; reduced.abs().doubleValue() > 0.1; doublings++) {
            reduced = reduced.divide(ONE.add(sqrt(ONE.add(reduced.multiply(reduced)))), MC);
        }
        BigDecimal z = reduced.multiply(reduced, MC).negate();
        BigDecimal power = reduced;
        BigDecimal sum = reduced;
        for (int k = 3;
                power.signum() != 0 && power.abs().compareTo(reduced.abs().multiply(TINY)) > 0;
                k += 2) {
            power = power.multiply(z, MC);
            sum = sum.add(power.divide(BigDecimal.valueOf(k), MC), MC);
        }
        return sum.multiply(TWO.pow(doublings), MC);
    }

    static BigDecimal sqrt(BigDecimal x) {
        return x.sqrt(MC);
    }

    static BigDecimal asin(BigDecimal x) {
        BigDecimal rest = ONE.subtract(x.multiply(x));
        return rest.signum() == 0 ? PI.divide(TWO).multiply(x) : atan(x.divide(sqrt(rest), MC));
    }

    static BigDecimal acos(BigDecimal x) {
        BigDecimal ratio = ONE.subtract(x).divide(ONE.add(x).max(new BigDecimal("1e-100")), MC);
        return atan(sqrt(ratio)).multiply(TWO);
    }

    static BigDecimal atan2(BigDecimal y, BigDecimal x) {
        BigDecimal size = sqrt(x.multiply(x).add(y.multiply(y)));
        if (x.signum() >= 0) {
            return atan(y.divide(size.add(x), MC)).multiply(TWO);
        }
        BigDecimal rest = atan(y.divide(size.subtract(x), MC)).multiply(TWO);
        return PI.multiply(BigDecimal.valueOf(y.signum())).subtract(rest, MC);
    }

    static BigDecimal sinh(BigDecimal x) {
        if (x.abs().compareTo(ONE) > 0) {
            return exp(x).subtract(exp(x.negate())).divide(TWO, MC);
        }
        BigDecimal z = x.multiply(x, MC);
        return series(x, ONE, (term, k) -> term.multiply(z).divide(BigDecimal.valueOf(2L * k * (2L * k + 1)), MC), x);
    }

    static BigDecimal cosh(BigDecimal x) {
        return exp(x).add(exp(x.negate())).divide(TWO, MC);
    }

    static BigDecimal asinh(BigDecimal x) {
        BigDecimal size = x.abs();
        BigDecimal square = size.multiply(size);
        BigDecimal root = sqrt(ONE.add(square));
        BigDecimal value = log1p(size.add(square.divide(root.add(ONE), MC)));
        return x.signum() < 0 ? value.negate() : value;
    }

    static BigDecimal acosh(BigDecimal x) {
        BigDecimal t = x.subtract(ONE);
        return log1p(t.add(sqrt(t.multiply(t.add(TWO)))));
    }

    static BigDecimal atanh(BigDecimal x) {
        return log1p(x.multiply(TWO).divide(ONE.subtract(x), MC)).divide(TWO);
    }

    static BigDecimal erf(BigDecimal x) {
        return erf(x, MC);
    }

    /** 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (2n+1)!!. */
    private static BigDecimal erf(BigDecimal x, MathContext mc) {
        BigDecimal z = x.multiply(x, mc).multiply(TWO);
        BigDecimal term = x;
        BigDecimal sum = x;
        BigDecimal least = x.abs().movePointLeft(mc.getPrecision() + 5);
        for (int n = 1; term.abs().compareTo(least) > 0; n++) {
            term = term.multiply(z, mc).divide(BigDecimal.valueOf(2L * n + 1), mc);
            sum = sum.add(term, mc);
        }
        return sum.multiply(expTo(x.multiply(x).negate(), mc), mc).multiply(TWO).divide(PI.sqrt(mc), mc);
    }

    private static BigDecimal expTo(BigDecimal x, MathContext mc) {
        BigDecimal r = x.divide(TWO.pow(40), mc);
        BigDecimal sum = ONE;
        BigDecimal term = ONE;
        for (int k = 1; term.signum() != 0 && term.abs().compareTo(ONE.movePointLeft(mc.getPrecision())) > 0; k++) {
            term = term.multiply(r, mc).divide(BigDecimal.valueOf(k), mc);
            sum = sum.add(term, mc);
        }
        for (int i = 0; i < 40; i++) {
            sum = sum.multiply(sum, mc);
        }
        return sum;
    }

    static BigDecimal erfc(BigDecimal x) {
        int digits = 60 + (int) (x.multiply(x).doubleValue() * 0.9);
        return x.doubleValue() < 1 ? ONE.subtract(erf(x)) : ONE.subtract(erf(x, new MathContext(digits)));
    }
}
