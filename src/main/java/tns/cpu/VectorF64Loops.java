package tns.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import tns.expr.Lane;
import tns.expr.Opcode;
import tns.expr.PiOverTwo;
import tns.expr.StepF64;

/**
 * The F64 lane with the Vector API: a loop for every machine step, with a constant operator.
 *
 * <p>Loops run on to a multiple of the vector length inside the block, so there are no tails. Uniforms are one vector
 * long and are read through an index mask of 0: measured as fast as a broadcast register, and one loop serves all
 * combinations.
 */
final class VectorF64Loops extends F64Loops {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final int LENGTH = SPECIES.length();

    private VectorF64Loops(int blockLength) {
        super(blockLength, LENGTH);
    }

    /**
     * Loops for blocks of this length, a multiple of the vector length, and greater. Made here and not by the caller, so
     * that verifying the caller does not load this class: the start-up cache is made by a run without the Vector API.
     */
    static F64Loops of(int blockLength) {
        return new VectorF64Loops(blockLength);
    }

    @Override
    void apply(Opcode op, double[] target, double[] a, double[] b, double[] c, int n) {
        switch (op) {
            case SQRT -> sqrt(target, a, n);
            case NEG -> neg(target, a, n);
            case ABS -> abs(target, a, n);
            case ADD -> add(target, a, b, n);
            case SUB -> sub(target, a, b, n);
            case MUL -> mul(target, a, b, n);
            case DIV -> div(target, a, b, n);
            case LT -> lt(target, a, b, n);
            case LE -> le(target, a, b, n);
            case EQ -> eq(target, a, b, n);
            case NE -> ne(target, a, b, n);
            case MIN -> min(target, a, b, n);
            case MAX -> max(target, a, b, n);
            case BITS_ADD -> bitsAdd(target, a, b, n);
            case BITS_SUB -> bitsSub(target, a, b, n);
            case BITS_MUL -> bitsMul(target, a, b, n);
            case BITS_AND -> bitsAnd(target, a, b, n);
            case BITS_OR -> bitsOr(target, a, b, n);
            case BITS_XOR -> bitsXor(target, a, b, n);
            case BITS_SHL -> bitsShl(target, a, b, n);
            case BITS_SHR -> bitsShr(target, a, b, n);
            case BITS_USHR -> bitsUshr(target, a, b, n);
            case FMA -> fma(target, a, b, c, n);
            case SELECT -> select(target, a, b, c, n);
            case PI2_REMAINDER, PI2_QUADRANT -> beyondBound(op, target, a, n);
            case FLOOR, CEIL, TRUNC, RINT -> super.apply(op, target, expanded(a, target, n), b, c, n);
            case FMOD, POW -> super.apply(op, target, a, b, c, n);
        }
    }

    /** A uniform spread over the target, which may then be the operand too; a block as it is. */
    private double[] expanded(double[] a, double[] target, int n) {
        if (a.length != LENGTH) {
            return a;
        }
        fill(target, a, n);
        return target;
    }

    /** 0 for a uniform, so that every access reads its one vector; -1 for a block. */
    private static int mask(double[] operand) {
        return operand.length == LENGTH ? 0 : -1;
    }

    private static DoubleVector load(double[] array, int i) {
        return DoubleVector.fromArray(SPECIES, array, i);
    }

    private static DoubleVector truth(VectorMask<Double> mask) {
        return DoubleVector.zero(SPECIES).blend(DoubleVector.broadcast(SPECIES, 1.0), mask);
    }

    /** The steps are 0 where the argument is within bounds, as it nearly always is for all of a vector. */
    private static void beyondBound(Opcode op, double[] d, double[] a, int n) {
        double bound = PiOverTwo.bound(Lane.F64);
        int maskA = mask(a);
        for (int i = 0; i < n; i += LENGTH) {
            if (load(a, i & maskA).abs().compare(VectorOperators.LE, bound).allTrue()) {
                DoubleVector.zero(SPECIES).intoArray(d, i);
            } else {
                for (int j = i; j < i + LENGTH; j++) {
                    d[j] = StepF64.apply(op, a[j & (maskA | LENGTH - 1)], 0, 0);
                }
            }
        }
    }

