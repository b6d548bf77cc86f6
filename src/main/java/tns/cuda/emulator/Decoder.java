package tns.cuda.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tns.cuda.emulator.Arithmetic.Binary;
import tns.cuda.emulator.Arithmetic.Ternary;
import tns.cuda.emulator.Arithmetic.Unary;

/** Turns the text of instructions into something that runs. */
final class Decoder {
    private final Map<String, Integer> registers;
    private final Map<String, Integer> zones;
    private final Map<String, Integer> labels;

    /** @param zones the offsets of shared zones and constant tables by name */
    Decoder(Map<String, Integer> registers, Map<String, Integer> zones, Map<String, Integer> labels) {
        this.registers = registers;
        this.zones = zones;
        this.labels = labels;
    }

    Instruction decode(String name, String operands) {
        List<String> words = split(operands);
        if (name.startsWith("ld.") || name.startsWith("st.")) {
            return access(name, words);
        }
        return switch (name) {
            case "ret" -> Instruction.RETURN;
            case "bar.sync" -> Instruction.BARRIER;
            case "red.global.max.s32" -> greatest(words);
            case "bra" -> {
                int target = Objects.requireNonNull(labels.get(words.getFirst()), "unknown label");
                yield lane -> lane.next = target;
            }
            case "shfl.sync.bfly.b32" -> shuffle(words);
            default -> compute(name, words);
        };
    }

    /** {@code target, value, mask, 0x1f, 0xffffffff}: of the whole warp, with the mask written out. */
    private Instruction shuffle(List<String> words) {
        if (!words.get(3).equals("0x1f") || !words.get(4).equals("0xffffffff")) {
            throw new IllegalArgumentException("only shuffles of a whole warp");
        }
        int mask = Integer.parseInt(words.get(2));
        if (mask < 1 || mask >= Shuffle.WARP) {
            throw new IllegalArgumentException("a mask within the warp expected");
        }
        return new Shuffle(register(words.getFirst()), operand(words.get(1)), mask);
    }

    private Instruction compute(String name, List<String> words) {
        int target = register(words.getFirst());
        if (words.size() == 2) {
            Unary f = Arithmetic.unary(name);
            Operand a = operand(words.get(1));
            return lane -> lane.set(target, f.of(a.of(lane)));
        }
        if (words.size() == 3) {
            Binary f = Arithmetic.binary(name);
            Operand a = operand(words.get(1));
            Operand b = operand(words.get(2));
            return lane -> lane.set(target, f.of(a.of(lane), b.of(lane)));
        }
        Ternary f = Arithmetic.ternary(name);
        Operand a = operand(words.get(1));
        Operand b = operand(words.get(2));
        Operand c = operand(words.get(3));
        return lane -> lane.set(target, f.of(a.of(lane), b.of(lane), c.of(lane)));
    }

    /** The atomic maximum in global memory; threads take turns, so that a load and a store will do. */
    private Instruction greatest(List<String> words) {
        String place = words.getFirst();
        Operand base = operand(place.substring(1, place.length() - 1));
        Operand value = operand(words.get(1));
        return lane -> {
            long address = base.of(lane);
            if (address % Integer.BYTES != 0) {
                throw new EmulationError("misaligned: 4 bytes at " + Memory.hex(address));
            }
            Memory.Block block = lane.memory.block(address, Integer.BYTES);
            int at = block.index(address, Integer.BYTES);
            int before = (int) Memory.INT.get(block.bytes(), at);
            Memory.INT.set(block.bytes(), at, Math.max(before, (int) value.of(lane)));
        };
    }

    /** A load or store: {@code ld.space[.nc][.vN].type}. */
    private Instruction access(String name, List<String> words) {
        String[] parts = name.split("\\.", -1);
        boolean load = parts[0].equals("ld");
        String type = parts[parts.length - 1];
        int size = Integer.parseInt(type.substring(1)) / 8;
        int count = 1;
        for (String part : parts) {
            if (part.matches("v[24]")) {
                count = part.charAt(1) - '0';
            }
        }
        String place = words.get(load ? 1 : 0);
        String values = words.get(load ? 0 : 1);
        List<String> each = values.startsWith("{") ? split(values.substring(1, values.length() - 1)) : List.of(values);
        if (each.size() != count) {
            throw new IllegalArgumentException(count + " registers expected");
        }
        if (parts[1].equals("param")) {
            int number = Integer.parseInt(place.substring(2, place.length() - 1));
            int target = register(values);
            return lane -> lane.set(target, lane.arguments[number]);
        }
        String inside = place.substring(1, place.length() - 1);
        int plus = inside.indexOf('+');
        Operand base = operand(plus < 0 ? inside : inside.substring(0, plus));
        long offset = plus < 0 ? 0 : Long.parseLong(inside.substring(plus + 1));
        Space space = Space.valueOf(parts[1].toUpperCase(Locale.ROOT));
        if (load) {
            int[] targets = each.stream().mapToInt(this::register).toArray();
            return new Access(space, base, offset, size, targets, null);
        }
        return new Access(
                space,
                base,
                offset,
                size,
                null,
                each.stream().map(this::operand).toArray(Operand[]::new));
    }

    private int register(String word) {
        Integer number = registers.get(word);
        if (number == null) {
            throw new IllegalArgumentException("unknown register " + word);
        }
        return number;
    }

    private Operand operand(String word) {
        return switch (word) {
            case "%tid.x" -> lane -> lane.thread;
            case "%ctaid.x" -> lane -> lane.block;
            case "%ntid.x" -> lane -> lane.threads;
            case "%nctaid.x" -> lane -> lane.blocks;
            default -> word.startsWith("%") ? fromRegister(register(word)) : literal(word);
        };
    }

    private static Operand fromRegister(int register) {
        return lane -> lane.get(register);
    }

    private Operand literal(String word) {
        Integer zone = zones.get(word);
        long bits = zone != null ? zone : bits(word);
        return lane -> bits;
    }

    private static long bits(String word) {
        if (word.startsWith("0f") || word.startsWith("0d") || word.startsWith("0x")) {
            return Long.parseUnsignedLong(word.substring(2), 16);
        }
        return Long.parseLong(word);
    }

    /** Splits at the commas that stand in no braces. */
    private static List<String> split(String operands) {
        List<String> words = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= operands.length(); i++) {
            char c = i == operands.length() ? ',' : operands.charAt(i);
            if (c == '{') {
                depth++;
            } else if (c == '}') {
                depth--;
            } else if (c == ',' && depth == 0) {
                words.add(operands.substring(start, i).strip());
                start = i + 1;
            }
        }
        return words;
    }
}
