package tns.repl;

import static tns.syntax.grammar.TnsLexer.*;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.antlr.v4.runtime.Token;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;
import tns.Interpreter;
import tns.lang.Function;
import tns.op.Callable;
import tns.op.Members;
import tns.op.Op;
import tns.op.Parameter;
import tns.op.Properties;
import tns.op.Tuple;
import tns.plot.Figure;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * What could be typed at the cursor: names and keywords, the members of the value before a point, the arguments of the
 * call it stands in, files inside a string, commands. All of it is read from the op table, the variables and the lexer.
 */
final class Completion implements Completer {
    /** Up to so many candidates are shown with what they are, one a line. */
    private static final int DESCRIBED = 12;

    private final Interpreter tns;
    private final Commands commands;
    private final Path folder;

    Completion(Interpreter tns, Commands commands, Path folder) {
        this.tns = tns;
        this.commands = commands;
        this.folder = folder;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        Map<String, String> found = at(line.line(), line.cursor());
        found.forEach((text, what) -> candidates.add(new Candidate(
                text, text, null, found.size() <= DESCRIBED && !what.isEmpty() ? what : null, null, null, false)));
    }

    /** Where the word begins that ends at the cursor and completion replaces. */
    static int wordStart(String line, int cursor) {
        String before = line.substring(0, cursor);
        int prefix = Commands.prefixLength(before);
        if (prefix == cursor) {
            return 0;
        }
        List<Token> words = Words.visible(before.substring(prefix));
        int string = openString(words);
        if (string >= 0) {
            return prefix + string;
        }
        boolean name = !words.isEmpty()
                && prefix + words.getLast().getStopIndex() + 1 == cursor
                && (words.getLast().getType() == ID || Words.isKeyword(words.getLast()));
        return name ? prefix + words.getLast().getStartIndex() : cursor;
    }

    /** The texts that may replace the word at the cursor, each with what it is, in order. */
    Map<String, String> at(String line, int cursor) {
        String before = line.substring(0, cursor);
        int start = wordStart(line, cursor);
        String typed = before.substring(start);
        int prefix = Commands.prefixLength(before);
        Map<String, String> all;
        if (prefix == cursor && prefix > 0) {
            all = commands.summaries();
        } else if (before.startsWith("!")) {
            all = Map.of();
        } else {
            all = inCode(before.substring(prefix, start), typed);
        }
        Map<String, String> fitting = new TreeMap<>();
        String wanted = typed.toLowerCase(Locale.ROOT);
        all.forEach((text, what) -> {
            if (text.toLowerCase(Locale.ROOT).startsWith(wanted)) {
                fitting.put(text, what);
            }
        });
        return fitting;
    }

    private Map<String, String> inCode(String before, String typed) {
        List<Token> words = Words.visible(before);
        if (openString(words) >= 0) {
            return files(typed);
        }
        int last = words.isEmpty() ? -1 : words.getLast().getType();
        return switch (last) {
            case INT, FLOAT, RAW, END_QUOTE -> Map.of();
            case DOT -> members(words);
            case IMPORT, FROM -> modules();
            default -> names(words);
        };
    }

    /** Where the text of a string begins that is still open, or -1. */
    private static int openString(List<Token> words) {
        List<Token> open = new ArrayList<>();
        for (Token word : words) {
            switch (word.getType()) {
                case QUOTE, INTERPOLATION -> open.add(word);
                case END_QUOTE, INTERPOLATION_END -> {
                    if (!open.isEmpty()) {
                        open.removeLast();
                    }
                }
                case UNKNOWN -> {
                    if (word.getText().equals("'")) {
                        return word.getStartIndex() + 1;
                    }
                }
                default -> {}
            }
        }
        return !open.isEmpty() && open.getLast().getType() == QUOTE
                ? open.getLast().getStopIndex() + 1
                : -1;
    }

