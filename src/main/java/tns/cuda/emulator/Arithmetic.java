package tns.cuda.emulator;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What each computing instruction gives, as a function of bit patterns. 32-bit patterns stand in the low half of a long;
 * the upper half of an operand means nothing, that of a result is 0.
 *
 * <p>NaN results have patterns of their own, unlike any the CPU would give: PTX leaves them open, so that no kernel may
 * depend on them.
 */
final class Arithmetic {
    private static final long NAN_32 = 0x7FFF_FFFFL;
    private static final long NAN_64 = 0xFFF8_0000_0000_0123L;
    private static final long LOW = 0xFFFF_FFFFL;

    @FunctionalInterface
    interface Unary {
        long of(long a);
    }

    @FunctionalInterface
    interface Binary {
        long of(long a, long b);
    }

    @FunctionalInterface
    interface Ternary {
        long of(long a, long b, long c);
    }

    private static final Map<String, Unary> UNARY = new HashMap<>();
    private static final Map<String, Binary> BINARY = new HashMap<>();
    private static final Map<String, Ternary> TERNARY = new HashMap<>();

    /** Each relation as the bits of the comparisons that fulfil it: less, equal, greater. */
    private static final Map<String, Integer> RELATIONS =
            Map.of("lt", 0b001, "le", 0b011, "eq", 0b010, "ne", 0b101, "gt", 0b100, "ge", 0b110);

    private static final Map<Object, Instruction.Loop> LOOPS = new ConcurrentHashMap<>();

    private Arithmetic() {}

    /**
     * The instruction of that name for neighbouring threads.
     *
     * @throws IllegalArgumentException when none is emulated by that name with so many operands
     */
    static Instruction.Loop loop(String name, int operands) {
        Object function = switch (operands) {
            case 1 -> known(UNARY, name);
            case 2 -> known(BINARY, name);
            default -> known(TERNARY, name);
        };
        return LOOPS.computeIfAbsent(function, FunctionLoop::of);
    }

    private static <F> F known(Map<String, F> table, String name) {
        F function = table.get(name);
        if (function == null) {
            throw new IllegalArgumentException("unknown instruction " + name);
        }
        return function;
    }

    static {
        moves();
        conversions();
        integers32();
        integers64();
        floats32();
        floats64();
        comparisons();
    }

    private static void moves() {
        for (String type : new String[] {"u32", "b32", "f32"}) {
            UNARY.put("mov." + type, a -> a & LOW);
        }
        for (String type : new String[] {"u64", "b64", "f64", "pred"}) {
            UNARY.put("mov." + type, a -> a);
        }
        UNARY.put("cvta.to.global.u64", a -> a);
        for (String type : new String[] {"b32", "f32"}) {
            TERNARY.put("selp." + type, (a, b, p) -> (p != 0 ? a : b) & LOW);
        }
        for (String type : new String[] {"b64", "f64"}) {
            TERNARY.put("selp." + type, (a, b, p) -> p != 0 ? a : b);
        }
        BINARY.put("and.pred", (a, b) -> a & b);
        BINARY.put("or.pred", (a, b) -> a | b);
        BINARY.put("xor.pred", (a, b) -> a ^ b);
        UNARY.put("not.pred", a -> a ^ 1);
    }

    private static void conversions() {
        UNARY.put("cvt.u32.u64", a -> a & LOW);
        UNARY.put("cvt.u64.u32", a -> a & LOW);
        UNARY.put("cvt.s64.s32", a -> (int) a);
        UNARY.put("cvt.f64.f32", a -> f64(f32(a)));
        UNARY.put("cvt.rn.f32.f64", a -> f32((float) f64(a)));
        UNARY.put("cvt.rn.f32.s64", a -> f32((float) a));
        UNARY.put("cvt.rn.f64.s64", a -> f64((double) a));
        UNARY.put("cvt.rn.f32.u32", a -> f32((float) (a & LOW)));
        UNARY.put("cvt.rn.f64.u32", a -> f64((double) (a & LOW)));
        UNARY.put("cvt.rn.f64.u64", a -> {
            if (a < 0) {
                throw new EmulationError("an unsigned conversion beyond 2^63 is not emulated");
            }
            return f64((double) a);
        });
        // Java saturates as PTX does; NaN, where they differ, PTX turns into the least long.
        UNARY.put("cvt.rzi.s64.f64", a -> Double.isNaN(f64(a)) ? Long.MIN_VALUE : (long) f64(a));
        UNARY.put("cvt.rmi.f32.f32", a -> f32((float) Math.floor(f32(a))));
        UNARY.put("cvt.rpi.f32.f32", a -> f32((float) Math.ceil(f32(a))));
        UNARY.put("cvt.rni.f32.f32", a -> f32((float) Math.rint(f32(a))));
        UNARY.put("cvt.rzi.f32.f32", a -> f32((float) trunc(f32(a))));
        UNARY.put("cvt.rmi.f64.f64", a -> f64(Math.floor(f64(a))));
        UNARY.put("cvt.rpi.f64.f64", a -> f64(Math.ceil(f64(a))));
        UNARY.put("cvt.rni.f64.f64", a -> f64(Math.rint(f64(a))));
        UNARY.put("cvt.rzi.f64.f64", a -> f64(trunc(f64(a))));
    }

