package tns.cuda.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of the values of a thread: first its registers, then its place, the parameters of the kernel and the
 * literals of the text, so that whatever an instruction reads has such a number. The values of one number in all threads
 * of a block stand side by side; side by side by warps, so that fewer stand far apart, was no faster.
 */
final class Slots {
    private final List<String> registers = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final int parameters;
    private final List<Long> literals = new ArrayList<>();
    private final Map<Long, Integer> known = new HashMap<>();

    /** Slots for these registers and so many parameters; none of a literal yet. */
    Slots(List<String> registers, int parameters) {
        this.registers.addAll(registers);
        this.parameters = parameters;
        for (String register : registers) {
            numbers.put(register, numbers.size());
        }
    }

    int registers() {
        return registers.size();
    }

    String register(int slot) {
        return registers.get(slot);
    }

    int thread() {
        return registers.size();
    }

    int block() {
        return registers.size() + 1;
    }

    private int threads() {
        return registers.size() + 2;
    }

    private int blocks() {
        return registers.size() + 3;
    }

    int parameter(int number) {
        if (number >= parameters) {
            throw new IllegalArgumentException("no parameter " + number);
        }
        return registers.size() + 4 + number;
    }

    int literal(long bits) {
        return known.computeIfAbsent(bits, b -> {
            literals.add(b);
            return registers.size() + 3 + parameters + literals.size();
        });
    }

    /** The register of that name, which may be set. */
    int named(String register) {
        Integer number = numbers.get(register);
        if (number == null) {
            throw new IllegalArgumentException("unknown register " + register);
        }
        return number;
    }

    /** The register or place of that name, which starts with a percent sign. */
    int source(String name) {
        return switch (name) {
            case "%tid.x" -> thread();
            case "%ctaid.x" -> block();
            case "%ntid.x" -> threads();
            case "%nctaid.x" -> blocks();
            default -> named(name);
        };
    }

    /** How many there are. */
    int count() {
        return registers.size() + 4 + parameters + literals.size();
    }

    /** Fills in what is the same in all threads of such a launch, and where each stands in its block. */
    void fill(long[] values, int blockCount, int threadCount, long[] arguments) {
        for (int i = 0; i < threadCount; i++) {
            values[thread() * threadCount + i] = i;
        }
        fill(values, threads(), threadCount, threadCount);
        fill(values, blocks(), threadCount, blockCount);
        for (int i = 0; i < parameters; i++) {
            fill(values, parameter(i), threadCount, arguments[i]);
        }
        for (int i = 0; i < literals.size(); i++) {
            fill(values, registers.size() + 4 + parameters + i, threadCount, literals.get(i));
        }
    }

    /** Sets a slot of all threads, which stand side by side. */
    static void fill(long[] values, int slot, int threadCount, long bits) {
        Arrays.fill(values, slot * threadCount, (slot + 1) * threadCount, bits);
    }
}
