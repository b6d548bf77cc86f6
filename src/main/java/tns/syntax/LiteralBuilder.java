package tns.syntax;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;
import tns.error.Span;
import tns.lang.Control;
import tns.lang.Node;
import tns.lang.Values;
import tns.lang.Variable;
import tns.op.None;
import tns.syntax.grammar.TnsParser;

/** Builds what stands for a value by itself: literals, names, strings, containers, comprehensions and block values. */
final class LiteralBuilder extends NodeBuilder {
    LiteralBuilder(AstBuilder tree) {
        super(tree);
    }

    @Override
    public Node visitInteger(TnsParser.IntegerContext c) {
        try {
            return new Values.Constant(span(c), Long.parseLong(c.getText().replace("_", "")));
        } catch (NumberFormatException tooLarge) {
            throw wrong(span(c), "int: this one does not fit 64 bits", "a float does, rounded: " + c.getText() + ".0");
        }
    }

    @Override
    public Node visitFloating(TnsParser.FloatingContext c) {
        return new Values.Constant(span(c), Double.parseDouble(c.getText().replace("_", "")));
    }

    @Override
    public Node visitTrueValue(TnsParser.TrueValueContext c) {
        return new Values.Constant(span(c), true);
    }

    @Override
    public Node visitFalseValue(TnsParser.FalseValueContext c) {
        return new Values.Constant(span(c), false);
    }

    @Override
    public Node visitNoneValue(TnsParser.NoneValueContext c) {
        return new Values.Constant(span(c), None.NONE);
    }

    @Override
    public Node visitName(TnsParser.NameContext c) {
        return scope().variable(c.getText(), span(c));
    }

    // --- strings

    @Override
    public Node visitRawString(TnsParser.RawStringContext c) {
        return new Values.Constant(span(c), raw(c.getText()));
    }

    /** The text between single quotes, where a backslash only keeps a quote from ending it. */
    static String raw(String quoted) {
        return quoted.substring(1, quoted.length() - 1).replace("\\'", "'");
    }

    @Override
    public Node visitString(TnsParser.StringContext c) {
        return text(span(c), c.stringPart());
    }

    private Node text(Span span, List<TnsParser.StringPartContext> contexts) {
        List<Values.TextPart> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (TnsParser.StringPartContext part : contexts) {
            if (part instanceof TnsParser.TextPartContext) {
                literal.append(part.getText());
            } else if (part instanceof TnsParser.ValuePartContext v) {
                if (v.echo != null) {
                    literal.append(span(v.expression()).text()).append('=');
                }
                String format = v.SPEC() == null ? "" : v.SPEC().getText();
                parts.add(new Values.TextPart(literal.toString(), expression(v.expression()), format));
                literal.setLength(0);
            } else if (part instanceof TnsParser.EscapePartContext e) {
                literal.append(escape(e));
            } else if (part instanceof TnsParser.BracesPartContext) {
                literal.append(part.getText().charAt(0));
            } else {
                throw forgotten(part);
            }
        }
        if (parts.isEmpty()) {
            return new Values.Constant(span, literal.toString());
        }
        parts.add(new Values.TextPart(literal.toString(), null, ""));
        return new Values.Text(span, parts);
    }

