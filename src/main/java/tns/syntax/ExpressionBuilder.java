package tns.syntax;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;
import tns.error.Span;
import tns.lang.Access;
import tns.lang.Binary;
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
    public Node visitLambdaExpression(TnsParser.LambdaExpressionContext c) {
        return visit(c.lambda());
    }

    @Override
    public Node visitArrowLambda(TnsParser.ArrowLambdaContext c) {
        return tree.definitions.lambda(c);
    }

    @Override
    public Node visitFunctionLambda(TnsParser.FunctionLambdaContext c) {
        return tree.definitions.anonymous(c, c.signature(), c.value);
    }

    @Override
    public Node visitPlainPostfix(TnsParser.PlainPostfixContext c) {
        return tree.literals.visit(c.primary());
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
    public Node visitPipeline(TnsParser.PipelineContext c) {
        if (c.stages.size() == 1 && c.last == null) {
            return visit(c.stages.getFirst());
        }
        Node value = expression(c.stages.getFirst());
        for (TnsParser.DisjunctionContext stage : c.stages.subList(1, c.stages.size())) {
            Span whole = span(c.stages.getFirst()).to(span(stage));
            value = core(stage) instanceof TnsParser.CallContext call
                    ? new Calls.Pipe(whole, value, expression(call.callee), arguments(call.arguments()))
                    : new Calls.Pipe(whole, value, expression(stage), new Calls.Arguments(List.of()));
        }
        return c.last == null ? value : new Calls.Pipe(span(c), value, visit(c.last), new Calls.Arguments(List.of()));
    }

    private Calls.Arguments arguments(TnsParser.@Nullable ArgumentsContext c) {
        List<Calls.Argument> all = new ArrayList<>();
        if (c != null && c.comprehension() != null) {
            if (!(c.argument(0) instanceof TnsParser.PositionalArgumentContext p)) {
                throw wrong(span(c), "call: a comprehension has no name", "f(x=(e for x in xs))");
            }
            all.add(new Calls.Argument(
                    null, false, tree.literals.comprehension(span(c), p.value, c.comprehension(), false)));
        } else if (c != null) {
            boolean named = false;
            Set<String> names = new HashSet<>();
            for (TnsParser.ArgumentContext a : c.argument()) {
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
        if (c instanceof TnsParser.PositionalArgumentContext p) {
            return new Calls.Argument(null, false, expression(p.value));
        }
        if (c instanceof TnsParser.NamedArgumentContext n) {
            return new Calls.Argument(n.name.getText(), false, expression(n.value));
        }
        if (c instanceof TnsParser.SpreadArgumentContext s) {
            return new Calls.Argument(null, true, expression(s.value));
        }
        throw forgotten(c);
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
    public Node visitItem(TnsParser.ItemContext c) {
        return c.colon == null ? expression(c.start) : slice(c, c.start, c.stop, c.step);
    }

    @Override
    public Node visitOpenSlice(TnsParser.OpenSliceContext c) {
        return slice(c, null, c.stop, c.step);
    }

    private Node slice(
            ParserRuleContext c,
            TnsParser.@Nullable ExpressionContext start,
            TnsParser.@Nullable ExpressionContext stop,
            TnsParser.@Nullable ExpressionContext step) {
        return new Access.SliceOf(
                span(c),
                start == null ? null : expression(start),
                stop == null ? null : expression(stop),
                step == null ? null : expression(step));
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

    private Binary binary(Span span, String text, Node left, Node right) {
        Sign sign = sign(text);
        return Binary.of(span, sign, tree.ops.get(sign.op()), left, right);
    }

    /** Operands with operators between them, taken together from left to right. */
    private Node fromLeft(List<? extends ParserRuleContext> operands, List<Token> operators) {
        if (operators.isEmpty()) {
            return visit(operands.getFirst());
        }
        Node value = expression(operands.getFirst());
        for (int i = 0; i < operators.size(); i++) {
            ParserRuleContext right = operands.get(i + 1);
            Span whole = span(operands.getFirst()).to(span(right));
            value = binary(whole, operators.get(i).getText(), value, expression(right));
        }
        return value;
    }

    @Override
    public Node visitDisjunction(TnsParser.DisjunctionContext c) {
        return logic(c.operands, false);
    }

    @Override
    public Node visitConjunction(TnsParser.ConjunctionContext c) {
        return logic(c.operands, true);
    }

    private Node logic(List<? extends ParserRuleContext> operands, boolean and) {
        if (operands.size() == 1) {
            return visit(operands.getFirst());
        }
        Node value = expression(operands.getFirst());
        for (ParserRuleContext right : operands.subList(1, operands.size())) {
            Span whole = span(operands.getFirst()).to(span(right));
            value = new Operators.Logic(whole, and, value, expression(right));
        }
        return value;
    }

    @Override
    public Node visitNegation(TnsParser.NegationContext c) {
        return c.plain != null ? visit(c.plain) : new Operators.Not(span(c), expression(c.operand));
    }

    @Override
    public Node visitMask(TnsParser.MaskContext c) {
        return fromLeft(c.operands, c.operators);
    }

    @Override
    public Node visitComplement(TnsParser.ComplementContext c) {
        return c.plain != null
                ? visit(c.plain)
                : new Operators.Unary(span(c), '~', tree.ops.get("bitwise_not"), expression(c.operand));
    }

    @Override
    public Node visitComparison(TnsParser.ComparisonContext c) {
        if (c.comparators.isEmpty()) {
            return visit(c.operands.getFirst());
        }
        List<Node> nodes = expressions(c.operands);
        if (c.comparators.size() == 1) {
            return comparison(span(c), c.comparators.getFirst(), nodes.getFirst(), nodes.getLast());
        }
        List<Operators.Comparison> comparisons = new ArrayList<>();
        for (int i = 0; i < c.comparators.size(); i++) {
            Span pair = nodes.get(i).span().to(nodes.get(i + 1).span());
            comparisons.add(comparison(pair, c.comparators.get(i), nodes.get(i), nodes.get(i + 1)));
        }
        Binary and = binary(span(c), Sign.BITWISE_AND.toString(), nodes.getFirst(), nodes.getLast());
        return new Operators.Chain(span(c), nodes, comparisons, and);
    }

    private Operators.Comparison comparison(Span span, TnsParser.ComparatorContext c, Node left, Node right) {
        return c.IN() != null
                ? new Operators.In(span, left, right, c.NOT() != null)
                : binary(span, c.getText(), left, right);
    }

    @Override
    public Node visitRange(TnsParser.RangeContext c) {
        if (c.high == null) {
            return visit(c.low);
        }
        boolean inclusive = c.operator.getType() == TnsParser.RANGE_INCLUSIVE;
        return new Values.RangeOf(span(c), expression(c.low), expression(c.high), inclusive);
    }

    @Override
    public Node visitSum(TnsParser.SumContext c) {
        for (int i = 0; i < c.operators.size(); i++) {
            requireNoIncrement(c.operands.get(i), c.operators.get(i), c.operands.get(i + 1));
        }
        return fromLeft(c.operands, c.operators);
    }

    /** Refuses {@code x++} at the end of a line, which reads on as {@code x + +} the next line. */
    private void requireNoIncrement(ParserRuleContext left, Token operator, ParserRuleContext right) {
        if (core(right) instanceof TnsParser.SignContext s
                && s.operator.getType() == operator.getType()
                && s.operator.getLine() < s.operand.getStart().getLine()) {
            String sign = operator.getText();
            throw wrong(
                    span(operator).to(span(s.operator)),
                    "syntax: '" + sign + sign + "' is not an operator",
                    span(left).text() + " " + sign + "= 1");
        }
    }

    @Override
    public Node visitProduct(TnsParser.ProductContext c) {
        return fromLeft(c.operands, c.operators);
    }

    @Override
    public Node visitSign(TnsParser.SignContext c) {
        if (c.operator.getType() == TnsParser.MINUS && c.operand.getText().equals("9223372036854775808")) {
            return new Values.Constant(span(c), Long.MIN_VALUE);
        }
        return new Operators.Unary(span(c), c.operator.getText().charAt(0), tree.ops.get("neg"), expression(c.operand));
    }

    @Override
    public Node visitPower(TnsParser.PowerContext c) {
        return c.exponent == null ? visit(c.base) : binary(span(c), "**", expression(c.base), expression(c.exponent));
    }
}
