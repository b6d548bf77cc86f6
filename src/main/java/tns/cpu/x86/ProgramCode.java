package tns.cpu.x86;

import static tns.cpu.x86.Assembler.M0F;
import static tns.cpu.x86.Assembler.M38;
import static tns.cpu.x86.Assembler.P66;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.cpu.x86.Assembler.Constant;
import tns.cpu.x86.Assembler.Memory;
import tns.cpu.x86.Assembler.Operand;
import tns.cpu.x86.Assembler.Register;
import tns.expr.Lane;
import tns.expr.Opcode;
import tns.expr.PiOverTwo;
import tns.expr.Program;
import tns.expr.Step;

/**
 * Writes a program for one vector of elements: straight-line code, whose values are in registers from where they are
 * computed to where they are used last. Where there are more of them than registers, the one that is used last of all goes
 * to memory (L. Belady, A Study of Replacement Algorithms for a Virtual-Storage Computer, 1966).
 */
final class ProgramCode {
    /** Steps of a program up to which its code is worth its memory. */
    private static final int MOST_STEPS = 400;

    private static final Set<Opcode> NO_VECTOR_FORM = Set.of(Opcode.FMOD, Opcode.POW);
    private static final Set<Opcode> BEYOND_BOUND = Set.of(Opcode.PI2_REMAINDER, Opcode.PI2_QUADRANT);

    private static final int LESS = 0x11;
    private static final int AT_MOST = 0x12;
    private static final int EQUAL = 0;
    private static final int NOT_EQUAL = 4;
    static final int UNORDERED = 3;

    private static final int NEVER = Integer.MAX_VALUE;
    private static final int NONE = -1;

    private final Assembler code;
    private final VectorOps ops;
    private final boolean wide;
    private final Frame frame;

    /** What is in each register: nothing, or what must not be moved for now. */
    private final @Nullable Value[] registers = new @Nullable Value[16];

    private final boolean[] held = new boolean[16];

    /** The values of the program at hand by slot, and which step it is at. */
    private Value[] slots = {};

    private int now;

    /** The mask of the elements that there are, or {@link #NONE} for all. */
    private int mask = NONE;

    /** Where to go when a step cannot be done here; null where there is no such step. */
    private Assembler.@Nullable Label slow;

    ProgramCode(Assembler code, Lane lane, Frame frame) {
        this.code = code;
        this.frame = frame;
        wide = lane == Lane.F64;
        ops = new VectorOps(code, wide);
    }

    /** A value: where it can be read from, and when it is. */
    private static final class Value {
        /** Where it is in memory, if it is; whether it has to be read there through the mask. */
        private @Nullable Operand home;

        private boolean masked;
        private int register = NONE;
        /** Whether it is all bits or none, as a comparison gives it, and not 1 or 0. */
        private boolean isCondition;

        private final List<Integer> uses = new ArrayList<>();

        int nextUse(int after) {
            for (int use : uses) {
                if (use > after) {
                    return use;
                }
            }
            return NEVER;
        }
    }

    /** Whether the program can be written, with steps that may have to be done elsewhere. */
    static boolean fits(Program program) {
        return program.lane() != Lane.I64
                && program.steps().size() <= MOST_STEPS
                && program.steps().stream().noneMatch(step -> NO_VECTOR_FORM.contains(step.op()));
    }

    /** Whether some elements' steps may have to be done elsewhere. */
    static boolean mayStop(Program program) {
        return program.steps().stream().anyMatch(step -> BEYOND_BOUND.contains(step.op()));
    }

    /** What is done with the results, one after the other. */
    @FunctionalInterface
    interface Sink {
        void take(int output, int register);
    }

    /**
     * Writes the program. Registers are free before and after, but for those that are held.
     *
     * @param inputs where the inputs are; those in {@code elements} are read through the mask
     * @param mask the register of the mask, or negative
     * @param slow where to go when a step cannot be done here
     */
    void write(
            Program program,
            Operand[] inputs,
            boolean[] elements,
            int mask,
            Assembler.@Nullable Label slow,
            Sink sink) {
        this.mask = mask;
        this.slow = slow;
        letGo();
        List<Value[]> operands = values(program, inputs, elements);
        List<Value> results =
                program.outputs().stream().map(slot -> slots[slot]).toList();
        for (int k = 0; k < results.size(); k++) {
            results.get(k).uses.add(program.steps().size() + k);
        }
        conditions(program, operands);
        for (now = 0; now < program.steps().size(); now++) {
            Step step = program.steps().get(now);
            Value[] values = operands.get(now);
            step(step.op(), values[0], values);
            letGo();
        }
        // An input that is given on as it is must be here before a result is written over it.
        results.forEach(this::register);
        for (int k = 0; k < results.size(); k++, now++) {
            sink.take(k, register(results.get(k)));
            letGo();
        }
        frame.free();
    }