    private static void sqrt(double[] d, double[] a, int n) {
        int maskA = mask(a);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).sqrt().intoArray(d, i);
        }
    }

    private static void neg(double[] d, double[] a, int n) {
        int maskA = mask(a);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).neg().intoArray(d, i);
        }
    }

    private static void abs(double[] d, double[] a, int n) {
        int maskA = mask(a);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).abs().intoArray(d, i);
        }
    }

    private static void add(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).add(load(b, i & maskB)).intoArray(d, i);
        }
    }

    private static void sub(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).sub(load(b, i & maskB)).intoArray(d, i);
        }
    }

    private static void mul(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).mul(load(b, i & maskB)).intoArray(d, i);
        }
    }

    private static void div(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).div(load(b, i & maskB)).intoArray(d, i);
        }
    }

    private static void lt(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            truth(load(a, i & maskA).compare(VectorOperators.LT, load(b, i & maskB)))
                    .intoArray(d, i);
        }
    }

    private static void le(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            truth(load(a, i & maskA).compare(VectorOperators.LE, load(b, i & maskB)))
                    .intoArray(d, i);
        }
    }

    private static void eq(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            truth(load(a, i & maskA).compare(VectorOperators.EQ, load(b, i & maskB)))
                    .intoArray(d, i);
        }
    }

    private static void ne(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            truth(load(a, i & maskA).compare(VectorOperators.NE, load(b, i & maskB)))
                    .intoArray(d, i);
        }
    }

    private static void min(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            DoubleVector x = load(a, i & maskA);
            DoubleVector y = load(b, i & maskB);
            x.blend(y, x.eq(x)).blend(x, x.compare(VectorOperators.LT, y)).intoArray(d, i);
        }
    }

    private static void max(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            DoubleVector x = load(a, i & maskA);
            DoubleVector y = load(b, i & maskB);
            x.blend(y, x.eq(x)).blend(x, x.compare(VectorOperators.GT, y)).intoArray(d, i);
        }
    }

    private static void bitsAdd(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.ADD, load(b, i & maskB).reinterpretAsLongs())
                    .reinterpretAsDoubles()
                    .intoArray(d, i);
        }
    }

    private static void bitsSub(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.SUB, load(b, i & maskB).reinterpretAsLongs())
                    .reinterpretAsDoubles()
                    .intoArray(d, i);
        }
    }

    private static void bitsMul(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.MUL, load(b, i & maskB).reinterpretAsLongs())
                    .reinterpretAsDoubles()
                    .intoArray(d, i);
        }
    }

    private static void bitsAnd(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.AND, load(b, i & maskB).reinterpretAsLongs())
                    .reinterpretAsDoubles()
                    .intoArray(d, i);
        }
    }

    private static void bitsOr(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.OR, load(b, i & maskB).reinterpretAsLongs())
                    .reinterpretAsDoubles()
                    .intoArray(d, i);
        }
    }

    private static void bitsXor(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.XOR, load(b, i & maskB).reinterpretAsLongs())
                    .reinterpretAsDoubles()
                    .intoArray(d, i);
        }
    }

    private static void bitsShl(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHL, load(b, i & maskB).reinterpretAsLongs())
                    .reinterpretAsDoubles()
                    .intoArray(d, i);
        }
    }

    private static void bitsShr(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.ASHR, load(b, i & maskB).reinterpretAsLongs())
                    .reinterpretAsDoubles()
                    .intoArray(d, i);
        }
    }

    private static void bitsUshr(double[] d, double[] a, double[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, load(b, i & maskB).reinterpretAsLongs())
                    .reinterpretAsDoubles()
                    .intoArray(d, i);
        }
    }

    private static void fma(double[] d, double[] a, double[] b, double[] c, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        int maskC = mask(c);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).fma(load(b, i & maskB), load(c, i & maskC)).intoArray(d, i);
        }
    }

    private static void select(double[] d, double[] a, double[] b, double[] c, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        int maskC = mask(c);
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Double> chosen = load(a, i & maskA).compare(VectorOperators.NE, 0);
            load(c, i & maskC).blend(load(b, i & maskB), chosen).intoArray(d, i);
        }
    }
}
