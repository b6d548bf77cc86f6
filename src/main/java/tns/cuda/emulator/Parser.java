package tns.cuda.emulator;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        boolean known = switch (line.charAt(0)) {
            case '.' ->
                on(REGISTERS, line, this::registers)
                        || on(PARAMETER, line, m -> parameters.add(Integer.parseInt(m.group(2)) / 8))
                        || on(SHARED, line, this::shared)
                        || on(CONSTANTS, line, this::constants)
                        || on(ENTRY, line, m -> entry = m.group(1))
                        || IGNORED.matcher(line).matches();
            case '{', '}', ')' -> IGNORED.matcher(line).matches();
            default ->
                on(INSTRUCTION, line, this::instruction)
                        || on(LABEL, line, m -> labels.put(m.group(1), pending.size()));
        };
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
        int count = Integer.parseInt(m.group(3));
        for (int i = 0; i < count; i++) {
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
        Slots slots = new Slots(registerNames, parameters.size());
        Decoder decoder = new Decoder(slots, zones, labels);
        List<Line> decoded = new ArrayList<>();
        for (int i = 0; i < pending.size(); i++) {
            Matcher m = pending.get(i);
            try {
                Instruction plain = decoder.decode(m.group(3), m.group(4) == null ? "" : m.group(4), i);
                decoded.add(
                        m.group(2) == null
                                ? new Line(plain, Line.ALWAYS, false)
                                : guarded(
                                        plain,
                                        slots.named(m.group(2)),
                                        !m.group(1).isEmpty()));
            } catch (RuntimeException e) {
                throw new EmulationError("cannot decode: " + lines.get(i), e);
            }
        }
        return new Module(
                entry,
                new Linker(slots, decoded).code(),
                List.copyOf(lines),
                slots,
                List.copyOf(parameters),
                sharedBytes,
                constants.toByteArray());
    }

    private static Line guarded(Instruction instruction, int predicate, boolean unless) {
        if (instruction.waits()) {
            throw new EmulationError("a barrier under a predicate may wait for ever");
        }
        return new Line(instruction, predicate, unless);
    }
}