    /** For each step its result and its operands; leaves the last value of each slot. */
    private List<Value[]> values(Program program, Operand[] inputs, boolean[] elements) {
        slots = new Value[program.slots()];
        for (int slot = 0; slot < program.inputs() + program.constants().size(); slot++) {
            Value value = new Value();
            value.home = slot < program.inputs()
                    ? inputs[slot]
                    : ops.constant(program.constants().get(slot - program.inputs()));
            value.masked = slot < program.inputs() && elements[slot] && mask >= 0;
            slots[slot] = value;
        }
        List<Value[]> all = new ArrayList<>();
        for (int at = 0; at < program.steps().size(); at++) {
            Step step = program.steps().get(at);
            int arity = step.op().arity();
            Value[] values = new Value[1 + arity];
            int[] from = {step.a(), step.b(), step.c()};
            for (int k = 0; k < arity; k++) {
                values[1 + k] = slots[from[k]];
                values[1 + k].uses.add(at);
            }
            values[0] = new Value();
            slots[step.target()] = values[0];
            all.add(values);
        }
        return all;
    }

    /** Finds the comparisons that only choose. */
    private static void conditions(Program program, List<Value[]> operands) {
        for (int at = 0; at < operands.size(); at++) {
            Opcode op = program.steps().get(at).op();
            Value result = operands.get(at)[0];
            boolean compares = op == Opcode.LT || op == Opcode.LE || op == Opcode.EQ || op == Opcode.NE;
            result.isCondition = compares
                    && result.uses.stream()
                            .allMatch(use -> use < operands.size()
                                    && program.steps().get(use).op() == Opcode.SELECT
                                    && operands.get(use)[1] == result
                                    && operands.get(use)[2] != result
                                    && operands.get(use)[3] != result);
        }
    }

    /** After a step: nothing is held but the mask, and the registers of values that are not used any more are free. */
    private void letGo() {
        Arrays.fill(held, false);
        if (mask >= 0) {
            held[mask] = true;
        }
        for (int r = 0; r < registers.length; r++) {
            Value value = registers[r];
            if (value != null && value.nextUse(now) == NEVER) {
                value.register = NONE;
                registers[r] = null;
            }
        }
    }

    /** A free register, which is held until the step is over. */
    private int free() {
        int best = NONE;
        int furthest = NONE;
        for (int r = 0; r < registers.length; r++) {
            if (held[r]) {
                continue;
            }
            Value value = registers[r];
            int use = value == null ? NEVER : value.nextUse(now - 1);
            // What is in memory anyway goes first.
            int rank = value == null
                    ? NEVER
                    : value.home != null && use != NEVER ? Math.min(NEVER - 1, use + MOST_STEPS) : use;
            if (rank > furthest) {
                furthest = rank;
                best = r;
            }
        }
        if (best == NONE) {
            throw new IllegalStateException("a step of more values than there are registers");
        }
        Value value = registers[best];
        if (value != null) {
            if (value.home == null && value.nextUse(now - 1) != NEVER) {
                Memory place = frame.next();
                ops.store(place, best);
                value.home = place;
                value.masked = false;
            }
            value.register = NONE;
            registers[best] = null;
        }
        held[best] = true;
        return best;
    }

    /** The register that the value is in, where it is brought if need be; held until the step is over. */
    private int register(Value value) {
        if (value.register == NONE) {
            int to = free();
            Operand home = value.home;
            if (home == null) {
                throw new IllegalStateException("a value that was never computed");
            } else if (value.masked && home instanceof Memory memory) {
                ops.loadMasked(to, mask, memory);
            } else {
                ops.load(to, home);
            }
            value.register = to;
            registers[to] = value;
        }
        held[value.register] = true;
        return value.register;
    }

    /** The value as the last operand of an instruction: in memory if it is there only and not used again soon. */
    private Operand operand(Value value) {
        if (value.register != NONE
                || value.masked
                || value.home == null
                || value.nextUse(now) != NEVER && isRoom() && !(value.home instanceof Constant)) {
            return new Register(register(value));
        }
        return value.home;
    }

    private boolean isRoom() {
        for (int r = 0; r < registers.length; r++) {
            if (!held[r] && registers[r] == null) {
                return true;
            }
        }
        return false;
    }

