package tns.bench.answers;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The text of a call as TorchScript, in which functions have a prefix, tuples are lists and dtypes are numbers. */
final class Translation {
    private static final Pattern WORD = Pattern.compile("\"[^\"]*\"|(?<![\\w.])[A-Za-z_]\\w*(\\s*\\()?");

    private static final Map<String, String> WORDS = Map.of(
            "true",
            "True",
            "false",
            "False",
            "none",
            "None",
            "inf",
            "float(\"inf\")",
            "float32",
            "6",
            "float64",
            "7",
            "int64",
            "4",
            "bool",
            "11");

    /** Functions that have another name there. */
    private static final Map<String, String> FUNCTIONS = Map.of(
            "solve(", "linalg_solve(",
            "lstsq(", "linalg_lstsq(",
            "eigh(", "linalg_eigh(",
            "eigvalsh(", "linalg_eigvalsh(",
            "lu(", "linalg_lu(",
            "lu_factor(", "linalg_lu_factor(",
            "lu_solve(", "linalg_lu_solve(",
            "householder_product(", "linalg_householder_product(",
            "tensorinv(", "linalg_tensorinv(",
            "tensorsolve(", "linalg_tensorsolve(");

    private Translation() {}

    static String of(String call, Set<String> inputs) {
        return lists(
                WORD.matcher(call).replaceAll(found -> java.util.regex.Matcher.quoteReplacement(word(found, inputs))));
    }

    private static String word(MatchResult found, Set<String> inputs) {
        String word = found.group();
        boolean plain = word.startsWith("\"") || inputs.contains(word);
        return plain
                ? word
                : word.endsWith("(") ? "torch." + FUNCTIONS.getOrDefault(word, word) : WORDS.getOrDefault(word, word);
    }

    /** A parenthesis that does not follow a name opens a tuple. */
    private static String lists(String text) {
        StringBuilder out = new StringBuilder();
        Deque<Boolean> open = new ArrayDeque<>();
        for (char c : text.toCharArray()) {
            if (c == '(') {
                boolean call = !out.isEmpty() && Character.isJavaIdentifierPart(out.charAt(out.length() - 1));
                open.push(call);
                out.append(call ? '(' : '[');
            } else if (c == ')') {
                out.append(open.pop() ? ')' : ']');
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
