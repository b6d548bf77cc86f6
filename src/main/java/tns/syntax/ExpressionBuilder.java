package tns.syntax;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.jspecify.annotations.Nullable;
import tns.error.Span;
import tns.lang.Access;
import tns.lang.Calls;
import tns.lang.Node;
import tns.lang.Operators;
import tns.lang.Sign;
import tns.lang.Values;
import tns.op.Ellipsis;
import tns.syntax.grammar.TnsParser;

/** Builds expressions: operators, calls in their three spellings, indexing and members. */
final class ExpressionBuilder extends NodeBuilder {
    ExpressionBuilder(AstBuilder tree) {
        super(tree);
    }

    @Override
    public Node visitPrimaryExpression(TnsParser.PrimaryExpressionContext c) {
        return tree.literals.visit(c.primary());
    }

    @Override
    public Node visitLambda(TnsParser.LambdaContext c) {
        return tree.definitions.lambda(c);
    }

    // --- calls

    @Override
    public Node visitCall(TnsParser.CallContext c) {
        Calls.Arguments arguments = arguments(c.arguments());
        if (c.callee instanceof TnsParser.AttributeContext a) {
            String name = a.name.getText();
            Node object = expression(a.object);
            return new Calls.MethodCall(
                    span(c), span(a.name), object, name, scope().candidates(name, span(a.name)), arguments);
        }
        return new Calls.Call(span(c), expression(c.callee), arguments);
    }

    @Override
    public Node visitPipe(TnsParser.PipeContext c) {
        Node input = expression(c.input);
        if (c.function instanceof TnsParser.CallContext call) {
            return new Calls.Pipe(span(c), input, expression(call.callee), arguments(call.arguments()));
        }
        return new Calls.Pipe(span(c), input, expression(c.function), new Calls.Arguments(List.of()));
    }

    private Calls.Arguments arguments(TnsParser.@Nullable ArgumentsContext c) {
        List<Calls.Argument> all = new ArrayList<>();
        if (c instanceof TnsParser.SoleGeneratorContext g) {
            all.add(new Calls.Argument(
                    null, false, tree.literals.comprehension(span(g), g.value, g.comprehension(), false)));
        } else if (c instanceof TnsParser.ArgumentListContext list) {
            boolean named = false;
            Set<String> names = new HashSet<>();
            for (TnsParser.ArgumentContext a : list.argument()) {
                Calls.Argument argument = argument(a);
                if (named && argument.name() == null && !argument.spread()) {
                    throw wrong(
                            span(a),
                            "call: an argument without a name follows one with a name",
                            "positional arguments come first: f(x, dim=0)");
                }
                if (argument.name() != null && !names.add(argument.name())) {
                    throw wrong(span(a), "call: '" + argument.name() + "' is given twice");
                }
                named |= argument.name() != null;
                all.add(argument);
            }
        }
        return new Calls.Arguments(all);
    }

    private Calls.Argument argument(TnsParser.ArgumentContext c) {
        return switch (c) {
            case TnsParser.NamedArgumentContext n -> new Calls.Argument(n.name.getText(), false, expression(n.value));
            case TnsParser.SpreadArgumentContext s -> new Calls.Argument(null, true, expression(s.value));
            case TnsParser.PositionalArgumentContext p -> new Calls.Argument(null, false, expression(p.value));
            default -> throw forgotten(c);
        };
    }

    // --- indexes and members

    @Override
    public Node visitIndex(TnsParser.IndexContext c) {
        return new Access.Index(span(c), expression(c.base), items(c));
    }

    /** What stands between the square brackets of an index. */
    List<Node> items(TnsParser.IndexContext c) {
        List<Node> items = new ArrayList<>();
        c.indexItem().forEach(i -> items.add(visit(i)));
        return items;
    }

    @Override
    public Node visitEllipsisItem(TnsParser.EllipsisItemContext c) {
        return new Values.Constant(span(c), Ellipsis.ELLIPSIS);
    }

    @Override
    public Node visitSliceItem(TnsParser.SliceItemContext c) {
        return new Access.SliceOf(
                span(c),
                c.start == null ? null : expression(c.start),
                c.stop == null ? null : expression(c.stop),
                c.step == null ? null : expression(c.step));
    }

    @Override
    public Node visitValueItem(TnsParser.ValueItemContext c) {
        return expression(c.expression());
    }

    @Override
    public Node visitAttribute(TnsParser.AttributeContext c) {
        return new Calls.Attribute(span(c), span(c.name), expression(c.object), c.name.getText());
    }

