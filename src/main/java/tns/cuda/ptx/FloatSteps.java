package tns.cuda.ptx;

import tns.expr.Opcode;

/**
 * The machine steps of a float lane as instructions: the bits of {@link tns.expr.StepF32} and
 * {@link tns.expr.StepF64}.
 */
final class FloatSteps {
    private final PtxWriter w;
    private final FloatFormat format;
    private final String word;
    private final FloatRoutines routines;

    FloatSteps(PtxWriter w, FloatFormat format) {
        this.w = w;
        this.format = format;
        this.word = format.word();
        this.routines = new FloatRoutines(w, format);
    }

    /** Writes one step and returns the register with its result; unused operands are ignored. */
    String apply(Opcode op, String a, String b, String c) {
        return switch (op) {
            case ADD -> make("add.rn", a, b);
            case SUB -> make("sub.rn", a, b);
            case MUL -> make("mul.rn", a, b);
            case DIV -> make("div.rn", a, b);
            case FMA -> make("fma.rn", a, b, c);
            case SQRT -> make("sqrt.rn", a);
            // neg and abs of PTX leave the bits of a NaN open.
            case NEG -> onBits("xor", a, format.signMask());
            case ABS -> onBits("and", a, format.magnitudeMask());
            case FLOOR -> round("rmi", a);
            case CEIL -> round("rpi", a);
            case TRUNC -> round("rzi", a);
            case RINT -> round("rni", a);
            case MIN -> extremum("lt", a, b);
            case MAX -> extremum("gt", a, b);
            case FMOD -> routines.fmod(a, b);
            case LT -> truth("lt", a, b);
            case LE -> truth("le", a, b);
            case EQ -> truth("eq", a, b);
            case NE -> truth("neu", a, b);
            case SELECT -> select(compare("neu", a, format.literal(0)), b, c);
            case PI2_REMAINDER -> routines.halfPiRemainder(a);
            case PI2_QUADRANT -> routines.halfPiQuadrant(a);
            case BITS_ADD -> integers("add." + format.signed(), a, b);
            case BITS_SUB -> integers("sub." + format.signed(), a, b);
            case BITS_MUL -> integers("mul.lo." + format.signed(), a, b);
            case BITS_AND -> integers("and." + format.untyped(), a, b);
            case BITS_OR -> integers("or." + format.untyped(), a, b);
            case BITS_XOR -> integers("xor." + format.untyped(), a, b);
            case BITS_SHL -> shift("shl." + format.untyped(), a, b);
            case BITS_SHR -> shift("shr." + format.signed(), a, b);
            case BITS_USHR -> shift("shr." + format.unsigned(), a, b);
            case POW -> throw new IllegalArgumentException(op + " is a step of integer lanes");
        };
    }

    private String make(String instruction, String... operands) {
        return w.make(format.value(), instruction + "." + word, operands);
    }

    private String round(String mode, String a) {
        return w.make(format.value(), "cvt." + mode + "." + word + "." + word, a);
    }

    private String compare(String relation, String a, String b) {
        return w.make(PtxType.PRED, "setp." + relation + "." + word, a, b);
    }

    private String select(String predicate, String yes, String no) {
        return w.make(format.value(), "selp." + word, yes, no, predicate);
    }

    private String truth(String relation, String a, String b) {
        return select(compare(relation, a, b), format.literal(1), format.literal(0));
    }

    /** min and max of PTX drop NaN: here it wins. */
    private String extremum(String relation, String a, String b) {
        if (isPlainLiteral(b)) {
            // NaN is not beyond the bound and stays, and a zero cannot be mistaken for another: two instructions do.
            return select(compare(relation.equals("lt") ? "gt" : "lt", a, b), b, a);
        }
        String better = select(compare(relation, a, b), a, b);
        return select(compare("nan", a, a), a, better);
    }

    /** Whether an operand is a number written out that is neither NaN nor zero. */
    private boolean isPlainLiteral(String operand) {
        if (operand.startsWith("%")) {
            return false;
        }
        long bits = Long.parseUnsignedLong(operand.substring(2), 16);
        double value = format.bits() == 32 ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
        return value == value && value != 0;
    }

    private String onBits(String operation, String a, String mask) {
        return routines.value(w.make(format.pattern(), operation + "." + format.untyped(), routines.pattern(a), mask));
    }

    private String integers(String instruction, String a, String b) {
        return routines.value(w.make(format.pattern(), instruction, routines.pattern(a), routines.pattern(b)));
    }

    /** Distances count modulo the width, as in Java; PTX would clamp them. */
    private String shift(String instruction, String a, String b) {
        String pattern = routines.pattern(b);
        String low = format.bits() == 32 ? pattern : w.make(PtxType.B32, "cvt.u32.u64", pattern);
        String distance = w.make(PtxType.B32, "and.b32", low, Integer.toString(format.bits() - 1));
        return routines.value(w.make(format.pattern(), instruction, routines.pattern(a), distance));
    }
}