    /** A register for the result: an operand's that is used no more, or a free one. */
    private int target(Value result, Value... operands) {
        for (Value operand : operands) {
            int r = operand.register;
            if (r != NONE && registers[r] == operand && operand.nextUse(now) == NEVER) {
                operand.register = NONE;
                return place(result, r);
            }
        }
        return place(result, free());
    }

    /** A register for the result that is none of the operands'. */
    private int place(Value result, int register) {
        registers[register] = result;
        result.register = register;
        held[register] = true;
        return register;
    }

    private void step(Opcode op, Value result, Value[] v) {
        switch (op) {
            case ADD -> commutative(ops.add, result, v[1], v[2]);
            case MUL -> commutative(ops.multiply, result, v[1], v[2]);
            case BITS_AND -> commutative(ops.and, result, v[1], v[2]);
            case BITS_OR -> commutative(ops.or, result, v[1], v[2]);
            case BITS_XOR -> commutative(ops.xor, result, v[1], v[2]);
            case BITS_ADD -> commutative(ops.addBits, result, v[1], v[2]);
            case SUB -> binary(ops.subtract, result, v[1], v[2]);
            case DIV -> binary(ops.divide, result, v[1], v[2]);
            case BITS_SUB -> binary(ops.subtractBits, result, v[1], v[2]);
            case BITS_MUL -> multiplyBits(result, v[1], v[2]);
            case FMA -> fma(result, v[1], v[2], v[3]);
            case SQRT -> {
                Operand a = operand(v[1]);
                code.vector(ops.sqrt, target(result, v[1]), a);
            }
            case NEG -> with(ops.xor, result, v[1], ops.constant(ops.sign()));
            case ABS -> with(ops.and, result, v[1], ops.constant(~ops.sign()));
            case FLOOR -> round(result, v[1], 8 | 1);
            case CEIL -> round(result, v[1], 8 | 2);
            case TRUNC -> round(result, v[1], 8 | 3);
            case RINT -> round(result, v[1], 8);
            case MIN -> extreme(ops.min, result, v[1], v[2]);
            case MAX -> extreme(ops.max, result, v[1], v[2]);
            case LT -> compare(LESS, result, v[1], v[2]);
            case LE -> compare(AT_MOST, result, v[1], v[2]);
            case EQ -> compare(EQUAL, result, v[1], v[2]);
            case NE -> compare(NOT_EQUAL, result, v[1], v[2]);
            case SELECT -> select(result, v[1], v[2], v[3]);
            case BITS_SHL, BITS_USHR, BITS_SHR -> shift(op, result, v[1], v[2]);
            case PI2_REMAINDER, PI2_QUADRANT -> withinBound(result, v[1]);
            case FMOD, POW -> throw new IllegalArgumentException("no vector form of " + op);
        }
    }

    private void commutative(int operation, Value result, Value a, Value b) {
        if (a.register == NONE && b.register != NONE) {
            binary(operation, result, b, a);
        } else {
            binary(operation, result, a, b);
        }
    }

    private void binary(int operation, Value result, Value a, Value b) {
        int x = register(a);
        Operand y = operand(b);
        code.vector(operation, target(result, a, b), x, y);
    }

    private void with(int operation, Value result, Value a, Operand other) {
        int x = register(a);
        code.vector(operation, target(result, a), x, other);
    }

    private void round(Value result, Value a, int mode) {
        Operand x = operand(a);
        code.vector(ops.round, target(result, a), 0, x, mode);
    }

    private void fma(Value result, Value a, Value b, Value c) {
        // The factor that is used no more, or the summand, is where the result goes.
        if (isLast(c) && c != a && c != b) {
            int x = register(a);
            int z = register(c);
            Operand y = operand(b);
            c.register = NONE;
            code.vector(ops.fmaToSum, place(result, z), x, y);
        } else if (isLast(a) && a != b && a != c || isLast(b) && b != a && b != c) {
            Value factor = isLast(a) && a != b && a != c ? a : b;
            Value other = factor == a ? b : a;
            int x = register(factor);
            int y = register(other);
            Operand z = operand(c);
            factor.register = NONE;
            code.vector(ops.fmaToFactor, place(result, x), y, z);
        } else {
            int x = register(a);
            Operand y = operand(b);
            Operand z = operand(c);
            int to = place(result, free());
            ops.load(to, z);
            code.vector(ops.fmaToSum, to, x, y);
        }
    }

    /** Whether the value is computed, in no other place, and not used again. */
    private boolean isLast(Value value) {
        return value.register != NONE && value.nextUse(now) == NEVER;
    }

