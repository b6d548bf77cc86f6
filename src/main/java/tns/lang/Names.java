package tns.lang;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The names that a stretch of a program reads before it sets them, and those that it sets; as {@link Node#isSteady} says. */
final class Names {
    private final Map<String, Variable> read = new LinkedHashMap<>();
    private final Map<String, Variable> set = new LinkedHashMap<>();
    /** Names that are read first and set then: what one turn sets the next one reads. */
    private final List<String> carried = new ArrayList<>();

    /** Names that methods are called by, which may stand for functions. */
    private final Map<String, Variable> methods = new LinkedHashMap<>();

    /** Names of parameters that are given other values: {@code w -= …}. */
    private final Map<String, Variable> augmented = new LinkedHashMap<>();

    private final boolean inFunction;
    private int calls;

    Names() {
        this(false);
    }

    /** @param inFunction whether they are those of a function, which are gone when it is over */
    Names(boolean inFunction) {
        this.inFunction = inFunction;
    }

    /** Whether what is read may decide what is set: not where somebody asks for it afterwards. */
    boolean mayBranch() {
        return inFunction;
    }

    private static String key(Variable v) {
        return v.getClass().getSimpleName() + " " + v.name();
    }

    static boolean areSteady(Names names, Node... nodes) {
        for (Node node : nodes) {
            if (!node.isSteady(names)) {
                return false;
            }
        }
        return true;
    }

    void reads(Variable v) {
        if (!set.containsKey(key(v))) {
            read.putIfAbsent(key(v), v);
        }
    }

    /** A name of a method: what it stands for counts if it can be called. */
    void mayCall(Variable v) {
        if (!set.containsKey(key(v))) {
            methods.putIfAbsent(key(v), v);
        }
    }

    List<Variable> methods() {
        return List.copyOf(methods.values());
    }

    /** A name is set; whether that is one of its own frame or file. */
    boolean sets(Variable v) {
        if (read.containsKey(key(v))) {
            carried.add(key(v));
        }
        set.putIfAbsent(key(v), v);
        return v instanceof Variable.Local || v instanceof Variable.Celled || v instanceof Variable.Global;
    }

    /** What the name stands for is to be a parameter, which is given another value; whether that may be. */
    boolean augments(Variable v) {
        reads(v);
        augmented.put(key(v), v);
        return !inFunction && !set.containsKey(key(v));
    }

    List<Variable> augmented() {
        return List.copyOf(augmented.values());
    }

    void calls() {
        calls++;
    }

    /** How many calls there are. */
    int count() {
        return calls;
    }

    /** Whether all that is set belongs to the frame itself: a function sets nothing else. */
    boolean setsOwn() {
        return set.values().stream().noneMatch(Variable.Global.class::isInstance);
    }

    /** Whether the next turn does not read what one sets. */
    boolean repeats() {
        return carried.isEmpty();
    }

    /** Whether one of these is read. */
    boolean readsAny(Set<String> others) {
        return read.values().stream().anyMatch(v -> others.contains(v.name()));
    }

    List<Variable> read() {
        return List.copyOf(read.values());
    }

    List<Variable> set() {
        return List.copyOf(set.values());
    }
}
