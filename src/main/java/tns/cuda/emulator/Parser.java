package tns.cuda.emulator;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads PTX text of the form this project writes: one directive, label or instruction a line. */
final class Parser {
    private static final Pattern REGISTERS = Pattern.compile("\\.reg \\.(\\w+) (%[a-z]+)<(\\d+)>;");
    private static final Pattern PARAMETER = Pattern.compile("\\.param \\.([a-z]+)(\\d+) p(\\d+),?");
    private static final Pattern SHARED = Pattern.compile("\\.shared \\.align (\\d+) \\.b8 (\\w+)\\[(\\d+)];");
    private static final Pattern CONSTANTS = Pattern.compile("\\.const \\.align 8 \\.b64 (\\w+)\\[(\\d+)] = \\{(.*)};");
    private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(.*");
    private static final Pattern LABEL = Pattern.compile("(\\w+):");
    private static final Pattern IGNORED =
            Pattern.compile("\\.(version|target|address_size|maxntid|minnctapersm) .*|[{})]");
    private static final Pattern INSTRUCTION = Pattern.compile("(?:@(!?)(%p\\d+) )?([a-z][\\w.]*)(?: (.*))?;");

    private final Map<String, Integer> registers = new HashMap<>();
    private final List<String> registerNames = new ArrayList<>();
    private final List<Integer> parameters = new ArrayList<>();
    private final Map<String, Integer> zones = new HashMap<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final ByteArrayOutputStream constants = new ByteArrayOutputStream();
    private final List<Matcher> pending = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private int sharedBytes;
    private String entry = "";

    Parser(String text) {
        text.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(this::read);
    }

    private void read(String line) {
        boolean known = on(REGISTERS, line, this::registers)
                || on(PARAMETER, line, m -> parameters.add(Integer.parseInt(m.group(2)) / 8))
                || on(SHARED, line, this::shared)
                || on(CONSTANTS, line, this::constants)
                || on(ENTRY, line, m -> entry = m.group(1))
                || on(LABEL, line, m -> labels.put(m.group(1), pending.size()))
                || line.charAt(0) != '.' && on(INSTRUCTION, line, this::instruction)
                || IGNORED.matcher(line).matches();
        if (!known) {
            throw new EmulationError("unknown line: " + line);
        }
    }

    private static boolean on(Pattern pattern, String line, Consumer<Matcher> action) {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.matches()) {
            return false;
        }
        action.accept(matcher);
        return true;
    }

    private void registers(Matcher m) {
        for (int i = 0; i < Integer.parseInt(m.group(3)); i++) {
            registers.put(m.group(2) + i, registerNames.size());
            registerNames.add(m.group(2) + i);
        }
    }

    private void shared(Matcher m) {
        int alignment = Integer.parseInt(m.group(1));
        sharedBytes = (sharedBytes + alignment - 1) / alignment * alignment;
        zones.put(m.group(2), sharedBytes);
        sharedBytes += Integer.parseInt(m.group(3));
    }

    private void constants(Matcher m) {
        zones.put(m.group(1), constants.size());
        for (String word : m.group(3).split(", ", -1)) {
            byte[] bytes = ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(Long.parseUnsignedLong(word.substring(2), 16))
                    .array();
            constants.writeBytes(bytes);
        }
    }

    private void instruction(Matcher m) {
        pending.add(m);
        lines.add(m.group());
    }

    Module module() {
        Decoder decoder = new Decoder(registers, zones, labels);
        List<Instruction> instructions = new ArrayList<>();
        for (int i = 0; i < pending.size(); i++) {
            Matcher m = pending.get(i);
            try {
                Instruction plain = decoder.decode(m.group(3), m.group(4) == null ? "" : m.group(4));
                instructions.add(
                        m.group(2) == null
                                ? plain
                                : guarded(plain, m.group(2), !m.group(1).isEmpty()));
            } catch (RuntimeException e) {
                throw new EmulationError("cannot decode: " + lines.get(i), e);
            }
        }
        return new Module(
                entry,
                List.copyOf(instructions),
                List.copyOf(lines),
                List.copyOf(registerNames),
                List.copyOf(parameters),
                sharedBytes,
                constants.toByteArray());
    }

    private Instruction guarded(Instruction instruction, String predicate, boolean negated) {
        if (instruction == Instruction.BARRIER) {
            throw new EmulationError("a barrier under a predicate may wait for ever");
        }
        int register = Objects.requireNonNull(registers.get(predicate), predicate);
        return lane -> {
            if (lane.get(register) != 0 != negated) {
                instruction.run(lane);
            }
        };
    }
}