    /** {@code a OP b ? a : a == a ? b : a}; the instruction gives b where one of them is NaN. */
    private void extreme(int operation, Value result, Value a, Value b) {
        if (isBound(b)) {
            int bound = register(b);
            Operand x = operand(a);
            code.vector(operation, target(result, a), bound, x);
            return;
        }
        if (isBound(a)) {
            binary(operation, result, a, b);
            return;
        }
        int x = register(a);
        Operand y = operand(b);
        int nan = free();
        code.vector(ops.compare, nan, x, new Register(x), UNORDERED);
        int to = place(result, free());
        code.vector(operation, to, x, y);
        ops.blend(to, to, new Register(x), nan);
    }

    /** Whether it is a constant that is neither zero nor NaN. */
    private boolean isBound(Value value) {
        if (!(value.home instanceof Constant constant)) {
            return false;
        }
        double number = ops.number(constant);
        return number < 0 || number > 0;
    }

    private void compare(int how, Value result, Value a, Value b) {
        int x = register(a);
        Operand y = operand(b);
        int to = target(result, a, b);
        code.vector(ops.compare, to, x, y, how);
        if (!result.isCondition) {
            code.vector(ops.and, to, to, ops.constant(ops.one()));
        }
    }

    private void select(Value result, Value condition, Value b, Value c) {
        int test;
        if (condition.isCondition) {
            test = register(condition);
        } else {
            int x = register(condition);
            test = free();
            code.vector(ops.compare, test, x, ops.constant(0), NOT_EQUAL);
        }
        int no = register(c);
        Operand yes = operand(b);
        ops.blend(target(result, b, c, condition), no, yes, test);
    }

    private void shift(Opcode op, Value result, Value a, Value distance) {
        int bits = wide ? Long.SIZE : Integer.SIZE;
        boolean signed64 = wide && op == Opcode.BITS_SHR;
        if (distance.home instanceof Constant constant && !signed64) {
            int by = (int) ops.pattern(constant) & bits - 1;
            int x = register(a);
            ops.shift(op, target(result, a), x, by);
            return;
        }
        int x = register(a);
        int by = free();
        int d = register(distance);
        code.vector(ops.and, by, d, ops.constant(bits - 1));
        int to = place(result, free());
        if (signed64) {
            // There is no such instruction: the sign's bits are put back after a logical shift.
            int sign = free();
            ops.load(sign, ops.constant(ops.sign()));
            code.vector(ops.shiftRight, sign, sign, new Register(by));
            code.vector(ops.shiftRight, to, x, new Register(by));
            code.vector(ops.xor, to, to, new Register(sign));
            code.vector(ops.subtractBits, to, to, new Register(sign));
        } else {
            int operation =
                    op == Opcode.BITS_SHL ? ops.shiftLeft : op == Opcode.BITS_SHR ? ops.shiftSigned : ops.shiftRight;
            code.vector(operation, to, x, new Register(by));
        }
    }

    private void multiplyBits(Value result, Value a, Value b) {
        if (!wide) {
            commutative(P66 | M38 | 0x40, result, a, b);
            return;
        }
        // By halves: the products of one's high and the other's low half count from the middle on.
        int x = register(a);
        int y = register(b);
        int one = free();
        int other = free();
        int low = P66 | M0F | 0xf4;
        ops.shift(Opcode.BITS_USHR, one, x, Integer.SIZE);
        code.vector(low, one, one, new Register(y));
        ops.shift(Opcode.BITS_USHR, other, y, Integer.SIZE);
        code.vector(low, other, other, new Register(x));
        code.vector(ops.addBits, one, one, new Register(other));
        ops.shift(Opcode.BITS_SHL, one, one, Integer.SIZE);
        int to = place(result, free());
        code.vector(low, to, x, new Register(y));
        code.vector(ops.addBits, to, to, new Register(one));
    }

    /** Zero, where no element is beyond the bound; otherwise the vector is left to somebody else. */
    private void withinBound(Value result, Value a) {
        int x = register(a);
        int test = free();
        code.vector(ops.and, test, x, ops.constant(~ops.sign()));
        float bound = (float) PiOverTwo.bound(wide ? Lane.F64 : Lane.F32);
        code.vector(ops.compare, test, test, ops.constant(ops.bits(bound)), AT_MOST);
        if (slow == null) {
            throw new IllegalStateException("a step that cannot be done here");
        }
        ops.unlessAll(test, slow);
        result.home = ops.constant(0);
    }
}
