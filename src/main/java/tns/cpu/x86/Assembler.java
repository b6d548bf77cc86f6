package tns.cpu.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts instructions into bytes: 64-bit integers in general registers, and vectors of 32 bytes. Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2; operands in its order, the target first.
 *
 * <p>Constants lie after the code, each once, and are addressed relative to it.
 */
final class Assembler {
    /** Bytes of a vector. */
    static final int VECTOR = 32;

    /** Registers by their numbers: general ones by name, vectors from 0 to 15. */
    static final int RAX = 0;

    static final int RCX = 1;
    static final int RDX = 2;
    static final int RBX = 3;
    static final int RSP = 4;
    static final int RBP = 5;
    static final int RSI = 6;
    static final int RDI = 7;
    static final int R8 = 8;
    static final int R9 = 9;
    static final int R10 = 10;
    static final int R11 = 11;
    static final int R12 = 12;
    static final int R13 = 13;
    static final int R14 = 14;
    static final int R15 = 15;

    private static final int NONE = -1;

    /** Conditions of jumps, by their numbers, after a comparison of signed integers. */
    static final int NOT_EQUAL = 5;

    static final int LESS = 12;
    static final int AT_LEAST = 13;
    static final int AT_MOST = 14;
    static final int GREATER = 15;

    /** The code so far. */
    private byte[] bytes = new byte[1024];

    private int size;
    private final List<Jump> jumps = new ArrayList<>();

    /** The contents of constants, and the places that refer to each. */
    private final Map<List<Byte>, List<Integer>> constants = new LinkedHashMap<>();

    /** What an instruction reads or writes: a register, or memory. */
    sealed interface Operand {}

    /** A vector register. */
    record Register(int number) implements Operand {}

    /** Memory at {@code base + index * scale + distance}, with an index or without. */
    record Memory(int base, int index, int scale, int distance) implements Operand {
        static Memory at(int base, int distance) {
            return new Memory(base, NONE, 1, distance);
        }

        static Memory at(int base, int index, int scale) {
            return new Memory(base, index, scale, 0);
        }

        Memory plus(int more) {
            return new Memory(base, index, scale, distance + more);
        }
    }

    /** Bytes that lie with the code; a vector of them is aligned. */
    record Constant(List<Byte> content) implements Operand {
        /** A vector of one number of {@code width} bytes. */
        static Constant all(long pattern, int width) {
            ByteBuffer buffer = ByteBuffer.allocate(VECTOR).order(ByteOrder.LITTLE_ENDIAN);
            while (buffer.hasRemaining()) {
                if (width == Double.BYTES) {
                    buffer.putLong(pattern);
                } else {
                    buffer.putInt((int) pattern);
                }
            }
            return of(buffer.array());
        }

        static Constant of(byte[] content) {
            List<Byte> list = new ArrayList<>(content.length);
            for (byte b : content) {
                list.add(b);
            }
            return new Constant(List.copyOf(list));
        }
    }

    /** A place in the code. */
    static final class Label {
        private int at = NONE;
    }

    private record Jump(int at, Label to) {}

    /** All of it: the code, then its constants. */
    byte[] finish() {
        for (Jump jump : jumps) {
            if (jump.to().at == NONE) {
                throw new IllegalStateException("a jump to nowhere");
            }
            putInt(jump.at(), jump.to().at - jump.at() - Integer.BYTES);
        }
        for (Map.Entry<List<Byte>, List<Integer>> constant : constants.entrySet()) {
            while (size % VECTOR != 0) {
                put(0xcc);
            }
            for (int place : constant.getValue()) {
                // What follows the distance in its instruction counts too: it stands in the distance's own place so
                // far.
                putInt(place, size - place - Integer.BYTES - getInt(place));
            }
            constant.getKey().forEach(this::put);
        }
        return Arrays.copyOf(bytes, size);
    }

    private void put(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        bytes[size++] = (byte) value;
    }

