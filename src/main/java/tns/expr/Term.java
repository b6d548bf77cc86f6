package tns.expr;

import org.jspecify.annotations.Nullable;

/**
 * A value in a {@link Sequence} under construction; each method appends one machine step (or a fixed few) and answers
 * its result. The functions' algorithms are written in terms of these.
 */
record Term(Sequence sequence, int id) {
    // Written out, as in Step.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Term t && sequence == t.sequence && id == t.id;
    }

    @Override
    public int hashCode() {
        return sequence.hashCode() * 31 + id;
    }

    Term add(Term b) {
        return step(Opcode.ADD, b);
    }

    Term add(double b) {
        return add(of(b));
    }

    Term sub(Term b) {
        return step(Opcode.SUB, b);
    }

    Term sub(double b) {
        return sub(of(b));
    }

    Term mul(Term b) {
        return step(Opcode.MUL, b);
    }

    Term mul(double b) {
        return mul(of(b));
    }

    Term div(Term b) {
        return step(Opcode.DIV, b);
    }

    /** {@code this * b + c} with one rounding. */
    Term fma(Term b, Term c) {
        return sequence.step(Opcode.FMA, this, b, c);
    }

    Term fma(double b, Term c) {
        return fma(of(b), c);
    }

    Term fma(double b, double c) {
        return fma(of(b), of(c));
    }

    /** {@code c - this * b} with one rounding. */
    Term negatedFma(Term b, Term c) {
        return neg().fma(b, c);
    }

    Term sqrt() {
        return step(Opcode.SQRT);
    }

    Term neg() {
        return step(Opcode.NEG);
    }

    Term abs() {
        return step(Opcode.ABS);
    }

    Term trunc() {
        return step(Opcode.TRUNC);
    }

    Term floor() {
        return step(Opcode.FLOOR);
    }

    Term ceil() {
        return step(Opcode.CEIL);
    }

    Term rint() {
        return step(Opcode.RINT);
    }

    Term fmod(Term b) {
        return step(Opcode.FMOD, b);
    }

    Term min(Term b) {
        return step(Opcode.MIN, b);
    }

    Term max(Term b) {
        return step(Opcode.MAX, b);
    }

    /** NaN stays NaN. */
    Term clamp(double low, double high) {
        return max(of(low)).min(of(high));
    }

    Term lt(Term b) {
        return step(Opcode.LT, b);
    }

    Term lt(double b) {
        return lt(of(b));
    }

    Term le(Term b) {
        return step(Opcode.LE, b);
    }

    Term le(double b) {
        return le(of(b));
    }

    Term gt(Term b) {
        return b.lt(this);
    }

    Term gt(double b) {
        return of(b).lt(this);
    }

    Term ge(Term b) {
        return b.le(this);
    }

    Term ge(double b) {
        return of(b).le(this);
    }

    Term eq(Term b) {
        return step(Opcode.EQ, b);
    }

    Term eq(double b) {
        return eq(of(b));
    }

    Term ne(Term b) {
        return step(Opcode.NE, b);
    }

    Term ne(double b) {
        return ne(of(b));
    }

    /** {@code then} where this is not zero (NaN is not), else {@code otherwise}. */
    Term select(Term then, Term otherwise) {
        return sequence.step(Opcode.SELECT, this, then, otherwise);
    }

    Term select(double then, Term otherwise) {
        return select(of(then), otherwise);
    }

    Term select(Term then, double otherwise) {
        return select(then, of(otherwise));
    }

    Term select(double then, double otherwise) {
        return select(of(then), of(otherwise));
    }

    /** 1 where this is zero, else 0. */
    Term not() {
        return eq(0);
    }

    /** The logical and of two truth values (0 or 1). */
    Term and(Term b) {
        return select(b, 0);
    }

    /** The logical or of two truth values (0 or 1). */
    Term or(Term b) {
        return select(1, b);
    }

    /** {@code this} where it is zero (of either sign), else {@code otherwise}: keeps the sign of zero. */
    Term ifZeroElse(Term otherwise) {
        return eq(0).select(this, otherwise);
    }

    Term bitsAdd(Term b) {
        return step(Opcode.BITS_ADD, b);
    }

    Term bitsAdd(long b) {
        return bitsAdd(sequence.bits(b));
    }

    Term bitsSub(Term b) {
        return step(Opcode.BITS_SUB, b);
    }

    Term bitsSub(long b) {
        return bitsSub(sequence.bits(b));
    }

    Term bitsAnd(long b) {
        return step(Opcode.BITS_AND, sequence.bits(b));
    }

    Term bitsXor(Term b) {
        return step(Opcode.BITS_XOR, b);
    }

    Term shiftLeft(int distance) {
        return step(Opcode.BITS_SHL, sequence.bits(distance));
    }

    /** Arithmetic. */
    Term shiftRight(int distance) {
        return step(Opcode.BITS_SHR, sequence.bits(distance));
    }

    /** The sign bit alone. */
    Term signBit() {
        return bitsAnd(1L << sequence.lane().bits() - 1);
    }

    /** This with the sign of {@code sign} added to (xor) its own. */
    Term flipSign(Term sign) {
        return bitsXor(sign.signBit());
    }

    /**
     * The polynomial in this with these coefficients, the highest power first, by Horner's rule with fma; each lane has
     * its own list.
     */
    Term polynomial(double[] f32, double[] f64) {
        double[] coefficients = sequence.pick(f32, f64);
        Term sum = of(coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            sum = sum.fma(this, of(coefficients[i]));
        }
        return sum;
    }

    Term of(double value) {
        return sequence.constant(value);
    }

    Term step(Opcode op) {
        return sequence.step(op, this, null, null);
    }

    Term step(Opcode op, Term b) {
        return sequence.step(op, this, b, null);
    }
}
