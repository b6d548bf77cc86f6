package tns.syntax;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import tns.syntax.grammar.TnsParserBaseVisitor;

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
    private final Set<String> turning = new HashSet<>();
    private int slotCount;

    /** How many loops of this scope are open around the construct being built. */
    int loops;

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

    /**
     * Makes {@code name} mean a variable of its own until {@link #rename} undoes it, such as a comprehension's; {@code
     * readers} is the code that sees it. Returns what the name was renamed to before.
     */
    @Nullable
    String hide(String name, int line, List<? extends ParseTree> readers) {
        readers.forEach(this::noteInner);
        String hidden = name + "'" + slotCount;
        declare(hidden, line);
        return renamed.put(name, hidden);
    }

    /**
     * Prepares {@code name} for a loop with this body: a file-level name that functions made in the body mention becomes
     * a fresh variable at each turn. Returns what the name was renamed to before.
     */
    @Nullable
    String beginTurn(String name, int line, ParseTree body) {
        if (!isFile() || !mentionedByInner(body, false, new HashSet<>()).contains(name)) {
            return renamed.get(name);
        }
        String before = hide(name, line, List.of(body));
        turning.add(renamed.get(name));
        return before;
    }

    void rename(String name, @Nullable String hidden) {
        if (hidden == null) {
            renamed.remove(name);
        } else {
            renamed.put(name, hidden);
        }
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

    /** Notes every name that a function inside {@code tree} mentions: locals of that name live in cells. */
    void noteInner(ParseTree tree) {
        mentionedByInner(tree, false, mentionedInside);
    }

    private static Set<String> mentionedByInner(ParseTree tree, boolean inside, Set<String> names) {
        if (tree instanceof TerminalNode leaf) {
            if (inside && leaf.getSymbol().getType() == TnsParser.ID) {
                names.add(leaf.getText());
            }
            return names;
        }
        boolean function = inside
                || tree instanceof TnsParser.FunctionDefinitionContext
                || tree instanceof TnsParser.ModelDefinitionContext
                || tree instanceof TnsParser.AnonymousFunctionContext
                || tree instanceof TnsParser.LambdaContext
                || tree instanceof TnsParser.MethodContext;
        for (int i = 0; i < tree.getChildCount(); i++) {
            mentionedByInner(tree.getChild(i), function, names);
        }
        return names;
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
            if (!inCell(own)) {
                return new Variable.Local(span, name, slot, line);
            }
            Variable.Celled celled = new Variable.Celled(span, name, slot, line);
            return turning.contains(own) ? new Variable.Turning(celled, file(name, span)) : celled;
        }
        if (outer != null && outer.resolves(name)) {
            return new Variable.Captured(span, name, capture(name), outer.line(name));
        }
        return file(name, span);
    }

    private Variable.Global file(String name, Span span) {
        return new Variable.Global(span, name, globals, ops.find(name));
    }

    /** The variable an assignment to {@code name}, or to a part of it, changes; a function cannot change the file's. */
    Variable target(String name, Span span) {
        Variable variable = variable(name, span);
        return variable instanceof Variable.Global global && !isFile() ? new Variable.ReadOnly(global) : variable;
    }

    /** The variables of that name from here outwards, for a call that skips those that are not callable. */
    List<Variable> candidates(String name, Span span) {
        List<Variable> all = new ArrayList<>();
        Variable nearest = variable(name, span);
        all.add(nearest);
        if (!(nearest instanceof Variable.Global)) {
            all.add(file(name, span));
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
        Scope around = Objects.requireNonNull(outer);
        Integer slot = around.slots.get(around.renamed.getOrDefault(name, name));
        captures.add(
                slot != null ? new Function.Capture(slot, true) : new Function.Capture(around.capture(name), false));
        captured.put(name, captures.size() - 1);
        return captures.size() - 1;
    }

    /** Finds the names a body assigns, outside the functions within it. */
    private static final class Assigned extends TnsParserBaseVisitor<@Nullable Void> {
        private final Map<String, Integer> names = new LinkedHashMap<>();

        private void add(String name, ParserRuleContext at) {
            names.putIfAbsent(name, at.getStart().getLine());
        }

        @Override
        public @Nullable Void visitFunctionDefinition(TnsParser.FunctionDefinitionContext c) {
            add(c.name.getText(), c);
            return null;
        }

        @Override
        public @Nullable Void visitModelDefinition(TnsParser.ModelDefinitionContext c) {
            add(c.name.getText(), c);
            return null;
        }

        @Override
        public @Nullable Void visitAnonymousFunction(TnsParser.AnonymousFunctionContext c) {
            return null;
        }

        @Override
        public @Nullable Void visitArrowLambda(TnsParser.ArrowLambdaContext c) {
            return null;
        }

        @Override
        public @Nullable Void visitFunctionLambda(TnsParser.FunctionLambdaContext c) {
            return null;
        }

        @Override
        public @Nullable Void visitForLoop(TnsParser.ForLoopContext c) {
            c.targets().names.forEach(name -> add(name.getText(), c));
            return visitChildren(c);
        }

        @Override
        public @Nullable Void visitTryCatch(TnsParser.TryCatchContext c) {
            add(c.name.getText(), c);
            return visitChildren(c);
        }

        @Override
        public @Nullable Void visitImportModule(TnsParser.ImportModuleContext c) {
            add(StatementBuilder.boundName(c), c);
            return null;
        }

        @Override
        public @Nullable Void visitImportNames(TnsParser.ImportNamesContext c) {
            c.names.forEach(name -> add(name.getText(), c));
            return null;
        }

        @Override
        public @Nullable Void visitSimpleStatement(TnsParser.SimpleStatementContext c) {
            for (int k = 0; k + 1 < c.sides.size(); k++) {
                c.sides.get(k).expression().forEach(target -> {
                    String name = StatementBuilder.name(target);
                    if (name != null) {
                        add(name, target);
                    }
                });
            }
            return visitChildren(c);
        }
    }
}