    private static double trunc(double a) {
        return a < 0 ? Math.ceil(a) : Math.floor(a);
    }

    private static void integers32() {
        for (String sign : new String[] {"s32", "u32"}) {
            BINARY.put("add." + sign, (a, b) -> (a + b) & LOW);
            BINARY.put("sub." + sign, (a, b) -> (a - b) & LOW);
            BINARY.put("mul.lo." + sign, (a, b) -> (a * b) & LOW);
            TERNARY.put("mad.lo." + sign, (a, b, c) -> (a * b + c) & LOW);
        }
        BINARY.put("mul.hi.u32", (a, b) -> ((a & LOW) * (b & LOW)) >>> 32);
        BINARY.put("mul.wide.u32", (a, b) -> (a & LOW) * (b & LOW));
        BINARY.put("mul.wide.s32", (a, b) -> (long) (int) a * (int) b);
        TERNARY.put("mad.wide.u32", (a, b, c) -> (a & LOW) * (b & LOW) + c);
        TERNARY.put("mad.wide.s32", (a, b, c) -> (long) (int) a * (int) b + c);
        BINARY.put("div.u32", (a, b) -> (a & LOW) / divisor(b & LOW));
        BINARY.put("rem.u32", (a, b) -> (a & LOW) % divisor(b & LOW));
        BINARY.put("min.s32", (a, b) -> Math.min((int) a, (int) b) & LOW);
        BINARY.put("max.s32", (a, b) -> Math.max((int) a, (int) b) & LOW);
        BINARY.put("min.u32", (a, b) -> Math.min(a & LOW, b & LOW));
        BINARY.put("and.b32", (a, b) -> a & b & LOW);
        BINARY.put("or.b32", (a, b) -> (a | b) & LOW);
        BINARY.put("xor.b32", (a, b) -> (a ^ b) & LOW);
        BINARY.put("shl.b32", (a, b) -> distance(b) > 31 ? 0 : (a << b) & LOW);
        BINARY.put("shr.u32", (a, b) -> distance(b) > 31 ? 0 : (a & LOW) >>> b);
        BINARY.put("shr.s32", (a, b) -> ((int) a >> Math.min(31, distance(b))) & LOW);
        UNARY.put("neg.s32", a -> -a & LOW);
        UNARY.put("not.b32", a -> ~a & LOW);
        UNARY.put("clz.b32", a -> Integer.numberOfLeadingZeros((int) a));
    }

    private static void integers64() {
        for (String sign : new String[] {"s64", "u64"}) {
            BINARY.put("add." + sign, Long::sum);
            BINARY.put("sub." + sign, (a, b) -> a - b);
            BINARY.put("mul.lo." + sign, (a, b) -> a * b);
            TERNARY.put("mad.lo." + sign, (a, b, c) -> a * b + c);
        }
        BINARY.put("mul.hi.u64", Math::unsignedMultiplyHigh);
        BINARY.put("div.s64", (a, b) -> a / overflowing(a, divisor(b)));
        BINARY.put("rem.s64", (a, b) -> a % overflowing(a, divisor(b)));
        BINARY.put("min.s64", Math::min);
        BINARY.put("max.s64", Math::max);
        BINARY.put("and.b64", (a, b) -> a & b);
        BINARY.put("or.b64", (a, b) -> a | b);
        BINARY.put("xor.b64", (a, b) -> a ^ b);
        BINARY.put("shl.b64", (a, b) -> distance(b) > 63 ? 0 : a << b);
        BINARY.put("shr.u64", (a, b) -> distance(b) > 63 ? 0 : a >>> b);
        BINARY.put("shr.s64", (a, b) -> a >> Math.min(63, distance(b)));
        UNARY.put("neg.s64", a -> -a);
        UNARY.put("not.b64", a -> ~a);
        UNARY.put("clz.b64", Long::numberOfLeadingZeros);
    }

