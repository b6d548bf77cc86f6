package tns.op;

import java.util.ArrayList;
import java.util.List;

/**
 * A call of a doc example taken apart at its tensor literals, so that other tensors can take their places.
 *
 * @param pieces the text before, between and after the literals
 * @param literals the literals, outermost brackets only
 */
record ExampleCall(List<String> pieces, List<String> literals) {
    static ExampleCall of(String call) {
        List<String> pieces = new ArrayList<>();
        List<String> literals = new ArrayList<>();
        int done = 0;
        for (int i = 0; i < call.length(); i++) {
            if (call.charAt(i) == '"') {
                i = call.indexOf('"', i + 1);
            } else if (call.charAt(i) == '[' && startsValue(call, i)) {
                int end = closing(call, i);
                pieces.add(call.substring(done, i));
                literals.add(call.substring(i, end + 1));
                done = end + 1;
                i = end;
            }
        }
        pieces.add(call.substring(done));
        return new ExampleCall(pieces, literals);
    }

    /** Whether a bracket at {@code at} begins a tensor; after a value it would be an index. */
    private static boolean startsValue(String call, int at) {
        int before = at - 1;
        while (before >= 0 && call.charAt(before) == ' ') {
            before--;
        }
        return before < 0 || "(,=>+-*/@".indexOf(call.charAt(before)) >= 0;
    }

    private static int closing(String call, int open) {
        int depth = 0;
        for (int i = open; ; i++) {
            depth += call.charAt(i) == '[' ? 1 : call.charAt(i) == ']' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
    }

    /** The call with literal {@code k} replaced. */
    String with(int k, String replacement) {
        List<String> changed = new ArrayList<>(literals);
        changed.set(k, replacement);
        return with(changed);
    }

    /** The call with other texts for all its literals. */
    String with(List<String> replacements) {
        StringBuilder text = new StringBuilder(pieces.getFirst());
        for (int i = 0; i < replacements.size(); i++) {
            text.append(replacements.get(i)).append(pieces.get(i + 1));
        }
        return text.toString();
    }
}
