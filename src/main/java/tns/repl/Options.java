package tns.repl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words of a command line, read by a table of options: {@code --trace}, {@code -e CODE}, {@code --device=cuda}. The
 * first word that is none, or {@code --}, ends them.
 */
final class Options {
    private final Map<String, String> given = new HashMap<>();
    private final List<String> rest = new ArrayList<>();

    /**
     * One option.
     *
     * @param names as they are typed, shortest first
     * @param value what follows, in capitals, or null if nothing does
     * @param description one line for users
     */
    record Option(List<String> names, @Nullable String value, String description) {
        static Option of(String name, @Nullable String value, String description) {
            return new Option(List.of(name), value, description);
        }

        private String key() {
            return names.getLast();
        }

        private String title() {
            String title = String.join(", ", names);
            return value == null ? title : title + " " + value;
        }
    }

    /** What is wrong with the words, as a sentence for users. */
    static final class WrongUsage extends Exception {
        private static final long serialVersionUID = 1;

        WrongUsage(String message) {
            super(message);
        }
    }

    /** Reads {@code words}, whose options must be among {@code known}; of one given twice the last counts. */
    Options(List<Option> known, List<String> words) throws WrongUsage {
        int at = 0;
        while (at < words.size()
                && words.get(at).startsWith("-")
                && words.get(at).length() > 1) {
            String word = words.get(at++);
            if (word.equals("--")) {
                break;
            }
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String name = equals < 0 ? word : word.substring(0, equals);
            Option option = find(known, name);
            if (option == null) {
                throw new WrongUsage("there is no option " + name);
            }
            if (option.value == null) {
                if (equals >= 0) {
                    throw new WrongUsage(name + " takes no value");
                }
                given.put(option.key(), "");
            } else if (equals >= 0) {
                given.put(option.key(), word.substring(equals + 1));
            } else if (at < words.size()) {
                given.put(option.key(), words.get(at++));
            } else {
                throw new WrongUsage(option.title() + ": the " + option.value + " is missing");
            }
        }
        rest.addAll(words.subList(at, words.size()));
    }

    private static @Nullable Option find(List<Option> known, String name) {
        for (Option option : known) {
            if (option.names.contains(name)) {
                return option;
            }
        }
        return null;
    }

    boolean has(Option option) {
        return given.containsKey(option.key());
    }

    /** The value given, or null. */
    @Nullable
    String value(Option option) {
        return given.get(option.key());
    }

    /** The whole number above 0 given, or {@code otherwise}. */
    int count(Option option, int otherwise) throws WrongUsage {
        String text = given.get(option.key());
        if (text == null) {
            return otherwise;
        }
        try {
            int count = Integer.parseInt(text);
            if (count > 0) {
                return count;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new WrongUsage(option.title() + ": " + text + " is not a whole number above 0");
    }

    /** The number given, or {@code otherwise}. */
    double number(Option option, double otherwise) throws WrongUsage {
        String text = given.get(option.key());
        if (text == null) {
            return otherwise;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            throw new WrongUsage(option.title() + ": " + text + " is not a number");
        }
    }

    /** The words after the options. */
    List<String> rest() {
        return rest;
    }

    /** Refuses words after the options. */
    void noneElse() throws WrongUsage {
        if (!rest.isEmpty()) {
            throw new WrongUsage("what is " + rest.getFirst() + "?");
        }
    }

    /** The lines of a help text on these options. */
    static String help(List<Option> options) {
        int width = 0;
        for (Option option : options) {
            width = Math.max(width, option.title().length());
        }
        StringBuilder text = new StringBuilder();
        for (Option option : options) {
            String title = option.title();
            text.append("  ")
                    .append(title)
                    .append(" ".repeat(width - title.length() + 2))
                    .append(option.description)
                    .append('\n');
        }
        return text.toString();
    }
}
