package tns.syntax;

import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;
import tns.error.Span;
import tns.lang.Access;
import tns.lang.Assignment;
import tns.lang.Binary;
import tns.lang.Calls;
import tns.lang.Control;
import tns.lang.Imports;
import tns.lang.Node;
import tns.lang.Place;
import tns.lang.Sign;
import tns.lang.Values;
import tns.lang.Variable;
import tns.syntax.grammar.TnsParser;

/** Builds statements: assignments, loops, early exits and imports. */
final class StatementBuilder extends NodeBuilder {
    StatementBuilder(AstBuilder tree) {
        super(tree);
    }

    /** Statements in turn. */
    Node all(Span span, List<TnsParser.StatementContext> statements) {
        List<Node> nodes = new ArrayList<>();
        statements.forEach(s -> nodes.add(line(visit(s))));
        return nodes.size() == 1 ? nodes.getFirst() : new Control.Block(span, nodes);
    }

    @Override
    public Node visitFunctionDefinition(TnsParser.FunctionDefinitionContext c) {
        return tree.definitions.named(c);
    }

    @Override
    public Node visitModelDefinition(TnsParser.ModelDefinitionContext c) {
        return tree.definitions.model(c);
    }

    // --- imports

    @Override
    public Node visitImportModule(TnsParser.ImportModuleContext c) {
        return new Imports.File(span(c), span(c.path), path(c.path), scope().variable(boundName(c), span(c.path)));
    }

    /** The name that {@code import} binds: the alias, or the last part of the path. */
    static String boundName(TnsParser.ImportModuleContext c) {
        if (c.alias != null) {
            return c.alias.getText();
        }
        String path = path(c.path);
        String file = path.substring(path.lastIndexOf('/') + 1);
        return file.endsWith(".tns") ? file.substring(0, file.length() - 4) : file;
    }

    @Override
    public Node visitImportNames(TnsParser.ImportNamesContext c) {
        List<Variable> names = new ArrayList<>();
        c.names.forEach(n -> names.add(scope().variable(n.getText(), span(n))));
        return new Imports.Names(span(c), span(c.path), path(c.path), names);
    }

    private static String path(TnsParser.ModulePathContext c) {
        return c.file != null
                ? LiteralBuilder.raw(c.file.getText())
                : String.join("/", c.names.stream().map(Token::getText).toList());
    }

    // --- loops and early exits

    @Override
    public Node visitForLoop(TnsParser.ForLoopContext c) {
        Node iterable = expression(c.iterable);
        List<Token> names = c.targets().names;
        List<@Nullable String> before = new ArrayList<>();
        names.forEach(n -> before.add(scope().beginTurn(n.getText(), n.getLine(), c.block())));
        List<Variable> targets = new ArrayList<>();
        names.forEach(n -> targets.add(scope().variable(n.getText(), span(n))));
        Node body = loopBody(c.block());
        for (int i = names.size() - 1; i >= 0; i--) {
            scope().rename(names.get(i).getText(), before.get(i));
        }
        return new Control.For(span(c), targets, iterable, body);
    }

    @Override
    public Node visitWhileLoop(TnsParser.WhileLoopContext c) {
        return new Control.While(span(c), expression(c.condition), loopBody(c.block()));
    }

    private Node loopBody(TnsParser.BlockContext c) {
        scope().loops++;
        Node body = block(c);
        scope().loops--;
        return body;
    }

    @Override
    public Node visitReturnStatement(TnsParser.ReturnStatementContext c) {
        return new Control.Return(span(c), c.value == null ? null : tupleOrOne(c.value));
    }

    @Override
    public Node visitBreakStatement(TnsParser.BreakStatementContext c) {
        return leave(c, true);
    }

    @Override
    public Node visitContinueStatement(TnsParser.ContinueStatementContext c) {
        return leave(c, false);
    }

    private Node leave(ParserRuleContext c, boolean loop) {
        if (scope().loops == 0) {
            throw wrong(span(c), c.getText() + ": there is no loop around it", "return leaves a function");
        }
        return new Control.Leave(span(c), loop);
    }

    // --- expressions and assignments

    private Node tupleOrOne(TnsParser.ExpressionsContext c) {
        return c.expression().size() == 1
                ? expression(c.expression(0))
                : new Values.TupleOf(span(c), expressions(c.expression()));
    }

