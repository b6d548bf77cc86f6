package tns.syntax;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;
import tns.error.Span;
import tns.lang.Function;
import tns.lang.Namespace;
import tns.lang.Variable;
import tns.op.OpTable;
import tns.syntax.grammar.TnsParser;

/**
 * The names of one function, model, lambda or file while its tree is built: decided from the text alone, which variable a
 * name means and in which slot it lives.
 */
final class Scope {
    private final @Nullable Scope outer;
    private final Namespace globals;
    private final OpTable ops;
    private final Map<String, Integer> slots = new LinkedHashMap<>();
    private final Map<String, Integer> assignedLines = new HashMap<>();
    private final Set<String> mentionedInside = new HashSet<>();
    private final List<Function.Capture> captures = new ArrayList<>();
    private final Map<String, Integer> captured = new HashMap<>();
    private final Map<String, String> renamed = new HashMap<>();
    private int slotCount;

    private Scope(@Nullable Scope outer, Namespace globals, OpTable ops) {
        this.outer = outer;
        this.globals = globals;
        this.ops = ops;
    }

    /** The scope of a file: its names are file-level variables. */
    static Scope file(Namespace globals, OpTable ops) {
        return new Scope(null, globals, ops);
    }

    /** The scope of a function inside this one. */
    Scope inner() {
        return new Scope(this, globals, ops);
    }

    boolean isFile() {
        return outer == null;
    }

    int slotCount() {
        return slotCount;
    }

    List<Function.Capture> captures() {
        return captures;
    }

    /** Makes {@code name} a local of this scope; {@code line} is where it is first assigned. */
    void declare(String name, int line) {
        if (!slots.containsKey(name)) {
            slots.put(name, slotCount++);
            assignedLines.put(name, line);
        }
    }

    /** Makes a name that only the code inside {@code body} sees, such as a comprehension's variable. */
    String hide(String name, int line) {
        String hidden = name + "'" + slotCount;
        declare(hidden, line);
        return hidden;
    }

    @Nullable
    String rename(String name, @Nullable String hidden) {
        return hidden == null ? renamed.remove(name) : renamed.put(name, hidden);
    }

    /** Declares every name that {@code body} assigns and no surrounding function binds. */
    void declareAssigned(ParseTree body) {
        Assigned found = new Assigned();
        found.visit(body);
        found.names.forEach((name, line) -> {
            if (outer == null || !outer.bindsAsFunction(name)) {
                declare(name, line);
            }
        });
    }

    /** Notes every name that a function inside {@code body} mentions: locals of that name live in cells. */
    void noteInner(ParseTree tree, boolean inside) {
        boolean function = inside
                || tree instanceof TnsParser.FunctionDefinitionContext
                || tree instanceof TnsParser.ModelDefinitionContext
                || tree instanceof TnsParser.AnonymousFunctionContext
                || tree instanceof TnsParser.LambdaContext
                || tree instanceof TnsParser.MethodContext;
        if (tree instanceof TerminalNode leaf) {
            if (inside && leaf.getSymbol().getType() == TnsParser.ID) {
                mentionedInside.add(leaf.getText());
            }
            return;
        }
        for (int i = 0; i < tree.getChildCount(); i++) {
            noteInner(tree.getChild(i), function);
        }
    }

    /** Makes every local of this scope live in a cell. */
    void noteAll() {
        mentionedInside.addAll(slots.keySet());
    }

    private boolean bindsAsFunction(String name) {
        return outer != null && (slots.containsKey(name) || outer.bindsAsFunction(name));
    }

    /** Whether a surrounding function or model (not the file) binds the name. */
    boolean boundOutside(String name) {
        return outer != null && outer.bindsAsFunction(name);
    }

    private boolean inCell(String name) {
        return mentionedInside.contains(name) || mentionedInside.contains(name.replaceAll("'\\d+$", ""));
    }

    /** The variable that {@code name} means here. */
    Variable variable(String name, Span span) {
        String own = renamed.getOrDefault(name, name);
        Integer slot = slots.get(own);
        if (slot != null) {
            int line = assignedLines.getOrDefault(own, 0);
            return inCell(own)
                    ? new Variable.Celled(span, name, slot, line)
                    : new Variable.Local(span, name, slot, line);
        }
        if (outer != null && outer.resolves(name)) {
            return new Variable.Captured(span, name, capture(name), outer.line(name));
        }
        return new Variable.Global(span, name, globals, ops.find(name));
    }

    /** The variables of that name from here outwards, for a call that skips those that are not callable. */
    List<Variable> candidates(String name, Span span) {
        List<Variable> all = new ArrayList<>();
        Variable nearest = variable(name, span);
        all.add(nearest);
        if (!(nearest instanceof Variable.Global)) {
            all.add(new Variable.Global(span, name, globals, ops.find(name)));
        }
        return all;
    }

    private boolean resolves(String name) {
        return slots.containsKey(renamed.getOrDefault(name, name)) || outer != null && outer.resolves(name);
    }

    private int line(String name) {
        String own = renamed.getOrDefault(name, name);
        return slots.containsKey(own) || outer == null ? assignedLines.getOrDefault(own, 0) : outer.line(name);
    }

    private int capture(String name) {
        Integer known = captured.get(name);
        if (known != null) {
            return known;
        }
        Scope around = java.util.Objects.requireNonNull(outer);
        Integer slot = around.slots.get(around.renamed.getOrDefault(name, name));
        captures.add(
                slot != null ? new Function.Capture(slot, true) : new Function.Capture(around.capture(name), false));
        captured.put(name, captures.size() - 1);
        return captures.size() - 1;
    }

    /** Finds the names a body assigns, outside the functions within it. */
    private static final class Assigned {
        private final Map<String, Integer> names = new LinkedHashMap<>();

        void visit(ParseTree tree) {
            switch (tree) {
                case TnsParser.FunctionDefinitionContext f -> add(f.name.getText(), f);
                case TnsParser.ModelDefinitionContext m -> add(m.name.getText(), m);
                case TnsParser.AnonymousFunctionContext f -> {}
                case TnsParser.LambdaContext l -> {}
                default -> {
                    named(tree);
                    for (int i = 0; i < tree.getChildCount(); i++) {
                        visit(tree.getChild(i));
                    }
                }
            }
        }

        private void named(ParseTree tree) {
            switch (tree) {
                case TnsParser.ForLoopContext f -> f.targets().names.forEach(t -> add(t.getText(), f));
                case TnsParser.TryCatchContext t -> add(t.name.getText(), t);
                case TnsParser.ImportModuleContext i -> {
                    if (i.alias != null) {
                        add(i.alias.getText(), i);
                    } else if (!i.path.names.isEmpty()) {
                        add(i.path.names.getLast().getText(), i);
                    }
                }
                case TnsParser.ImportNamesContext i -> i.names.forEach(n -> add(n.getText(), i));
                case TnsParser.SimpleStatementContext s -> {
                    for (int k = 0; k + 1 < s.sides.size(); k++) {
                        s.sides.get(k).expression().forEach(e -> {
                            String name = AstBuilder.rootName(e);
                            if (name != null) {
                                add(name, e);
                            }
                        });
                    }
                }
                default -> {}
            }
        }

        private void add(String name, ParserRuleContext at) {
            names.putIfAbsent(name, at.getStart().getLine());
        }
    }
}
