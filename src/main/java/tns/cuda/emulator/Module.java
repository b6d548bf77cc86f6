package tns.cuda.emulator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The one kernel of a PTX text, decoded. */
public final class Module {
    private final String entry;
    private final Instruction[] code;
    private final List<String> lines;
    private final Slots slots;
    private final List<Integer> parameters;
    private final int sharedBytes;
    private final byte[] constants;
    private final boolean waits;
    private final boolean asksWhatIsSet;

    /**
     * A kernel.
     *
     * @param code what to run
     * @param lines the text of each instruction, for messages
     * @param slots where its values stand
     * @param parameters the size in bytes of each parameter
     * @param sharedBytes what a block has of shared memory
     * @param constants the constant memory
     */
    Module(
            String entry,
            Instruction[] code,
            List<String> lines,
            Slots slots,
            List<Integer> parameters,
            int sharedBytes,
            byte[] constants) {
        this.entry = entry;
        this.code = code;
        this.lines = lines;
        this.slots = slots;
        this.parameters = parameters;
        this.sharedBytes = sharedBytes;
        this.constants = constants;
        boolean anyWaits = false;
        boolean anyAsks = false;
        for (Instruction instruction : code) {
            anyWaits |= instruction.waits();
            anyAsks |= instruction.operation == Operation.CHECK;
        }
        waits = anyWaits;
        asksWhatIsSet = anyAsks;
    }

    /** Decodes a text; each distinct one only once. */
    public static final class Cache {
        private final Map<String, Module> modules = new HashMap<>();

        /**
         * The module of a text.
         *
         * @throws EmulationError for what the emulator does not know, which includes every mistake
         */
        public synchronized Module of(String text) {
            return modules.computeIfAbsent(text, t -> new Parser(t).module());
        }
    }

    /** The name of the kernel. */
    public String entry() {
        return entry;
    }

    Instruction[] code() {
        return code;
    }

    List<String> lines() {
        return lines;
    }

    Slots slots() {
        return slots;
    }

    List<Integer> parameters() {
        return parameters;
    }

    int sharedBytes() {
        return sharedBytes;
    }

    byte[] constants() {
        return constants;
    }

    /** Whether threads of a block wait for each other. */
    boolean waits() {
        return waits;
    }

    /** Whether some register may be read before it is set, so that threads must remember which are. */
    boolean asksWhatIsSet() {
        return asksWhatIsSet;
    }
}