    // --- operators

    static Sign sign(String text) {
        for (Sign sign : Sign.values()) {
            if (sign.toString().equals(text)) {
                return sign;
            }
        }
        throw new IllegalStateException("no operator " + text);
    }

    private Node binary(
            ParserRuleContext c, String text, TnsParser.ExpressionContext left, TnsParser.ExpressionContext right) {
        Sign sign = sign(text);
        return new Operators.Binary(span(c), sign, tree.ops.get(sign.op()), expression(left), expression(right));
    }

    @Override
    public Node visitPower(TnsParser.PowerContext c) {
        return binary(c, "**", c.base, c.exponent);
    }

    @Override
    public Node visitSign(TnsParser.SignContext c) {
        if (c.operator.getType() == TnsParser.MINUS && c.operand.getText().equals("9223372036854775808")) {
            return new Values.Constant(span(c), Long.MIN_VALUE);
        }
        return new Operators.Unary(span(c), c.operator.getText().charAt(0), tree.ops.get("neg"), expression(c.operand));
    }

    @Override
    public Node visitComplement(TnsParser.ComplementContext c) {
        return new Operators.Unary(span(c), '~', tree.ops.get("bitwise_not"), expression(c.operand));
    }

    @Override
    public Node visitProduct(TnsParser.ProductContext c) {
        return binary(c, c.operator.getText(), c.left, c.right);
    }

    @Override
    public Node visitSum(TnsParser.SumContext c) {
        if (c.right instanceof TnsParser.SignContext s
                && s.operator.getType() == c.operator.getType()
                && s.operator.getLine() < s.operand.getStart().getLine()) {
            String sign = c.operator.getText();
            throw wrong(
                    span(c.operator).to(span(s.operator)),
                    "syntax: '" + sign + sign + "' is not an operator",
                    span(c.left).text() + " " + sign + "= 1");
        }
        return binary(c, c.operator.getText(), c.left, c.right);
    }

    @Override
    public Node visitBitwise(TnsParser.BitwiseContext c) {
        return binary(c, c.operator.getText(), c.left, c.right);
    }

    @Override
    public Node visitRange(TnsParser.RangeContext c) {
        boolean inclusive = c.operator.getType() == TnsParser.RANGE_INCLUSIVE;
        return new Values.RangeOf(span(c), expression(c.low), expression(c.high), inclusive);
    }

    @Override
    public Node visitComparison(TnsParser.ComparisonContext c) {
        List<TnsParser.ExpressionContext> sides = new ArrayList<>();
        List<TnsParser.ComparatorContext> signs = new ArrayList<>();
        TnsParser.ExpressionContext left = c;
        while (left instanceof TnsParser.ComparisonContext chained) {
            sides.addFirst(chained.right);
            signs.addFirst(chained.comparator());
            left = chained.left;
        }
        sides.addFirst(left);
        if (signs.size() == 1) {
            return comparison(span(c), signs.getFirst(), expression(c.left), expression(c.right));
        }
        List<Node> nodes = expressions(sides);
        List<Operators.Comparison> comparisons = new ArrayList<>();
        for (int i = 0; i < signs.size(); i++) {
            Span pair = nodes.get(i).span().to(nodes.get(i + 1).span());
            comparisons.add(comparison(pair, signs.get(i), nodes.get(i), nodes.get(i + 1)));
        }
        Operators.Binary and = new Operators.Binary(
                span(c), Sign.BITWISE_AND, tree.ops.get("bitwise_and"), nodes.getFirst(), nodes.getLast());
        return new Operators.Chain(span(c), nodes, comparisons, and);
    }

    private Operators.Comparison comparison(Span span, TnsParser.ComparatorContext c, Node left, Node right) {
        if (c.IN() != null) {
            return new Operators.In(span, left, right, c.NOT() != null);
        }
        Sign sign = sign(c.getText());
        return new Operators.Binary(span, sign, tree.ops.get(sign.op()), left, right);
    }

    @Override
    public Node visitNegation(TnsParser.NegationContext c) {
        return new Operators.Not(span(c), expression(c.operand));
    }

    @Override
    public Node visitConjunction(TnsParser.ConjunctionContext c) {
        return new Operators.Logic(span(c), true, expression(c.left), expression(c.right));
    }

    @Override
    public Node visitDisjunction(TnsParser.DisjunctionContext c) {
        return new Operators.Logic(span(c), false, expression(c.left), expression(c.right));
    }
}
