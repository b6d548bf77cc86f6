package tns.cuda.emulator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The one kernel of a PTX text, decoded.
 *
 * @param instructions in order
 * @param lines the text of each, for messages
 * @param registerNames by number
 * @param parameters the size in bytes of each parameter
 * @param sharedBytes what a block has of shared memory
 * @param constants the constant memory
 */
public record Module(
        String entry,
        List<Instruction> instructions,
        List<String> lines,
        List<String> registerNames,
        List<Integer> parameters,
        int sharedBytes,
        byte[] constants) {
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

    int registerCount() {
        return registerNames.size();
    }

    String registerName(int register) {
        return registerNames.get(register);
    }
}
