package tns.selftest;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Operand;

/** Random expressions, shapes and operands for comparing runners. */
public final class RandomPrograms {
    private static final double[] SPECIAL = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        -0.5,
        2,
        1e-40,
        -1e-310,
        1e30,
        -1e200,
        3e9,
        -7e5,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Math.PI,
        104.7,
        -88.1
    };

    private final SplittableRandom random;

    public RandomPrograms(long seed) {
        random = new SplittableRandom(seed);
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    /** An expression over inputs 0 to {@code inputs - 1} with about {@code size} applications. */
    public Expr expression(Lane lane, int inputs, int size) {
        List<Expr> pool = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            pool.add(Expr.input(i));
        }
        pool.add(Expr.constant((long) below(7) - 3));
        for (int i = 0; i < size; i++) {
            Expr a = pool.get(below(pool.size()));
            Expr b = pool.get(below(pool.size()));
            Expr c = pool.get(below(pool.size()));
            pool.add(lane.isFloat() && random.nextBoolean() ? floatOnly(a, b) : anyLane(a, b, c, lane));
        }
        return pool.getLast();
    }

    private Expr anyLane(Expr a, Expr b, Expr c, Lane lane) {
        return switch (below(28)) {
            case 0 -> a.add(b);
            case 1 -> a.sub(b);
            case 2 -> a.mul(b);
            case 3 -> a.div(b);
            case 4 -> a.neg();
            case 5 -> a.abs();
            case 6 -> a.sign();
            case 7 -> a.square();
            case 8 -> a.floor();
            case 9 -> a.ceil();
            case 10 -> a.trunc();
            case 11 -> a.round();
            case 12 -> a.min(b);
            case 13 -> a.max(b);
            case 14 -> a.fmod(b);
            case 15 -> a.remainder(b);
            case 16 -> a.floorDiv(b);
            case 17 -> a.lt(b);
            case 18 -> a.le(b);
            case 19 -> a.gt(b).or(b.ge(c));
            case 20 -> a.eq(b).xor(c.not());
            case 21 -> a.ne(b).and(c);
            case 22 -> Expr.select(a, b, c);
            case 23 -> Expr.select(a.lt(b), b, c);
            case 24 -> a.isNaN().add(b.isInf()).sub(c.isFinite());
            case 25 -> a.pow(b);
            case 26 -> lane.isFloat() ? a : a.bitAnd(b).bitXor(c.bitOr(a.bitNot()));
            default -> lane.isFloat() ? b : a.shiftLeft(b).add(b.shiftRight(c));
        };
    }

    private Expr floatOnly(Expr a, Expr b) {
        return switch (below(28)) {
            case 0 -> a.sqrt();
            case 1 -> a.rsqrt();
            case 2 -> a.reciprocal();
            case 3 -> a.exp();
            case 4 -> a.exp2();
            case 5 -> a.expm1();
            case 6 -> a.log();
            case 7 -> a.log2();
            case 8 -> a.log10();
            case 9 -> a.log1p();
            case 10 -> a.sin();
            case 11 -> a.cos();
            case 12 -> a.tan();
            case 13 -> a.asin();
            case 14 -> a.acos();
            case 15 -> a.atan();
            case 16 -> Expr.atan2(a, b);
            case 17 -> a.sinh();
            case 18 -> a.cosh();
            case 19 -> a.tanh();
            case 20 -> a.asinh();
            case 21 -> a.acosh();
            case 22 -> a.atanh();
            case 23 -> a.sigmoid();
            case 24 -> a.logSigmoid();
            case 25 -> a.erf();
            case 26 -> a.erfc();
            default -> a.pow(b);
        };
    }

    public int[] shape() {
        int[] shape = new int[below(4)];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = below(8) == 0 ? 1 : 1 + below(shape.length == 1 ? 3000 : 18);
        }
        return shape;
    }

    /**
     * Values of the given kind (0 float, 1 double, 2 long, 3 bool), some special; strides may be 0, negative, or
     * permuted.
     */
    public Operand input(int[] shape, int kind) {
        int[] strides = new int[shape.length];
        int span = 1;
        int offset = 0;
        boolean forwards = random.nextBoolean();
        for (int k = 0; k < shape.length; k++) {
            int dim = forwards ? shape.length - 1 - k : k;
            int style = below(6);
            if (style != 0) {
                int step = style == 1 ? span * 2 : span;
                strides[dim] = style == 2 ? -step : step;
                offset += style == 2 ? step * (shape[dim] - 1) : 0;
                span += step * (shape[dim] - 1);
            }
        }
        int before = below(5);
        return new Operand(array(kind, span + before + 3, true), offset + before, strides);
    }

    /** Room for the results: contiguous, or with gaps. */
    public Operand output(int[] shape, int kind) {
        int[] strides = new int[shape.length];
        int span = 1 + below(2);
        for (int dim = shape.length - 1; dim >= 0; dim--) {
            strides[dim] = span;
            span *= shape[dim];
        }
        return new Operand(array(kind, span + 4, false), below(3), strides);
    }

    private Object array(int kind, int length, boolean filled) {
        Object array = switch (kind) {
            case 0 -> new float[length];
            case 1 -> new double[length];
            case 2 -> new long[length];
            default -> new byte[length];
        };
        Operand all = new Operand(array, 0, new int[] {1});
        for (int i = 0; filled && i < length; i++) {
            double value = below(4) == 0
                    ? SPECIAL[below(SPECIAL.length)]
                    : (random.nextDouble() - 0.5) * Math.pow(10, below(4));
            all.store(i, kind == 2 && below(8) != 0 ? (double) (below(41) - 20) : value);
        }
        return array;
    }
}
