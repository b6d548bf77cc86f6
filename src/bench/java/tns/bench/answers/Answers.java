package tns.bench.answers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Compares calls with libtorch: results by dtype, shape and value, and the gradients of their weighted sum. What libtorch
 * refuses, as gradients of some ops, is not compared.
 */
public final class Answers {
    private static final Path CALLS = Path.of("src", "bench", "calls.txt");
    /** A line that gives an input a name. */
    public static final Pattern INPUT = Pattern.compile("(\\w+) = (.+)");

    /** Between a call of tns and the one of libtorch that it is compared with, where their texts differ. */
    private static final String OTHERWISE = " ~ ";

    /** Characters of an answer that are shown. */
    private static final int SHOWN = 300;

    private Answers() {}

    /** Prints what disagrees among the calls that have one of the words, or among all, and how many there were. */
    public static void run(List<String> words) throws IOException {
        TnsSide tns = new TnsSide();
        int agreed = 0;
        int refused = 0;
        int alone = 0;
        int others = 0;
        Map<String, Answer.Values> inputs = Map.of();
        Map<String, List<Integer>> sizes = Map.of();
        for (String line : Files.readAllLines(CALLS)) {
            var input = INPUT.matcher(line);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (input.matches()) {
                tns.input(input.group(1), input.group(2));
                inputs = tns.values();
                sizes = tns.sizes();
                continue;
            }
            if (!words.isEmpty() && words.stream().noneMatch(line::contains)) {
                continue;
            }
            String[] sides = line.split(OTHERWISE);
            Answer own = tns.answer(sides[0]);
            Answer theirs = TorchSide.answer(sides[sides.length - 1], inputs, sizes);
            if (theirs.hasFailed()) {
                refused += own.hasFailed() ? 1 : 0;
                alone += own.hasFailed() ? 0 : 1;
            } else if (!own.agrees(theirs)) {
                others++;
                System.out.println(line + "\n  tns       " + shown(own) + "\n  libtorch  " + shown(theirs));
            } else {
                agreed++;
            }
        }
        System.out.println(agreed + " calls agree, " + others + " differ, " + refused + " are refused by both, " + alone
                + " by libtorch alone");
    }

    private static String shown(Answer answer) {
        String text = answer.toString();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + " …";
    }

    /** Whether the call has the name among its words. */
    public static boolean names(String call, String name) {
        return Pattern.compile("\\b" + name + "\\b").matcher(call).find();
    }
}
