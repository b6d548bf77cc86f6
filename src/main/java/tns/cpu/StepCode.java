package tns.cpu;

import static tns.cpu.VectorCode.MASK;
import static tns.cpu.VectorCode.SPECIES;
import static tns.cpu.VectorCode.VECTOR;
import static tns.cpu.VectorCode.VECTORS;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tns.expr.Lane;
import tns.expr.Opcode;
import tns.expr.PiOverTwo;
import tns.expr.Program;
import tns.expr.Step;

/**
 * Writes the steps of programs as calls of the Vector API on local variables, and what brings vectors from arrays to
 * variables and back.
 *
 * <p>The calls are written out one by one and not shared in methods of our own: only the library's methods are sure to
 * be inlined in a long loop.
 */
final class StepCode {
    /** No mask, or no further offset. */
    static final int NONE = -1;

    private static final ClassDesc OPERATORS = ClassDesc.of(VECTORS, "VectorOperators");
    private static final ClassDesc BINARY = OPERATORS.nested("Binary");
    private static final ClassDesc ASSOCIATIVE = OPERATORS.nested("Associative");
    private static final ClassDesc COMPARISON = OPERATORS.nested("Comparison");

    /** Steps without a vector form. */
    private static final Set<Opcode> SCALAR = EnumSet.of(Opcode.FMOD, Opcode.POW);

    /** Steps of a method up to which it is compiled well, in reasonable time. */
    static final int MOST_STEPS = 400;

    private final CodeBuilder code;
    private final boolean wide;

    /** FloatVector or DoubleVector, its elements, and the vector of their bits. */
    private final ClassDesc vector;

    private final ClassDesc element;
    private final ClassDesc bits;
    private final int zero;
    private final int one;
    /** An array of one vector, for what is not computed in vectors; none is made where no step needs it. */
    private final int spare;

    /** The program at hand, the local variable of each of its slots, and that of its mask where it is a comparison's. */
    private Program program;

    private int[] slots = {};
    private int[] masks = {};

    /** Also writes what makes the vectors that some steps need. */
    StepCode(CodeBuilder code, Lane lane) {
        this.code = code;
        wide = lane == Lane.F64;
        vector = ClassDesc.of(VECTORS, wide ? "DoubleVector" : "FloatVector");
        bits = ClassDesc.of(VECTORS, wide ? "LongVector" : "IntVector");
        element = wide ? ConstantDescs.CD_double : ConstantDescs.CD_float;
        zero = variable();
        one = variable();
        number(0, zero);
        number(1, one);
        spare = variable();
        code.loadConstant(length())
                .newarray(wide ? TypeKind.DOUBLE : TypeKind.FLOAT)
                .astore(spare);
        program = Program.of(lane); // none yet
    }

    /** Whether the program can be written. */
    static boolean fits(Program program) {
        return program.lane() != Lane.I64
                && program.inputs() <= Long.SIZE
                && program.steps().size() <= MOST_STEPS
                && program.steps().stream().noneMatch(step -> SCALAR.contains(step.op()));
    }

    /** The elements of a vector. */
    int length() {
        return VectorF32Loops.vectorBytes() / (wide ? Double.BYTES : Float.BYTES);
    }

    /** The type of the elements. */
    ClassDesc element() {
        return element;
    }

    /** A variable of zeros. */
    int zero() {
        return zero;
    }

    /** A new variable for a vector, a mask or an array. */
    int variable() {
        return code.allocateLocal(TypeKind.REFERENCE);
    }

    /** Array {@code k} of those in parameter {@code parameter}, into a new variable. */
    int array(int parameter, int k) {
        int array = variable();
        code.aload(parameter)
                .loadConstant(k)
                .aaload()
                .checkcast(element.arrayType())
                .astore(array);
        return array;
    }

    /** Which of the elements from that in variable {@code from} on are before that in {@code end}. */
    void inside(int from, int end, int mask) {
        species()
                .iload(from)
                .iload(end)
                .invokeinterface(
                        SPECIES, "indexInRange", MethodTypeDesc.of(MASK, ConstantDescs.CD_int, ConstantDescs.CD_int))
                .astore(mask);
    }

    /** The elements of an array from {@code start + i + offset} on, but for those outside the mask. */
    void load(int array, int start, int i, int offset, int mask, int to) {
        species().aload(array);
        position(start, i, offset);
        code.invokestatic(vector, "fromArray", masked(mask, vector, SPECIES, element.arrayType()))
                .astore(to);
    }