    private String escape(TnsParser.EscapePartContext c) {
        return switch (c.getText().charAt(1)) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'e' -> "\u001b";
            case '0' -> "\0";
            case '\\', '"', '\'', '{', '}' -> c.getText().substring(1);
            default ->
                throw wrong(
                        span(c),
                        "string: unknown escape " + c.getText(),
                        "\\n \\t \\r \\e \\0 \\\\ \\\" \\{ \\} are known; a string in single quotes is raw: '\\d'");
        };
    }

    // --- containers

    @Override
    public Node visitEmptyTuple(TnsParser.EmptyTupleContext c) {
        return new Values.TupleOf(span(c), List.of());
    }

    @Override
    public Node visitParenthesized(TnsParser.ParenthesizedContext c) {
        if (c.comprehension() != null) {
            return comprehension(span(c), c.expression(0), c.comprehension(), false);
        }
        return isTuple(c) ? new Values.TupleOf(span(c), expressions(c.expression())) : expression(c.expression(0));
    }

    /** Whether the brackets make a tuple, and not just hold a value together. */
    static boolean isTuple(TnsParser.ParenthesizedContext c) {
        return c.comma != null || c.expression().size() > 1;
    }

    @Override
    public Node visitEmptyTensor(TnsParser.EmptyTensorContext c) {
        return new Values.TensorOf(span(c), List.of());
    }

    @Override
    public Node visitTensor(TnsParser.TensorContext c) {
        return c.comprehension() != null
                ? comprehension(span(c), c.expression(0), c.comprehension(), true)
                : new Values.TensorOf(span(c), expressions(c.expression()));
    }

    @Override
    public Node visitRecord(TnsParser.RecordContext c) {
        Map<String, Node> entries = new LinkedHashMap<>();
        for (TnsParser.EntryContext e : c.entry()) {
            if (entries.put(key(e), expression(e.value)) != null) {
                throw wrong(span(e), "record: a second entry is named '" + key(e) + "'");
            }
        }
        return new Values.RecordOf(span(c), entries);
    }

    private String key(TnsParser.EntryContext e) {
        if (e.key != null) {
            return e.key.getText();
        }
        if (e.text != null) {
            return raw(e.text.getText());
        }
        if (text(span(e), e.stringPart()) instanceof Values.Constant constant) {
            return constant.text();
        }
        throw wrong(
                span(e), "record: a key cannot be interpolated", "its names are fixed: {lr: 0.1, \"weight decay\": 0}");
    }

    // --- comprehensions

    /** {@code value for x in xs if condition for …}; its names are seen inside it only. */
    Node comprehension(Span span, TnsParser.ExpressionContext value, TnsParser.ComprehensionContext c, boolean tensor) {
        List<String> names = new ArrayList<>();
        List<@Nullable String> before = new ArrayList<>();
        List<Values.Clause> clauses = new ArrayList<>();
        for (TnsParser.ClauseContext clause : c.clause()) {
            Node iterable = expression(clause.iterable);
            for (Token name : clause.targets().names) {
                names.add(name.getText());
                before.add(scope().hide(name.getText(), name.getLine(), List.of(c, value)));
            }
            List<Variable> targets = new ArrayList<>();
            clause.targets().names.forEach(t -> targets.add(scope().variable(t.getText(), span(t))));
            Node condition = clause.condition == null ? null : expression(clause.condition);
            clauses.add(new Values.Clause(targets, iterable, condition));
        }
        Node each = expression(value);
        for (int i = names.size() - 1; i >= 0; i--) {
            scope().rename(names.get(i), before.get(i));
        }
        return new Values.Comprehension(span, each, clauses, tensor);
    }

    // --- blocks with a value

    @Override
    public Node visitAnonymousFunction(TnsParser.AnonymousFunctionContext c) {
        return tree.definitions.anonymous(c, c.signature(), c.block());
    }

    @Override
    public Node visitNoGrad(TnsParser.NoGradContext c) {
        return new Control.NoGrad(span(c), block(c.block()));
    }

    @Override
    public Node visitWith(TnsParser.WithContext c) {
        return new Control.With(span(c), expressions(c.expression()), block(c.block()));
    }

    @Override
    public Node visitIfExpression(TnsParser.IfExpressionContext c) {
        return conditional(c.conditional());
    }

    private Node conditional(TnsParser.ConditionalContext c) {
        Node otherwise =
                c.chained != null ? conditional(c.chained) : c.alternative != null ? block(c.alternative) : null;
        return new Control.If(span(c), expression(c.condition), block(c.consequence), otherwise);
    }

    @Override
    public Node visitTryCatch(TnsParser.TryCatchContext c) {
        Variable name = scope().variable(c.name.getText(), span(c.name));
        return new Control.Try(span(c), block(c.attempt), name, block(c.rescue));
    }
}
