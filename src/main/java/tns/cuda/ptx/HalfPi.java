package tns.cuda.ptx;

import tns.expr.PiOverTwo;

/**
 * The reduction of a finite, large double modulo pi/2, instruction for instruction as {@link PiOverTwo} computes it;
 * the names are those there.
 */
final class HalfPi {
    private final PtxWriter w;
    private final String table;
    private final String remainder;
    private final String quadrant;

    /** Writes the reduction of {@code x}; {@code table} names the digits of 2/pi in constant memory. */
    HalfPi(PtxWriter w, String table, String x) {
        this.w = w;
        this.table = table;
        w.constants(table, PiOverTwo.twoOverPi());
        String bits = w.make(PtxType.B64, "mov.b64", x);
        String fraction = w.make(PtxType.B64, "and.b64", bits, "0xfffffffffffff");
        String significand = w.make(PtxType.B64, "or.b64", fraction, "0x10000000000000");
        String biased = w.make(PtxType.B32, "cvt.u32.u64", w.make(PtxType.B64, "shr.u64", bits, "52"));
        String exponent = w.make(PtxType.B32, "and.b32", biased, "0x7ff");
        String first = w.make(PtxType.B32, "sub.s32", exponent, "1077");
        String w2 = digits(first);
        String w1 = digits(w.make(PtxType.B32, "add.s32", first, "64"));
        String w0 = digits(w.make(PtxType.B32, "add.s32", first, "128"));
        String p0 = w.make(PtxType.B64, "mul.lo.s64", significand, w0);
        String carry = w.make(PtxType.B64, "mul.hi.u64", significand, w0);
        String p1 = w.make(PtxType.B64, "add.s64", w.make(PtxType.B64, "mul.lo.s64", significand, w1), carry);
        String over = w.make(PtxType.PRED, "setp.lt.u64", p1, carry);
        String high = w.make(
                PtxType.B64,
                "add.s64",
                w.make(PtxType.B64, "mul.lo.s64", significand, w2),
                w.make(PtxType.B64, "mul.hi.u64", significand, w1));
        String p2 = w.make(PtxType.B64, "add.s64", high, w.make(PtxType.B64, "selp.b64", "1", "0", over));
        String q = w.make(PtxType.B32, "cvt.u32.u64", w.make(PtxType.B64, "shr.u64", p2, "62"));
        String f2 = joined(p2, p1);
        String f1 = joined(p1, p0);
        String f0 = w.make(PtxType.B64, "shl.b64", p0, "2");
        String negative = w.make(PtxType.PRED, "setp.lt.s64", f2, "0");
        String positive = w.label();
        w.jumpUnless(negative, positive);
        w.op("add.s32", q, q, "1");
        negate(f2, f1, f0);
        w.place(positive);
        String product = timesHalfPi(f2, f1, f0);
        String below = w.make(PtxType.PRED, "setp.lt.s64", bits, "0");
        String minus = w.make(PtxType.B32, "neg.s32", q);
        w.op("selp.b32", q, minus, q, below);
        String flip = w.make(PtxType.PRED, "xor.pred", negative, below);
        String pattern = w.make(PtxType.B64, "mov.b64", product);
        String turned = w.make(PtxType.B64, "xor.b64", pattern, "0x8000000000000000");
        String chosen = w.make(PtxType.B64, "selp.b64", turned, pattern, flip);
        remainder = w.make(PtxType.F64, "mov.b64", chosen);
        quadrant = w.make(PtxType.B32, "and.b32", q, "3");
    }

    /** The register with the remainder, a double. */
    String remainder() {
        return remainder;
    }

    /** The register with the quadrant 0 to 3, 32 bits. */
    String quadrant() {
        return quadrant;
    }

    /** The 64 digits of 2/pi from number {@code first}. */
    private String digits(String first) {
        String word = w.make(PtxType.B32, "shr.s32", first, "6");
        String shift = w.make(PtxType.B32, "and.b32", first, "63");
        String high = word(word);
        String low = word(w.make(PtxType.B32, "add.s32", word, "1"));
        String up = w.make(PtxType.B64, "shl.b64", high, shift);
        // A distance of 64 gives 0 in PTX, which is what a shift of 0 wants.
        String down = w.make(PtxType.B64, "shr.u64", low, w.make(PtxType.B32, "sub.s32", "64", shift));
        return w.make(PtxType.B64, "or.b64", up, down);
    }

    /** Word {@code index} of the digits; 0 before the first. */
    private String word(String index) {
        String result = w.make(PtxType.B64, "mov.b64", "0");
        String skip = w.label();
        w.jumpIf(w.make(PtxType.PRED, "setp.lt.s32", index, "0"), skip);
        String base = w.make(PtxType.B64, "mov.u64", table);
        String at = w.make(PtxType.B64, "mad.wide.s32", index, "8", base);
        w.op("ld.const.u64", result, "[" + at + "]");
        w.place(skip);
        return result;
    }

