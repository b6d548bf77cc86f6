package tns.expr;

/** The machine steps of exact arithmetic, of tests for special values and of integer bit operations. */
final class Arithmetic {
    private Arithmetic() {}

    static Term add(Term a, Term b) {
        return a.add(b);
    }

    static Term sub(Term a, Term b) {
        return a.sub(b);
    }

    static Term mul(Term a, Term b) {
        return a.mul(b);
    }

    static Term div(Term a, Term b) {
        return a.div(b);
    }

    static Term sign(Term a) {
        return a.gt(0).sub(a.lt(0));
    }

    static Term sqrt(Term a) {
        requireFloat(a, "sqrt");
        return a.sqrt();
    }

    static Term rsqrt(Term a) {
        return reciprocal(sqrt(a));
    }

    static Term reciprocal(Term a) {
        requireFloat(a, "reciprocal");
        return a.of(1).div(a);
    }

    static Term square(Term a) {
        return a.mul(a);
    }

    /** The truncating remainder, plus b where its sign differs from b's. */
    static Term remainder(Term a, Term b) {
        Term truncated = a.fmod(b);
        return wrongSide(truncated, b).select(truncated.add(b), truncated);
    }

    /**
     * Integers: the truncated quotient, less 1 where the remainder has the wrong sign. Floats: (a - fmod(a, b)) / b,
     * which is nearly integral, corrected likewise and rounded to the integer; a / b for b = 0. This is PyTorch's
     * definition.
     */
    static Term floorDiv(Term a, Term b) {
        if (!a.sequence().lane().isFloat()) {
            // A division takes as long as a dozen other steps.
            Term quotient = a.div(b);
            Term rest = b.ne(0).select(a.sub(quotient.mul(b)), a.of(0));
            return wrongSide(rest, b).select(quotient.sub(1), quotient);
        }
        Term rest = a.fmod(b);
        Term ratio = a.div(b);
        Term quotient = a.sub(rest).div(b);
        Term corrected = wrongSide(rest, b).select(quotient.sub(1), quotient);
        Term floor = corrected.floor();
        Term nearest = corrected.sub(floor).gt(0.5).select(floor.add(1), floor);
        Term signedZero = ratio.signBit();
        return b.eq(0).select(ratio, corrected.ne(0).select(nearest, signedZero));
    }

    private static Term wrongSide(Term rest, Term divisor) {
        if (!rest.sequence().lane().isFloat()) {
            return rest.ne(0).and(bitXor(rest, divisor).lt(0));
        }
        return rest.ne(0).and(divisor.lt(0).ne(rest.lt(0)));
    }

    static Term isNaN(Term a) {
        return a.ne(a);
    }

    static Term isInf(Term a) {
        return a.sequence().lane().isFloat() ? a.abs().eq(Double.POSITIVE_INFINITY) : a.of(0);
    }

    static Term isFinite(Term a) {
        return a.sequence().lane().isFloat() ? a.abs().lt(Double.POSITIVE_INFINITY) : a.of(1);
    }

    static Term bitAnd(Term a, Term b) {
        return integer(a, Opcode.BITS_AND, b);
    }

    static Term bitOr(Term a, Term b) {
        return integer(a, Opcode.BITS_OR, b);
    }

    static Term bitXor(Term a, Term b) {
        return integer(a, Opcode.BITS_XOR, b);
    }

    static Term bitNot(Term a) {
        return integer(a, Opcode.BITS_XOR, a.sequence().bits(-1));
    }

    static Term shiftLeft(Term a, Term b) {
        return integer(a, Opcode.BITS_SHL, b);
    }

    static Term shiftRight(Term a, Term b) {
        return integer(a, Opcode.BITS_SHR, b);
    }

    private static Term integer(Term a, Opcode op, Term b) {
        if (a.sequence().lane().isFloat()) {
            throw new IllegalArgumentException("bit operations need an integer lane");
        }
        return a.step(op, b);
    }

    /** Refuses integer lanes. */
    static void requireFloat(Term a, String function) {
        if (!a.sequence().lane().isFloat()) {
            throw new IllegalArgumentException(function + " needs a float lane");
        }
    }
}