    @Override
    public Node visitSimpleStatement(TnsParser.SimpleStatementContext c) {
        if (c.sides.size() == 1) {
            TnsParser.ExpressionsContext only = c.sides.getFirst();
            // A block construct that stands as a statement hands an early exit on as it is.
            return only.expression().size() == 1 ? tree.expressions.visit(only.expression(0)) : tupleOrOne(only);
        }
        if (c.assignment(0).ASSIGN() == null) {
            return augmented(c);
        }
        Node value = tupleOrOne(c.sides.getLast());
        TnsParser.ExpressionsContext first = c.sides.getFirst();
        String name = first.expression().size() == 1 ? name(first.expression(0)) : null;
        if (c.sides.size() == 2 && name != null) {
            return new Assignment.Name(span(c), scope().target(name, span(first)), value);
        }
        List<List<Place>> targets = new ArrayList<>();
        for (int i = 0; i + 1 < c.sides.size(); i++) {
            if (c.assignment(i).ASSIGN() == null) {
                throw wrong(
                        span(c.assignment(i)),
                        c.assignment(i).getText() + ": cannot stand in a chain of =",
                        "write two statements");
            }
            targets.add(places(c.sides.get(i).expression()));
        }
        if (targets.size() == 1 && targets.getFirst().size() == 1) {
            return new Assignment.One(span(c), targets.getFirst().getFirst(), value);
        }
        return new Assignment.Several(span(c), targets, value);
    }

    private Node augmented(TnsParser.SimpleStatementContext c) {
        String sign = c.assignment(0).getText();
        List<TnsParser.ExpressionContext> left = c.sides.getFirst().expression();
        if (c.sides.size() > 2 || left.size() != 1) {
            throw wrong(
                    span(c),
                    sign + ": changes one place at a time",
                    "write one statement for each place, on lines or with ;");
        }
        Place place = place(left.getFirst());
        Sign operator = ExpressionBuilder.sign(sign.substring(0, sign.length() - 1));
        Binary operation =
                Binary.of(span(c), operator, tree.ops.get(operator.op()), place.shown(), tupleOrOne(c.sides.getLast()));
        return new Assignment.Augmented(span(c), place, operation, sign);
    }

    private List<Place> places(List<TnsParser.ExpressionContext> targets) {
        List<Place> places = new ArrayList<>();
        targets.forEach(e -> places.add(place(e)));
        return places;
    }

    /** A name, or a chain of indexes and members that starts at one. */
    private Place place(TnsParser.ExpressionContext c) {
        List<Node> steps = new ArrayList<>();
        ParserRuleContext root = core(c);
        while (true) {
            if (root instanceof TnsParser.IndexContext i) {
                steps.addFirst(new Access.Index(span(i), expression(i.base), tree.expressions.items(i)));
                root = core(i.base);
            } else if (root instanceof TnsParser.AttributeContext a) {
                steps.addFirst(new Calls.Attribute(span(a), span(a.name), expression(a.object), a.name.getText()));
                root = core(a.object);
            } else {
                break;
            }
        }
        String name = name(root);
        if (name != null) {
            return new Place(span(c), scope().target(name, span(root)), steps);
        }
        if (steps.isEmpty()) {
            throw notAPlace(root);
        }
        return new Place(span(c), value(root), steps);
    }

    private tns.error.ScriptException notAPlace(ParserRuleContext c) {
        if (c instanceof TnsParser.ParenthesizedContext t && LiteralBuilder.isTuple(t)) {
            String names = String.join(
                    ", ", t.expression().stream().map(e -> span(e).text()).toList());
            return wrong(
                    span(c),
                    "assignment: a tuple is not a place",
                    "several names stand without brackets: " + names + " = …");
        }
        if (c instanceof TnsParser.CallContext call) {
            return wrong(
                    span(c),
                    "assignment: a call is not a place",
                    "fn " + span(call).text() + " = … defines a function; == compares");
        }
        return wrong(
                span(c), "assignment: this is not a place", "a name, x[i] and r.f can be assigned to; == compares");
    }

    /** The name that an expression consists of, or null. */
    static @Nullable String name(ParserRuleContext c) {
        return core(c) instanceof TnsParser.NameContext n ? n.getText() : null;
    }

    private Node value(ParserRuleContext core) {
        return core instanceof TnsParser.PrimaryContext ? tree.literals.visit(core) : expression(core);
    }
}
