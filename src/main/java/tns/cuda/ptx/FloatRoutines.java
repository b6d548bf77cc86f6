package tns.cuda.ptx;

import tns.expr.Lane;
import tns.expr.PiOverTwo;

/** The two steps of a float lane that take many instructions: the exact remainder, and the reduction modulo pi/2. */
final class FloatRoutines {
    private static final String TWO_OVER_PI = "two_over_pi";

    private final PtxWriter w;
    private final FloatFormat format;
    private final PtxType pattern;
    private final String untyped;
    private final String signed;
    private final String unsigned;

    FloatRoutines(PtxWriter w, FloatFormat format) {
        this.w = w;
        this.format = format;
        this.pattern = format.pattern();
        this.untyped = format.untyped();
        this.signed = format.signed();
        this.unsigned = format.unsigned();
    }

    /** The bit pattern of a value. */
    String pattern(String value) {
        return w.make(pattern, "mov." + untyped, value);
    }

    /** The value of a bit pattern. */
    String value(String bits) {
        return w.make(format.value(), "mov." + untyped, bits);
    }

    /**
     * {@code a % b} of Java and C: exact, with the sign of a. Long division in integers: the significand of a is
     * shifted up bit by bit while that of b is taken away.
     */
    String fmod(String a, String b) {
        String done = w.label();
        String nan = w.label();
        String result = w.make(format.value(), "mov." + format.word(), a);
        String bitsA = pattern(a);
        String sign = w.make(pattern, "and." + untyped, bitsA, format.signMask());
        String x = w.make(pattern, "and." + untyped, bitsA, format.magnitudeMask());
        String y = w.make(pattern, "and." + untyped, pattern(b), format.magnitudeMask());
        String infinity = format.hex(format.maxExponent() << format.fraction());
        w.jumpIf(compare("ge", unsigned, x, infinity), nan);
        w.jumpIf(compare("gt", unsigned, y, infinity), nan);
        w.jumpIf(compare("eq", unsigned, y, "0"), nan);
        w.jumpIf(compare("lt", unsigned, x, y), done);
        String exponentX = w.register(PtxType.B32);
        String exponentY = w.register(PtxType.B32);
        normalise(x, exponentX);
        normalise(y, exponentY);
        String loop = w.label();
        String end = w.label();
        String difference = w.register(pattern);
        w.place(loop);
        w.jumpIf(compare("le", "s32", exponentX, exponentY), end);
        subtract(x, y, difference);
        w.op("shl." + untyped, x, x, "1");
        w.op("sub.s32", exponentX, exponentX, "1");
        w.jump(loop);
        w.place(end);
        subtract(x, y, difference);
        String zero = w.label();
        w.jumpIf(compare("eq", unsigned, x, "0"), zero);
        assemble(x, exponentX);
        w.place(zero);
        w.op("or." + untyped, x, x, sign);
        w.op("mov." + untyped, result, x);
        w.jump(done);
        w.place(nan);
        w.op("mov." + format.word(), result, format.literal(Double.NaN));
        w.place(done);
        return result;
    }

    private String compare(String relation, String type, String a, String b) {
        return w.make(PtxType.PRED, "setp." + relation + "." + type, a, b);
    }

    /** Splits a magnitude into a significand with its leading bit at {@code fraction} and a biased exponent. */
    private void normalise(String x, String exponent) {
        String normal = w.label();
        String done = w.label();
        String raised = w.make(pattern, "shr." + unsigned, x, Integer.toString(format.fraction()));
        narrow(exponent, raised);
        w.jumpIf(compare("ne", "s32", exponent, "0"), normal);
        String zeros = w.make(PtxType.B32, "clz." + untyped, x);
        int width = format.bits() - format.fraction() - 1;
        String distance = w.make(PtxType.B32, "sub.s32", zeros, Integer.toString(width));
        w.op("shl." + untyped, x, x, distance);
        w.op("sub.s32", exponent, "1", distance);
        w.jump(done);
        w.place(normal);
        long fractionMask = (1L << format.fraction()) - 1;
        w.op("and." + untyped, x, x, format.hex(fractionMask));
        w.op("or." + untyped, x, x, format.hex(1L << format.fraction()));
        w.place(done);
    }

    private void narrow(String target, String bits) {
        if (pattern == PtxType.B32) {
            w.op("mov.b32", target, bits);
        } else {
            w.op("cvt.u32.u64", target, bits);
        }
    }

    /** {@code x -= y} where that is not negative. */
    private void subtract(String x, String y, String difference) {
        w.op("sub." + signed, difference, x, y);
        String fits = compare("ge", signed, difference, "0");
        w.op("selp." + untyped, x, difference, x, fits);
    }

    /** Turns a significand below 2^(fraction + 1) and its exponent into a magnitude; the result is exact. */
    private void assemble(String x, String exponent) {
        String zeros = w.make(PtxType.B32, "clz." + untyped, x);
        int width = format.bits() - format.fraction() - 1;
        String distance = w.make(PtxType.B32, "sub.s32", zeros, Integer.toString(width));
        w.op("shl." + untyped, x, x, distance);
        w.op("sub.s32", exponent, exponent, distance);
        String subnormal = w.label();
        String done = w.label();
        w.jumpIf(compare("le", "s32", exponent, "0"), subnormal);
        long fractionMask = (1L << format.fraction()) - 1;
        w.op("and." + untyped, x, x, format.hex(fractionMask));
        String wide = pattern == PtxType.B32 ? exponent : w.make(PtxType.B64, "cvt.s64.s32", exponent);
        String placed = w.make(pattern, "shl." + untyped, wide, Integer.toString(format.fraction()));
        w.op("or." + untyped, x, x, placed);
        w.jump(done);
        w.place(subnormal);
        String down = w.make(PtxType.B32, "sub.s32", "1", exponent);
        w.op("shr." + unsigned, x, x, down);
        w.place(done);
    }

    /** {@link tns.expr.Opcode#PI2_REMAINDER}. */
    String halfPiRemainder(String a) {
        return reduced(a)[0];
    }

    /** {@link tns.expr.Opcode#PI2_QUADRANT}. */
    String halfPiQuadrant(String a) {
        return reduced(a)[1];
    }

    /** The remainder and the quadrant of a, as {@link PiOverTwo} computes them. */
    private String[] reduced(String a) {
        boolean single = format == FloatFormat.BINARY32;
        String remainder = w.make(format.value(), "mov." + format.word(), format.literal(0));
        String quadrant = w.make(format.value(), "mov." + format.word(), format.literalBits(0));
        String done = w.label();
        String finite = w.label();
        String magnitude = value(w.make(pattern, "and." + untyped, pattern(a), format.magnitudeMask()));
        String bound = format.literal(PiOverTwo.bound(single ? Lane.F32 : Lane.F64));
        w.jumpIf(compare("le", format.word(), magnitude, bound), done);
        w.jumpIf(compare("lt", format.word(), magnitude, format.literal(Double.POSITIVE_INFINITY)), finite);
        w.op("mov." + format.word(), remainder, format.literal(Double.NaN));
        w.jump(done);
        w.place(finite);
        String x = single ? w.make(PtxType.F64, "cvt.f64.f32", a) : a;
        HalfPi pi = new HalfPi(w, TWO_OVER_PI, x);
        w.op(single ? "cvt.rn.f32.f64" : "mov.f64", remainder, pi.remainder());
        w.op("mov." + untyped, quadrant, single ? pi.quadrant() : w.make(PtxType.B64, "cvt.u64.u32", pi.quadrant()));
        w.place(done);
        return new String[] {remainder, quadrant};
    }
}