    private Map<String, String> files(String typed) {
        int slash = typed.lastIndexOf('/') + 1;
        Map<String, String> found = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.resolve(typed.substring(0, slash)))) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!name.startsWith(".")) {
                    found.put(typed.substring(0, slash) + name + (Files.isDirectory(entry) ? "/" : ""), "");
                }
            }
        } catch (IOException | InvalidPathException _) {
            // no such folder: nothing to offer
        }
        return found;
    }

    private Map<String, String> modules() {
        Map<String, String> found = new TreeMap<>();
        files("").keySet().stream()
                .filter(name -> name.endsWith(".tns"))
                .forEach(name -> found.put(name.substring(0, name.length() - ".tns".length()), ""));
        return found;
    }

    private Map<String, String> names(List<Token> words) {
        Map<String, String> found = new TreeMap<>();
        Words.keywords().forEach(word -> found.put(word, "keyword"));
        tns.ops().names().forEach(name -> found.put(name, about(tns.ops().get(name))));
        tns.names().forEach(name -> found.put(name, about(tns.get(name))));
        found.putAll(arguments(words));
        return found;
    }

    private static String about(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Op op -> op.doc();
            default -> Summary.type(value) + "  " + Summary.content(value);
        };
    }

    /** The names of the arguments that the call around the cursor still takes, where an argument begins. */
    private Map<String, String> arguments(List<Token> words) {
        Set<String> given = new HashSet<>();
        int depth = 0;
        int i = words.size() - 1;
        if (i < 0 || words.get(i).getType() != LPAREN && words.get(i).getType() != COMMA) {
            return Map.of();
        }
        for (; i >= 0; i--) {
            int type = words.get(i).getType();
            if (type == RPAREN || type == RBRACKET || type == RBRACE) {
                depth++;
            } else if (type == LPAREN || type == LBRACKET || type == LBRACE) {
                if (--depth < 0) {
                    break;
                }
            } else if (type == ASSIGN && depth == 0 && i > 0) {
                given.add(words.get(i - 1).getText());
            }
        }
        if (i < 1 || words.get(i).getType() != LPAREN || words.get(i - 1).getType() != ID) {
            return Map.of();
        }
        Map<String, String> found = new TreeMap<>();
        parameters(value(words.get(i - 1).getText())).forEach((name, what) -> {
            if (!given.contains(name)) {
                found.put(name + "=", what);
            }
        });
        return found;
    }

    private static Map<String, String> parameters(@Nullable Object callee) {
        Map<String, String> found = new TreeMap<>();
        switch (callee) {
            case Op op ->
                op.signatures()
                        .forEach(form -> form.parameters().stream()
                                .filter(p -> !p.rest())
                                .forEach(p -> found.put(
                                        p.name(), "argument: " + p.kind().words())));
            case Function fn -> fn.parameterNames().forEach(name -> found.put(name, "argument"));
            case null, default -> {}
        }
        return found;
    }

    private @Nullable Object value(String name) {
        Object own = tns.get(name);
        return own == null ? tns.ops().find(name) : own;
    }

    private Map<String, String> members(List<Token> words) {
        int dot = words.size() - 1;
        if (dot < 1) {
            return Map.of();
        }
        Object receiver = receiver(words, dot);
        Map<String, String> found = new TreeMap<>();
        for (Op op : tns.ops().ops()) {
            if (takesFirst(op, receiver)) {
                found.put(op.name(), op.doc());
                op.aliases().forEach(alias -> found.put(alias, op.doc()));
            }
        }
        for (String name : tns.names()) {
            if (tns.get(name) instanceof Callable callable) {
                found.put(name, about(callable));
            }
        }
        if (receiver instanceof Members object) {
            object.memberNames().forEach(name -> found.put(name, about(object.member(name))));
        } else if (receiver instanceof Tuple tuple) {
            tuple.names().forEach(name -> found.put(name, ""));
        } else if (receiver == null || receiver instanceof Tensor || receiver instanceof Param) {
            Properties.NAMES.forEach(name -> found.put(name, "property"));
        }
        return found;
    }

    /** The value before the point if it is a variable, a member of one, or a string; null when it is not known. */
    private @Nullable Object receiver(List<Token> words, int dot) {
        Token before = words.get(dot - 1);
        if (before.getType() == RAW || before.getType() == END_QUOTE) {
            return "";
        }
        if (before.getType() != ID) {
            return null;
        }
        if (dot < 2 || words.get(dot - 2).getType() != DOT) {
            return tns.get(before.getText());
        }
        Object owner = receiver(words, dot - 2);
        return owner instanceof Members object
                ? object.member(before.getText())
                : owner == null ? null : Properties.get(owner, before.getText());
    }

    /** Whether {@code value.op()} may make sense; null stands for any value. */
    private static boolean takesFirst(Op op, @Nullable Object value) {
        return value instanceof Figure && op.name().equals("save")
                || op.signatures().stream()
                        .flatMap(form -> form.parameters().stream().limit(1))
                        .anyMatch(first -> accepts(first, value));
    }

    private static boolean accepts(Parameter first, @Nullable Object value) {
        boolean addsToFigure =
                first.name().equals("figure") || first.rest() && first.name().equals("data");
        return switch (value) {
            case null -> true;
            case Figure _ -> addsToFigure;
            case Object _ when first.name().equals("figure") -> false;
            default ->
                switch (first.kind()) {
                    case TENSOR, OPERAND ->
                        value instanceof Tensor || value instanceof Param || value instanceof Number;
                    case TENSORS, INTS -> value instanceof Tuple;
                    case INT, FLOAT, NUMBER -> value instanceof Number;
                    case BOOL -> value instanceof Boolean;
                    case STRING -> value instanceof String;
                    case FUNCTION -> value instanceof Callable;
                    case ANY -> !(value instanceof Number || value instanceof Boolean);
                    case DTYPE, DEVICE -> false;
                };
        };
    }
}