    /** {@code high << 2 | low >>> 62}. */
    private String joined(String high, String low) {
        return w.make(
                PtxType.B64,
                "or.b64",
                w.make(PtxType.B64, "shl.b64", high, "2"),
                w.make(PtxType.B64, "shr.u64", low, "62"));
    }

    private void negate(String f2, String f1, String f0) {
        w.op("neg.s64", f0, f0);
        w.op("not.b64", f1, f1);
        w.op("not.b64", f2, f2);
        String zero0 = w.make(PtxType.PRED, "setp.eq.s64", f0, "0");
        w.op("add.s64", f1, f1, w.make(PtxType.B64, "selp.b64", "1", "0", zero0));
        String zero1 = w.make(PtxType.PRED, "setp.eq.and.s64", f1, "0", zero0);
        w.op("add.s64", f2, f2, w.make(PtxType.B64, "selp.b64", "1", "0", zero1));
    }

    private String timesHalfPi(String f2, String f1, String f0) {
        String scale = w.make(PtxType.B32, "mov.u32", "-64");
        String loop = w.label();
        String end = w.label();
        w.place(loop);
        w.jumpIf(w.make(PtxType.PRED, "setp.ne.s64", f2, "0"), end);
        w.jumpIf(w.make(PtxType.PRED, "setp.le.s32", scale, "-192"), end);
        w.op("mov.b64", f2, f1);
        w.op("mov.b64", f1, f0);
        w.op("mov.b64", f0, "0");
        w.op("sub.s32", scale, scale, "64");
        w.jump(loop);
        w.place(end);
        String shift = w.make(PtxType.B32, "clz.b64", f2);
        String back = w.make(PtxType.B32, "sub.s32", "64", shift);
        String plain = w.label();
        w.jumpIf(w.make(PtxType.PRED, "setp.eq.s32", shift, "64"), plain);
        shiftUp(f2, f1, shift, back);
        shiftUp(f1, f0, shift, back);
        w.place(plain);
        String exponent = w.make(PtxType.B32, "sub.s32", scale, shift);
        String high = w.make(PtxType.F64, "mul.rn.f64", real(shr(f2, 11)), power(exponent, 11));
        String bits = w.make(
                PtxType.B64,
                "or.b64",
                w.make(PtxType.B64, "shl.b64", w.make(PtxType.B64, "and.b64", f2, "0x7ff"), "42"),
                shr(f1, 22));
        String low = w.make(PtxType.F64, "mul.rn.f64", real(bits), power(exponent, -42));
        String halfPiHigh = FloatFormat.BINARY64.literal(PiOverTwo.HALF_PI_HIGH);
        String product = w.make(PtxType.F64, "mul.rn.f64", high, halfPiHigh);
        String minus = FloatFormat.BINARY64.literal(-1);
        String negated = w.make(PtxType.F64, "mul.rn.f64", product, minus);
        String error = w.make(PtxType.F64, "fma.rn.f64", high, halfPiHigh, negated);
        String rest = w.make(
                PtxType.F64,
                "add.rn.f64",
                w.make(PtxType.F64, "mul.rn.f64", low, halfPiHigh),
                w.make(PtxType.F64, "mul.rn.f64", high, FloatFormat.BINARY64.literal(PiOverTwo.HALF_PI_LOW)));
        return w.make(PtxType.F64, "add.rn.f64", product, w.make(PtxType.F64, "add.rn.f64", error, rest));
    }

    /** {@code high = high << shift | low >>> back}; with a shift of 0, back is 64 and the second part is 0. */
    private void shiftUp(String high, String low, String shift, String back) {
        w.op("shl.b64", high, high, shift);
        w.op("or.b64", high, high, w.make(PtxType.B64, "shr.u64", low, back));
    }

    private String shr(String value, int distance) {
        return w.make(PtxType.B64, "shr.u64", value, Integer.toString(distance));
    }

    private String real(String bits) {
        return w.make(PtxType.F64, "cvt.rn.f64.u64", bits);
    }

    /** 2 to the power of {@code exponent + add}, which is in range. */
    private String power(String exponent, int add) {
        String biased = w.make(PtxType.B32, "add.s32", exponent, Integer.toString(1023 + add));
        String wide = w.make(PtxType.B64, "cvt.u64.u32", biased);
        return w.make(PtxType.F64, "mov.b64", w.make(PtxType.B64, "shl.b64", wide, "52"));
    }
}