    private static long distance(long b) {
        return b & LOW;
    }

    private static long divisor(long b) {
        if (b == 0) {
            throw new EmulationError("division by zero, whose result PTX leaves open");
        }
        return b;
    }

    private static long overflowing(long a, long b) {
        if (a == Long.MIN_VALUE && b == -1) {
            throw new EmulationError("a division that overflows, whose result PTX leaves open");
        }
        return b;
    }

    private static void floats32() {
        BINARY.put("add.rn.f32", (a, b) -> f32(f32(a) + f32(b)));
        BINARY.put("sub.rn.f32", (a, b) -> f32(f32(a) - f32(b)));
        BINARY.put("mul.rn.f32", (a, b) -> f32(f32(a) * f32(b)));
        BINARY.put("div.rn.f32", (a, b) -> f32(f32(a) / f32(b)));
        TERNARY.put("fma.rn.f32", (a, b, c) -> f32(Math.fma(f32(a), f32(b), f32(c))));
        UNARY.put("sqrt.rn.f32", a -> f32((float) Math.sqrt(f32(a))));
        BINARY.put("max.f32", (a, b) -> f32((float) max(f32(a), f32(b))));
    }

    private static void floats64() {
        BINARY.put("add.rn.f64", (a, b) -> f64(f64(a) + f64(b)));
        BINARY.put("sub.rn.f64", (a, b) -> f64(f64(a) - f64(b)));
        BINARY.put("mul.rn.f64", (a, b) -> f64(f64(a) * f64(b)));
        BINARY.put("div.rn.f64", (a, b) -> f64(f64(a) / f64(b)));
        TERNARY.put("fma.rn.f64", (a, b, c) -> f64(Math.fma(f64(a), f64(b), f64(c))));
        UNARY.put("sqrt.rn.f64", a -> f64(Math.sqrt(f64(a))));
        BINARY.put("max.f64", (a, b) -> f64(max(f64(a), f64(b))));
    }

    /** NaN only of two NaNs; +0 is greater than -0. */
    private static double max(double a, double b) {
        return a != a ? b : b != b ? a : Math.max(a, b);
    }

    private static void comparisons() {
        RELATIONS.forEach((name, relation) -> {
            int held = relation;
            comparison(name + ".s32", (a, b) -> holds(held, Integer.compare((int) a, (int) b)));
            comparison(name + ".u32", (a, b) -> holds(held, Long.compare(a & LOW, b & LOW)));
            comparison(name + ".s64", (a, b) -> holds(held, Long.compare(a, b)));
            comparison(name + ".u64", (a, b) -> holds(held, Long.compareUnsigned(a, b)));
            comparison(name + ".f32", (a, b) -> ordered(held, f32(a), f32(b)));
            comparison(name + ".f64", (a, b) -> ordered(held, f64(a), f64(b)));
        });
        comparison("neu.f32", (a, b) -> f32(a) != f32(b) ? 1 : 0);
        comparison("neu.f64", (a, b) -> f64(a) != f64(b) ? 1 : 0);
        comparison("nan.f32", (a, b) -> Float.isNaN(f32(a)) || Float.isNaN(f32(b)) ? 1 : 0);
        comparison("nan.f64", (a, b) -> Double.isNaN(f64(a)) || Double.isNaN(f64(b)) ? 1 : 0);
    }

    private static void comparison(String relation, Binary compare) {
        int dot = relation.indexOf('.');
        String type = relation.substring(dot);
        BINARY.put("setp." + relation, compare);
        TERNARY.put("setp." + relation.substring(0, dot) + ".and" + type, (a, b, p) -> compare.of(a, b) & p);
        TERNARY.put("setp." + relation.substring(0, dot) + ".or" + type, (a, b, p) -> compare.of(a, b) | p);
    }

    private static long holds(int relation, int comparison) {
        return relation >> comparison + 1 & 1;
    }

    /** False for NaN; the zeros are equal. */
    private static long ordered(int relation, double a, double b) {
        return Double.isNaN(a) || Double.isNaN(b) ? 0 : holds(relation, a < b ? -1 : a > b ? 1 : 0);
    }

    private static float f32(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static long f32(float value) {
        return value != value ? NAN_32 : Float.floatToRawIntBits(value) & LOW;
    }

    private static double f64(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static long f64(double value) {
        return value != value ? NAN_64 : Double.doubleToRawLongBits(value);
    }
}