    private void putInt(int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            put(value >> shift);
        }
    }

    private void putInt(int at, int value) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    }

    private int getInt(int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    // Flow.

    void bind(Label label) {
        label.at = size;
    }

    void jump(Label to) {
        put(0xe9);
        jumps.add(new Jump(size, to));
        putInt(0);
    }

    void jump(int condition, Label to) {
        put(0x0f);
        put(0x80 | condition);
        jumps.add(new Jump(size, to));
        putInt(0);
    }

    void ret() {
        put(0xc3);
    }

    /** Says that the upper halves of vector registers are not in use, for code that knows the lower ones only. */
    void zeroUpper() {
        put(0xc5);
        put(0xf8);
        put(0x77);
    }

    // Integers.

    void push(int register) {
        if (register >= 8) {
            put(0x41);
        }
        put(0x50 | register & 7);
    }

    void pop(int register) {
        if (register >= 8) {
            put(0x41);
        }
        put(0x58 | register & 7);
    }

    void move(int to, int from) {
        integer(0x8b, to, from);
    }

    void load(int to, Memory from) {
        integer(0x8b, to, from);
    }

    void store(Memory to, int from) {
        integer(0x89, from, to);
    }

    /** The address itself. */
    void address(int to, Operand of) {
        integer(0x8d, to, of);
    }

    void add(int to, int from) {
        integer(0x03, to, from);
    }

    void add(int to, Memory from) {
        integer(0x03, to, from);
    }

    void subtract(int to, int from) {
        integer(0x2b, to, from);
    }

    void compare(int a, int b) {
        integer(0x3b, a, b);
    }

    void compare(int a, Memory b) {
        integer(0x3b, a, b);
    }

    void addNumber(int to, long number) {
        immediate(0, to, number);
    }

    void andNumber(int to, long number) {
        immediate(4, to, number);
    }

    void subtractNumber(int to, long number) {
        immediate(5, to, number);
    }

    void compareNumber(int a, long number) {
        immediate(7, a, number);
    }

    private void immediate(int operation, int to, long number) {
        rex(0, NONE, to);
        put(0x81);
        modes(operation, to);
        putInt(Math.toIntExact(number));
    }

    private void integer(int opcode, int register, int other) {
        rex(register, NONE, other);
        put(opcode);
        modes(register, other);
    }

    private void integer(int opcode, int register, Operand other) {
        if (other instanceof Memory m) {
            rex(register, m.index(), m.base());
        } else {
            rex(register, NONE, 0);
        }
        put(opcode);
        modes(register, other, 0);
    }

    private void rex(int register, int index, int base) {
        put(0x48 | register >> 3 << 2 | (index == NONE ? 0 : index >> 3 << 1) | base >> 3);
    }

    private void modes(int register, int other) {
        put(0xc0 | (register & 7) << 3 | other & 7);
    }

    /** @param after bytes that come after these in the same instruction */
    private void modes(int register, Operand other, int after) {
        int field = (register & 7) << 3;
        switch (other) {
            case Register r -> put(0xc0 | field | r.number() & 7);
            case Constant c -> {
                put(field | 5);
                constants
                        .computeIfAbsent(c.content(), content -> new ArrayList<>())
                        .add(size);
                putInt(after);
            }
            case Memory m -> {
                boolean indexed = m.index() != NONE || (m.base() & 7) == RSP;
                boolean near = m.distance() == (byte) m.distance();
                // Base 5 without a distance means something else.
                boolean none = m.distance() == 0 && (m.base() & 7) != RBP;
                put((none ? 0 : near ? 0x40 : 0x80) | field | (indexed ? 4 : m.base() & 7));
                if (indexed) {
                    int scale = Integer.numberOfTrailingZeros(m.scale());
                    put(scale << 6 | (m.index() == NONE ? RSP : m.index() & 7) << 3 | m.base() & 7);
                }
                if (!none && near) {
                    put(m.distance());
                } else if (!none) {
                    putInt(m.distance());
                }
            }
        }
    }

    // Vectors. An operation is its opcode with the prefixes it needs, as one number.

    /** Prefixes: none, or what the manual calls 66, F3, F2; the map of opcodes 0F, 0F38 or 0F3A; W; 128 bits only. */
    static final int P66 = 1 << 8;

    static final int PF3 = 2 << 8;
    static final int PF2 = 3 << 8;
    static final int M0F = 1 << 12;
    static final int M38 = 2 << 12;
    static final int M3A = 3 << 12;
    static final int W = 1 << 16;
    static final int HALF = 1 << 17;

    /** {@code target = first op second}. */
    void vector(int operation, int target, int first, Operand second) {
        encode(operation, target, first, second, 0);
    }

    /** The same with a number that is part of the instruction. */
    void vector(int operation, int target, int first, Operand second, int number) {
        encode(operation, target, first, second, 1);
        put(number);
    }

    /** An operation of two operands only, whose other one is the second. */
    void vector(int operation, int target, Operand second) {
        encode(operation, target, 0, second, 0);
    }

    private void encode(int operation, int register, int first, Operand second, int after) {
        int r = register >> 3;
        int x = 0;
        int b = 0;
        if (second instanceof Register other) {
            b = other.number() >> 3;
        } else if (second instanceof Memory m) {
            b = m.base() >> 3;
            x = m.index() == NONE ? 0 : m.index() >> 3;
        }
        put(0xc4);
        put((~r & 1) << 7 | (~x & 1) << 6 | (~b & 1) << 5 | operation >> 12 & 15);
        int wide = operation >> 16 & 1;
        int length = (operation & HALF) == 0 ? 1 : 0;
        put(wide << 7 | (~first & 15) << 3 | length << 2 | operation >> 8 & 3);
        put(operation);
        modes(register, second, after);
    }
}