    /** The element of an array at the place in variable {@code start}, all over a vector. */
    void loadOneFrom(int array, int start, int to) {
        species().aload(array).iload(start);
        code.arrayLoad(wide ? TypeKind.DOUBLE : TypeKind.FLOAT);
        broadcast(to);
    }

    /** Element number {@code at} of an array, all over a vector. */
    void loadOne(int array, int at, int to) {
        species().aload(array).loadConstant(at);
        code.arrayLoad(wide ? TypeKind.DOUBLE : TypeKind.FLOAT);
        broadcast(to);
    }

    /** The inverse of {@link #load}. */
    void store(int from, int array, int start, int i, int offset, int mask) {
        code.aload(from).aload(array);
        position(start, i, offset);
        code.invokevirtual(vector, "intoArray", masked(mask, ConstantDescs.CD_void, element.arrayType()));
    }

    /** Writes the first element of a vector to an array at {@code start}. */
    void storeOne(int from, int array, int start) {
        code.aload(array).iload(start).aload(from).iconst_0();
        code.invokevirtual(vector, "lane", MethodTypeDesc.of(element, ConstantDescs.CD_int));
        code.arrayStore(wide ? TypeKind.DOUBLE : TypeKind.FLOAT);
    }

    private void position(int start, int i, int offset) {
        boolean given = start != NONE;
        if (given) {
            code.iload(start);
        }
        code.iload(i);
        if (given) {
            code.iadd();
        }
        if (offset != 0) {
            code.loadConstant(offset).iadd();
        }
    }

    /** The type of a method that takes a position after these parameters, and a mask, which is loaded here, if wanted. */
    private MethodTypeDesc masked(int mask, ClassDesc result, ClassDesc... parameters) {
        MethodTypeDesc type =
                MethodTypeDesc.of(result, parameters).insertParameterTypes(parameters.length, ConstantDescs.CD_int);
        if (mask == NONE) {
            return type;
        }
        code.aload(mask);
        return type.insertParameterTypes(parameters.length + 1, MASK);
    }

    private CodeBuilder species() {
        return code.getstatic(vector, "SPECIES_PREFERRED", SPECIES);
    }

    /** A number all over a vector. */
    void number(float value, int to) {
        constant(wide ? Double.doubleToRawLongBits(value) : Float.floatToRawIntBits(value), to);
    }

