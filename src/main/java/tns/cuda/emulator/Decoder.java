package tns.cuda.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Turns the text of instructions into something that runs. */
final class Decoder {
    private final Slots slots;
    private final Map<String, Integer> zones;
    private final Map<String, Integer> labels;

    /**
     * For a kernel with these registers and labels.
     *
     * @param zones the offsets of shared zones and constant tables by name
     */
    Decoder(Slots slots, Map<String, Integer> zones, Map<String, Integer> labels) {
        this.slots = slots;
        this.zones = zones;
        this.labels = labels;
    }

    /** The instruction of line {@code line}; a branch goes to the number of an instruction as the text counts them. */
    Instruction decode(String name, String operands, int line) {
        List<String> words = split(operands);
        if (name.startsWith("ld.") || name.startsWith("st.")) {
            return access(name, words, line);
        }
        return switch (name) {
            case "ret" -> of(Operation.RETURN, 0, line);
            case "bar.sync" -> of(Operation.BARRIER, 0, line);
            case "red.global.max.s32" -> {
                String place = words.getFirst();
                int base = operand(place.substring(1, place.length() - 1));
                yield of(Operation.GREATEST, 0, line, base, operand(words.get(1)));
            }
            case "bra" -> {
                int target = Objects.requireNonNull(labels.get(words.getFirst()), "unknown label");
                yield of(Operation.BRANCH, target, line);
            }
            case "shfl.sync.bfly.b32" -> shuffle(words, line);
            default -> compute(name, words, line);
        };
    }

    private Instruction of(Operation operation, int target, int line, int... operands) {
        return Instruction.of(operation, target, slots.thread(), line, operands);
    }

    /** {@code target, value, mask, 0x1f, 0xffffffff}: of the whole warp, with the mask written out. */
    private Instruction shuffle(List<String> words, int line) {
        if (!words.get(3).equals("0x1f") || !words.get(4).equals("0xffffffff")) {
            throw new IllegalArgumentException("only shuffles of a whole warp");
        }
        int mask = Integer.parseInt(words.get(2));
        if (mask < 1 || mask >= Emulator.WARP) {
            throw new IllegalArgumentException("a mask within the warp expected");
        }
        return of(Operation.SHUFFLE, slots.named(words.getFirst()), line, operand(words.get(1)))
                .withMask(mask);
    }

    private Instruction compute(String name, List<String> words, int line) {
        int[] operands =
                words.subList(1, words.size()).stream().mapToInt(this::operand).toArray();
        return of(Operation.COMPUTE, slots.named(words.getFirst()), line, operands)
                .withLoop(Arithmetic.loop(name, operands.length));
    }

    /** A load or store: {@code ld.space[.nc][.vN].type}. */
    private Instruction access(String name, List<String> words, int line) {
        String[] parts = name.split("\\.", -1);
        boolean load = parts[0].equals("ld");
        String type = parts[parts.length - 1];
        int size = Integer.parseInt(type.substring(1)) / 8;
        int count = 1;
        for (String part : parts) {
            if (part.equals("v2") || part.equals("v4")) {
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
            return of(Operation.COMPUTE, slots.named(values), line, slots.parameter(number))
                    .withLoop(Arithmetic.loop("mov.b64", 1));
        }
        String inside = place.substring(1, place.length() - 1);
        int plus = inside.indexOf('+');
        int base = operand(plus < 0 ? inside : inside.substring(0, plus));
        long offset = plus < 0 ? 0 : Long.parseLong(inside.substring(plus + 1));
        Space space = Space.valueOf(parts[1].toUpperCase(Locale.ROOT));
        int[] moved = each.stream()
                .mapToInt(word -> load ? slots.named(word) : operand(word))
                .toArray();
        return of(Operation.ACCESS, 0, line, base).withAccess(new Access(space, base, offset, size, load, moved));
    }

    private int operand(String word) {
        if (word.startsWith("%")) {
            return slots.source(word);
        }
        Integer zone = zones.get(word);
        return slots.literal(zone != null ? zone : bits(word));
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
