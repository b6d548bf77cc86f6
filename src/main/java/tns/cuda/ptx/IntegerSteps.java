package tns.cuda.ptx;

import tns.expr.Opcode;

/** The machine steps of the integer lane as instructions: the bits of {@link tns.expr.StepI64}. */
final class IntegerSteps {
    private final PtxWriter w;

    IntegerSteps(PtxWriter w) {
        this.w = w;
    }

    /** Writes one step and returns the register with its result; unused operands are ignored. */
    String apply(Opcode op, String a, String b, String c) {
        return switch (op) {
            case ADD, BITS_ADD -> make("add.s64", a, b);
            case SUB, BITS_SUB -> make("sub.s64", a, b);
            case MUL, BITS_MUL -> make("mul.lo.s64", a, b);
            case DIV -> guarded("div.s64", a, b, make("neg.s64", a));
            case FMOD -> guarded("rem.s64", a, b, "0");
            case POW -> power(a, b);
            case NEG -> make("neg.s64", a);
            case ABS -> select(compare("lt", a, "0"), make("neg.s64", a), a);
            case FLOOR, CEIL, TRUNC, RINT -> a;
            case MIN -> make("min.s64", a, b);
            case MAX -> make("max.s64", a, b);
            case LT -> truth("lt", a, b);
            case LE -> truth("le", a, b);
            case EQ -> truth("eq", a, b);
            case NE -> truth("ne", a, b);
            case SELECT -> select(compare("ne", a, "0"), b, c);
            case BITS_AND -> make("and.b64", a, b);
            case BITS_OR -> make("or.b64", a, b);
            case BITS_XOR -> make("xor.b64", a, b);
            case BITS_SHL -> shift("shl.b64", a, b);
            case BITS_SHR -> shift("shr.s64", a, b);
            case BITS_USHR -> shift("shr.u64", a, b);
            case FMA, SQRT, PI2_REMAINDER, PI2_QUADRANT ->
                throw new IllegalArgumentException(op + " is a step of float lanes");
        };
    }

    private String make(String instruction, String... operands) {
        return w.make(PtxType.B64, instruction, operands);
    }

    private String compare(String relation, String a, String b) {
        return w.make(PtxType.PRED, "setp." + relation + ".s64", a, b);
    }

    private String select(String predicate, String yes, String no) {
        return make("selp.b64", yes, no, predicate);
    }

    private String truth(String relation, String a, String b) {
        return select(compare(relation, a, b), "1", "0");
    }

    private String shift(String instruction, String a, String b) {
        String distance = w.make(PtxType.B32, "and.b32", w.make(PtxType.B32, "cvt.u32.u64", b), "63");
        return make(instruction, a, distance);
    }

    /** A division, 0 for a divisor of 0; by -1, where PTX leaves an overflow open, {@code byMinusOne}. */
    private String guarded(String instruction, String a, String b, String byMinusOne) {
        String zero = compare("eq", b, "0");
        String minusOne = compare("eq", b, "-1");
        String safe = select(minusOne, "1", select(zero, "1", b));
        String quotient = make(instruction, a, safe);
        return select(zero, "0", select(minusOne, byMinusOne, quotient));
    }

    private String power(String base, String exponent) {
        String result = make("mov.b64", "1");
        String done = w.label();
        String loop = w.label();
        String start = w.label();
        w.jumpIf(compare("ge", exponent, "0"), start);
        String odd = compare("ne", make("and.b64", exponent, "1"), "0");
        String sign = select(odd, "-1", "1");
        w.op("selp.b64", result, sign, "0", compare("eq", base, "-1"));
        w.op("selp.b64", result, "1", result, compare("eq", base, "1"));
        w.jump(done);
        w.place(start);
        String square = make("mov.b64", base);
        String left = make("mov.b64", exponent);
        w.place(loop);
        w.jumpIf(compare("eq", left, "0"), done);
        String taken = compare("ne", make("and.b64", left, "1"), "0");
        String product = make("mul.lo.s64", result, square);
        w.op("selp.b64", result, product, result, taken);
        w.op("mul.lo.s64", square, square, square);
        w.op("shr.u64", left, left, "1");
        w.jump(loop);
        w.place(done);
        return result;
    }
}