    /** A vector of this bit pattern, loaded as an integer: as a number the class file would keep no NaN but one. */
    void constant(long pattern, int to) {
        species();
        if (wide) {
            code.loadConstant(pattern)
                    .invokestatic(
                            ConstantDescs.CD_Double,
                            "longBitsToDouble",
                            MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_long));
        } else {
            code.loadConstant((int) pattern)
                    .invokestatic(
                            ConstantDescs.CD_Float,
                            "intBitsToFloat",
                            MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_int));
        }
        broadcast(to);
    }

    /** Makes a vector of the number on the stack, above a species. */
    private void broadcast(int to) {
        code.invokestatic(vector, "broadcast", MethodTypeDesc.of(vector, SPECIES, element))
                .astore(to);
    }

    /** The integer in a variable, as a number all over a vector. */
    void integer(int from, int to) {
        species().iload(from);
        code.conversion(TypeKind.INT, wide ? TypeKind.DOUBLE : TypeKind.FLOAT);
        broadcast(to);
    }

    /** One variable's vector in another too. */
    void copy(int from, int to) {
        if (from != to) {
            code.aload(from).astore(to);
        }
    }

    /** Calls a method that takes the arrays in these variables, and makes a vector of the number that it gives. */
    void result(ClassDesc owner, String method, int to, int... operands) {
        species();
        ClassDesc[] types = new ClassDesc[operands.length];
        for (int k = 0; k < operands.length; k++) {
            code.aload(operands[k]);
            types[k] = element.arrayType();
        }
        code.invokestatic(owner, method, MethodTypeDesc.of(element, types));
        broadcast(to);
    }

    /** Writes a program over variables, one for each of its slots. */
    void write(Program program, int[] slots) {
        this.program = program;
        this.slots = slots;
        masks = new int[program.slots()];
        Arrays.fill(masks, NONE);
        program.steps().forEach(this::write);
    }

    /** Adds to a sum, where the mask says so. */
    void add(int sum, int value, int mask) {
        VectorCode.exact(code, wide, sum);
        code.aload(value);
        if (mask == NONE) {
            call("add", VECTOR);
        } else {
            code.aload(mask);
            call("add", VECTOR, MASK);
        }
        code.astore(sum);
    }

    /** Takes the greater, as {@link Opcode#MAX} does, where the mask says so. */
    void greatest(int greatest, int value, int mask) {
        VectorCode.exact(code, wide, greatest);
        code.astore(greatest);
        if (mask != NONE) {
            code.aload(greatest);
        }
        extreme("GT", greatest, value);
        if (mask != NONE) {
            code.aload(mask);
            call("blend", VECTOR, MASK);
        }
        code.astore(greatest);
    }

    private void write(Step step) {
        int target = slots[step.target()];
        int a = slots[step.a()];
        int b = step.b() < 0 ? a : slots[step.b()];
        int c = step.c() < 0 ? a : slots[step.c()];
        int condition = masks[step.a()];
        masks[step.target()] = -1;
        switch (step.op()) {
            case ADD, SUB, MUL, DIV -> code.aload(a).aload(b);
            default -> {}
        }
        switch (step.op()) {
            case ADD -> call("add", VECTOR);
            case SUB -> call("sub", VECTOR);
            case MUL -> call("mul", VECTOR);
            case DIV -> call("div", VECTOR);
            case FMA -> {
                code.aload(a).aload(b).aload(c);
                call("fma", VECTOR, VECTOR);
            }
            case SQRT, NEG, ABS -> {
                code.aload(a);
                call(step.op().name().toLowerCase(Locale.ROOT));
            }
            case MIN -> extreme("LT", "GT", step);
            case MAX -> extreme("GT", "LT", step);
            case LT, LE, EQ, NE -> {
                int mask = code.allocateLocal(TypeKind.REFERENCE);
                code.aload(a);
                compare(step.op().name(), b);
                code.astore(mask);
                // The compiler drops this where only the mask is used.
                code.aload(zero).aload(one).aload(mask);
                call("blend", VECTOR, MASK);
                masks[step.target()] = mask;
            }
            case SELECT -> {
                code.aload(c).aload(b);
                if (condition >= 0) {
                    code.aload(condition);
                } else {
                    code.aload(a);
                    compare("NE", zero);
                }
                call("blend", VECTOR, MASK);
            }
            case BITS_ADD -> bits(ASSOCIATIVE, "ADD", a, b);
            case BITS_MUL -> bits(ASSOCIATIVE, "MUL", a, b);
            case BITS_AND -> bits(ASSOCIATIVE, "AND", a, b);
            case BITS_OR -> bits(ASSOCIATIVE, "OR", a, b);
            case BITS_XOR -> bits(ASSOCIATIVE, "XOR", a, b);
            case BITS_SUB -> bits(BINARY, "SUB", a, b);
            case BITS_SHL -> bits(BINARY, "LSHL", a, b);
            case BITS_SHR -> bits(BINARY, "ASHR", a, b);
            case BITS_USHR -> bits(BINARY, "LSHR", a, b);
            case RINT, TRUNC, FLOOR, CEIL -> round(step.op(), a);
            case PI2_REMAINDER -> beyondBound("remainder", a);
            case PI2_QUADRANT -> beyondBound("quadrant", a);
            case FMOD, POW -> throw new IllegalArgumentException("no vector form of " + step.op());
        }
        code.astore(target);
    }

    /** Calls an instance method of the vector on the stack that gives a vector. */
    private void call(String method, ClassDesc... parameters) {
        code.invokevirtual(vector, method, MethodTypeDesc.of(vector, List.of(parameters)));
    }

    /** Compares the vector on the stack with that in {@code b}. */
    private void compare(String operator, int b) {
        code.getstatic(OPERATORS, operator, COMPARISON)
                .aload(b)
                .invokevirtual(vector, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
    }

    /**
     * {@code a OP b ? a : a == a ? b : a}. Of a bound, a constant that is neither zero nor NaN, it is enough to ask where
     * it is passed: two instructions and not four, a sixth of what exp takes.
     */
    private void extreme(String operator, String opposite, Step step) {
        int a = slots[step.a()];
        int b = slots[step.b()];
        if (isBound(step.b()) || isBound(step.a())) {
            int x = isBound(step.b()) ? a : b;
            int bound = isBound(step.b()) ? b : a;
            code.aload(x).aload(bound).aload(x);
            compare(opposite, bound);
            call("blend", VECTOR, MASK);
            return;
        }
        extreme(operator, a, b);
    }

    private void extreme(String operator, int a, int b) {
        code.aload(a).aload(b);
        code.aload(a);
        compare("EQ", a);
        call("blend", VECTOR, MASK);
        code.aload(a);
        code.aload(a);
        compare(operator, b);
        call("blend", VECTOR, MASK);
    }

    private boolean isBound(int slot) {
        double value =
                !program.isConstant(slot) ? 0 : wide ? program.doubleConstant(slot) : program.floatConstant(slot);
        return value < 0 || value > 0;
    }

    /**
     * Zero where all elements are within the bound; otherwise they are computed one by one, in memory: a vector that is
     * given to a method would be made an object at every turn. sin of 4 M elements by loops for each step took 23.5 ms.
     */
    private void beyondBound(String method, int x) {
        int bound = variable();
        Label far = code.newLabel();
        Label there = code.newLabel();
        number((float) PiOverTwo.bound(wide ? Lane.F64 : Lane.F32), bound);
        code.aload(x);
        call("abs");
        compare("LE", bound);
        code.invokevirtual(MASK, "allTrue", MethodTypeDesc.of(ConstantDescs.CD_boolean))
                .ifeq(far);
        toSpare(zero);
        code.goto_(there).labelBinding(far);
        toSpare(x);
        code.aload(spare)
                .invokestatic(
                        ClassDesc.of(HugeAngles.class.getName()),
                        method,
                        MethodTypeDesc.of(ConstantDescs.CD_void, element.arrayType()));
        code.labelBinding(there);
        species()
                .aload(spare)
                .iconst_0()
                .invokestatic(
                        vector,
                        "fromArray",
                        MethodTypeDesc.of(vector, SPECIES, element.arrayType(), ConstantDescs.CD_int));
    }

    private void toSpare(int x) {
        code.aload(x)
                .aload(spare)
                .iconst_0()
                .invokevirtual(
                        vector,
                        "intoArray",
                        MethodTypeDesc.of(ConstantDescs.CD_void, element.arrayType(), ConstantDescs.CD_int));
    }

    private void bits(ClassDesc kind, String operator, int a, int b) {
        code.aload(a);
        toBits();
        code.getstatic(OPERATORS, operator, kind).aload(b);
        toBits();
        fromBits();
    }

    private void toBits() {
        code.invokevirtual(vector, wide ? "reinterpretAsLongs" : "reinterpretAsInts", MethodTypeDesc.of(bits));
    }

    /** Applies the operator below the two vectors of bits on the stack, and takes the result as numbers. */
    private void fromBits() {
        code.invokevirtual(bits, "lanewise", MethodTypeDesc.of(bits, BINARY, VECTOR))
                .invokevirtual(bits, wide ? "reinterpretAsDoubles" : "reinterpretAsFloats", MethodTypeDesc.of(vector));
    }

    /**
     * Rounding without a vector instruction of the library: adding and taking away 2^23 (2^52) rounds the magnitude to
     * the nearest integer, ties to even; where that went the wrong way one is taken back. Magnitudes from there on are
     * whole already, and NaN stays.
     */
    private void round(Opcode op, int x) {
        int magnitude = code.allocateLocal(TypeKind.REFERENCE);
        int rounded = code.allocateLocal(TypeKind.REFERENCE);
        int whole = code.allocateLocal(TypeKind.REFERENCE);
        number(wide ? 0x1p52f : 0x1p23f, whole);
        code.aload(x);
        call("abs");
        code.astore(magnitude).aload(magnitude).aload(whole);
        call("add", VECTOR);
        code.aload(whole);
        call("sub", VECTOR);
        code.astore(rounded);
        if (op != Opcode.RINT) {
            step(rounded, "sub", "GT", magnitude);
        }
        // The magnitude itself where it is large or NaN, then the sign of x: its difference from |x| in bits.
        code.aload(magnitude).aload(rounded).aload(magnitude);
        compare("LT", whole);
        call("blend", VECTOR, MASK);
        code.astore(rounded);
        bits(BINARY, "SUB", x, magnitude);
        code.astore(whole);
        bits(ASSOCIATIVE, "OR", rounded, whole);
        code.astore(rounded);
        if (op == Opcode.FLOOR) {
            step(rounded, "sub", "GT", x);
        } else if (op == Opcode.CEIL) {
            step(rounded, "add", "LT", x);
        }
        code.aload(rounded);
    }

    /** One more or less, by {@code method}, in the lanes where the value compares so with {@code x}. */
    private void step(int value, String method, String comparison, int x) {
        code.aload(value).aload(value).aload(one);
        call(method, VECTOR);
        code.aload(value);
        compare(comparison, x);
        call("blend", VECTOR, MASK);
        code.astore(value);
    }
}
