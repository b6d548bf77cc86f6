package tns.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import tns.expr.Lane;
import tns.expr.Opcode;
import tns.expr.PiOverTwo;
import tns.expr.StepF32;

/**
 * The F32 lane with the Vector API: a loop for every machine step, with a constant operator.
 *
 * <p>Loops run on to a multiple of the vector length inside the block, so there are no tails. Uniforms are one vector
 * long and are read through an index mask of 0: measured as fast as a broadcast register, and one loop serves all
 * combinations.
 */
final class VectorF32Loops extends F32Loops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LENGTH = SPECIES.length();

    private VectorF32Loops(int blockLength) {
        super(blockLength, LENGTH);
    }

    /**
     * Loops for blocks of this length, a multiple of the vector length, and greater. Made here and not by the caller, so
     * that verifying the caller does not load this class: the start-up cache is made by a run without the Vector API.
     */
    static F32Loops of(int blockLength) {
        return new VectorF32Loops(blockLength);
    }

    /** The length of a vector register in bytes. */
    static int vectorBytes() {
        return SPECIES.vectorByteSize();
    }

    @Override
    void apply(Opcode op, float[] target, float[] a, float[] b, float[] c, int n) {
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
    private float[] expanded(float[] a, float[] target, int n) {
        if (a.length != LENGTH) {
            return a;
        }
        fill(target, a, n);
        return target;
    }

    /** 0 for a uniform, so that every access reads its one vector; -1 for a block. */
    private static int mask(float[] operand) {
        return operand.length == LENGTH ? 0 : -1;
    }

    private static FloatVector load(float[] array, int i) {
        return FloatVector.fromArray(SPECIES, array, i);
    }

    private static FloatVector truth(VectorMask<Float> mask) {
        return FloatVector.zero(SPECIES).blend(FloatVector.broadcast(SPECIES, 1f), mask);
    }

    /** The steps are 0 where the argument is within bounds, as it nearly always is for all of a vector. */
    private static void beyondBound(Opcode op, float[] d, float[] a, int n) {
        float bound = (float) PiOverTwo.bound(Lane.F32);
        int maskA = mask(a);
        for (int i = 0; i < n; i += LENGTH) {
            if (load(a, i & maskA).abs().compare(VectorOperators.LE, bound).allTrue()) {
                FloatVector.zero(SPECIES).intoArray(d, i);
            } else {
                for (int j = i; j < i + LENGTH; j++) {
                    d[j] = StepF32.apply(op, a[j & (maskA | LENGTH - 1)], 0, 0);
                }
            }
        }
    }

    private static void sqrt(float[] d, float[] a, int n) {
        int maskA = mask(a);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).sqrt().intoArray(d, i);
        }
    }

    private static void neg(float[] d, float[] a, int n) {
        int maskA = mask(a);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).neg().intoArray(d, i);
        }
    }

    private static void abs(float[] d, float[] a, int n) {
        int maskA = mask(a);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).abs().intoArray(d, i);
        }
    }

    private static void add(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).add(load(b, i & maskB)).intoArray(d, i);
        }
    }

    private static void sub(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).sub(load(b, i & maskB)).intoArray(d, i);
        }
    }

    private static void mul(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).mul(load(b, i & maskB)).intoArray(d, i);
        }
    }

    private static void div(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).div(load(b, i & maskB)).intoArray(d, i);
        }
    }

    private static void lt(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            truth(load(a, i & maskA).compare(VectorOperators.LT, load(b, i & maskB)))
                    .intoArray(d, i);
        }
    }

    private static void le(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            truth(load(a, i & maskA).compare(VectorOperators.LE, load(b, i & maskB)))
                    .intoArray(d, i);
        }
    }

    private static void eq(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            truth(load(a, i & maskA).compare(VectorOperators.EQ, load(b, i & maskB)))
                    .intoArray(d, i);
        }
    }

    private static void ne(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            truth(load(a, i & maskA).compare(VectorOperators.NE, load(b, i & maskB)))
                    .intoArray(d, i);
        }
    }

    private static void min(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector x = load(a, i & maskA);
            FloatVector y = load(b, i & maskB);
            x.blend(y, x.eq(x)).blend(x, x.compare(VectorOperators.LT, y)).intoArray(d, i);
        }
    }

    private static void max(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector x = load(a, i & maskA);
            FloatVector y = load(b, i & maskB);
            x.blend(y, x.eq(x)).blend(x, x.compare(VectorOperators.GT, y)).intoArray(d, i);
        }
    }

    private static void bitsAdd(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.ADD, load(b, i & maskB).reinterpretAsInts())
                    .reinterpretAsFloats()
                    .intoArray(d, i);
        }
    }

    private static void bitsSub(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.SUB, load(b, i & maskB).reinterpretAsInts())
                    .reinterpretAsFloats()
                    .intoArray(d, i);
        }
    }

    private static void bitsMul(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.MUL, load(b, i & maskB).reinterpretAsInts())
                    .reinterpretAsFloats()
                    .intoArray(d, i);
        }
    }

    private static void bitsAnd(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.AND, load(b, i & maskB).reinterpretAsInts())
                    .reinterpretAsFloats()
                    .intoArray(d, i);
        }
    }

    private static void bitsOr(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.OR, load(b, i & maskB).reinterpretAsInts())
                    .reinterpretAsFloats()
                    .intoArray(d, i);
        }
    }

    private static void bitsXor(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, load(b, i & maskB).reinterpretAsInts())
                    .reinterpretAsFloats()
                    .intoArray(d, i);
        }
    }

    private static void bitsShl(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, load(b, i & maskB).reinterpretAsInts())
                    .reinterpretAsFloats()
                    .intoArray(d, i);
        }
    }

    private static void bitsShr(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.ASHR, load(b, i & maskB).reinterpretAsInts())
                    .reinterpretAsFloats()
                    .intoArray(d, i);
        }
    }

    private static void bitsUshr(float[] d, float[] a, float[] b, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHR, load(b, i & maskB).reinterpretAsInts())
                    .reinterpretAsFloats()
                    .intoArray(d, i);
        }
    }

    private static void fma(float[] d, float[] a, float[] b, float[] c, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        int maskC = mask(c);
        for (int i = 0; i < n; i += LENGTH) {
            load(a, i & maskA).fma(load(b, i & maskB), load(c, i & maskC)).intoArray(d, i);
        }
    }

    private static void select(float[] d, float[] a, float[] b, float[] c, int n) {
        int maskA = mask(a);
        int maskB = mask(b);
        int maskC = mask(c);
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> chosen = load(a, i & maskA).compare(VectorOperators.NE, 0);
            load(c, i & maskC).blend(load(b, i & maskB), chosen).intoArray(d, i);
        }
    }
}
