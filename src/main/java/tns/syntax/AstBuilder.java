package tns.syntax;

import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.RuleNode;
import org.jspecify.annotations.Nullable;
import tns.error.Diagnostic;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Source;
import tns.error.Span;
import tns.lang.Access;
import tns.lang.Assignment;
import tns.lang.Calls;
import tns.lang.Control;
import tns.lang.Function;
import tns.lang.Imports;
import tns.lang.Model;
import tns.lang.Node;
import tns.lang.Operators;
import tns.lang.Operators.Sign;
import tns.lang.ShapePattern;
import tns.lang.Values;
import tns.lang.Variable;
import tns.op.Ellipsis;
import tns.op.None;
import tns.op.OpTable;
import tns.syntax.grammar.TnsParser;
import tns.syntax.grammar.TnsParserBaseVisitor;
import tns.tensor.DType;

/** Builds the tree of nodes from a parse tree: one method for each construct of the grammar. */
final class AstBuilder extends TnsParserBaseVisitor<Node> {
    private final Source source;
    private final OpTable ops;
    private Scope scope;

    AstBuilder(Source source, OpTable ops, Scope file) {
        this.source = source;
        this.ops = ops;
        this.scope = file;
    }

    @Override
    public Node visitChildren(RuleNode node) {
        throw new IllegalStateException("no rule for " + node.getClass().getSimpleName());
    }

    private Span span(ParserRuleContext c) {
        Token stop =
                c.getStop() == null || c.getStop().getStopIndex() < c.getStart().getStartIndex()
                        ? c.getStart()
                        : c.getStop();
        return new Span(source, c.getStart().getStartIndex(), stop.getStopIndex() + 1);
    }

    private Span span(Token t) {
        return new Span(source, t.getStartIndex(), t.getStopIndex() + 1);
    }

    private ScriptException wrong(Span at, String message, String... help) {
        return new ScriptException(new Diagnostic(ErrorKind.SYNTAX, message, at, List.of(help)), null);
    }

    private Node expression(ParserRuleContext c) {
        Node node = visit(c);
        return leaves(c) ? new Control.Throwing(node) : node;
    }

    /** Whether an expression is a block construct that a return, break or continue may leave. */
    private static boolean leaves(ParseTree c) {
        if (c instanceof TnsParser.PrimaryExpressionContext p) {
            return leaves(p.primary());
        }
        return c instanceof TnsParser.IfExpressionContext
                || c instanceof TnsParser.NoGradContext
                || c instanceof TnsParser.WithContext
                || c instanceof TnsParser.TryCatchContext;
    }

    private List<Node> expressions(List<TnsParser.ExpressionContext> all) {
        List<Node> nodes = new ArrayList<>();
        all.forEach(e -> nodes.add(expression(e)));
        return nodes;
    }

    // --- statements

    @Override
    public Node visitProgram(TnsParser.ProgramContext c) {
        return block(span(c), c.statement());
    }

    @Override
    public Node visitBlock(TnsParser.BlockContext c) {
        return block(span(c), c.statement());
    }

    private Node block(Span span, List<TnsParser.StatementContext> statements) {
        List<Node> nodes = new ArrayList<>();
        statements.forEach(s -> nodes.add(visit(s)));
        return nodes.size() == 1 ? nodes.getFirst() : new Control.Block(span, nodes);
    }

    @Override
    public Node visitFunctionDefinition(TnsParser.FunctionDefinitionContext c) {
        Variable target = scope.variable(c.name.getText(), span(c.name));
        Node made = function(c, c.name.getText(), c.signature(), c.body());
        return new Assignment(span(c), List.of(List.of(target)), made);
    }

    @Override
    public Node visitModelDefinition(TnsParser.ModelDefinitionContext c) {
        String name = c.name.getText();
        Variable target = scope.variable(name, span(c.name));
        Scope around = scope;
        scope = scope.inner();
        scope.declare("self", c.getStart().getLine());
        if (c.parameters() != null) {
            c.parameters()
                    .parameter()
                    .forEach(p -> scope.declare(p.name.getText(), p.getStart().getLine()));
        }
        for (TnsParser.MemberContext member : c.member()) {
            Token own = member instanceof TnsParser.FieldContext f ? f.name : ((TnsParser.MethodContext) member).name;
            scope.declare(own.getText(), own.getLine());
        }
        scope.noteAll();
        List<Function.Parameter> parameters = parameters(c.parameters());
        List<Model.Member> members = new ArrayList<>();
        for (TnsParser.MemberContext member : c.member()) {
            members.add(member(member));
        }
        Variable self = scope.variable("self", span(c.name));
        Function.Code code = new Function.Code(name, doc(c), parameters, null, span(c));
        code.complete(new Model.Construct(span(c), name, self, members), scope.slotCount());
        Node made = new Function.Make(span(c), code, scope.captures());
        scope = around;
        return new Assignment(span(c), List.of(List.of(target)), made);
    }

    private Model.Member member(TnsParser.MemberContext c) {
        if (c instanceof TnsParser.FieldContext f) {
            String name = f.name.getText();
            return new Model.Member(name, scope.variable(name, span(f.name)), expression(f.value), false);
        }
        TnsParser.MethodContext m = (TnsParser.MethodContext) c;
        String name = m.name.getText();
        Node made = function(m, name, m.signature(), m.body());
        return new Model.Member(name, scope.variable(name, span(m.name)), made, true);
    }

    @Override
    public Node visitImportModule(TnsParser.ImportModuleContext c) {
        String path = path(c.path);
        String name = c.alias != null
                ? c.alias.getText()
                : c.path.names.isEmpty() ? stem(path) : c.path.names.getLast().getText();
        return new Imports.File(span(c), path, scope.variable(name, span(c)));
    }

    @Override
    public Node visitImportNames(TnsParser.ImportNamesContext c) {
        List<Variable> names = new ArrayList<>();
        c.names.forEach(n -> names.add(scope.variable(n.getText(), span(n))));
        return new Imports.Names(span(c), path(c.path), names);
    }

    private static String path(TnsParser.ModulePathContext c) {
        if (c.file != null) {
            return c.file.getText().substring(1, c.file.getText().length() - 1);
        }
        return String.join("/", c.names.stream().map(Token::getText).toList());
    }

    private static String stem(String path) {
        String file = path.substring(path.lastIndexOf('/') + 1);
        return file.endsWith(".tns") ? file.substring(0, file.length() - 4) : file;
    }

    @Override
    public Node visitForLoop(TnsParser.ForLoopContext c) {
        List<Variable> targets = new ArrayList<>();
        c.targets().names.forEach(t -> targets.add(scope.variable(t.getText(), span(t))));
        return new Control.For(span(c), targets, expression(c.iterable), visit(c.block()));
    }

    @Override
    public Node visitWhileLoop(TnsParser.WhileLoopContext c) {
        return new Control.While(span(c), expression(c.condition), visit(c.block()));
    }

    @Override
    public Node visitReturnStatement(TnsParser.ReturnStatementContext c) {
        return new Control.Return(span(c), c.value == null ? null : tupleOrOne(c.value));
    }

    @Override
    public Node visitBreakStatement(TnsParser.BreakStatementContext c) {
        return new Control.Leave(span(c), true);
    }

    @Override
    public Node visitContinueStatement(TnsParser.ContinueStatementContext c) {
        return new Control.Leave(span(c), false);
    }

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
            return only.expression().size() == 1 ? visit(only.expression(0)) : tupleOrOne(only);
        }
        Node value = tupleOrOne(c.sides.getLast());
        TnsParser.AssignmentContext first = c.assignment(0);
        if (first.ASSIGN() == null) {
            if (c.sides.size() > 2 || c.sides.getFirst().expression().size() != 1) {
                throw wrong(span(c), first.getText() + " changes one place at a time");
            }
            return augmented(c, place(c.sides.getFirst().expression(0)), first.getText(), value);
        }
        List<List<Node>> targets = new ArrayList<>();
        for (int i = 0; i + 1 < c.sides.size(); i++) {
            if (c.assignment(i).ASSIGN() == null) {
                throw wrong(span(c.assignment(i)), c.assignment(i).getText() + " cannot stand in a chain");
            }
            List<Node> places = new ArrayList<>();
            c.sides.get(i).expression().forEach(e -> places.add(place(e)));
            targets.add(places);
        }
        return new Assignment(span(c), targets, value);
    }

    private Node augmented(ParserRuleContext c, Node place, String sign, Node value) {
        Sign operator = sign(sign.substring(0, sign.length() - 1));
        Operators.Binary operation = new Operators.Binary(span(c), operator, ops.get(operator.op()), place, value);
        return new Assignment.Augmented(span(c), place, operation, sign);
    }

    private Node place(TnsParser.ExpressionContext c) {
        Node node = visit(c);
        if (node instanceof Variable v) {
            return v;
        }
        if (node instanceof Access.Index || node instanceof Calls.Attribute) {
            String root = rootName(c);
            Variable variable = root == null ? null : scope.variable(root, span(c));
            if (variable instanceof Variable.Global && !scope.isFile() && node instanceof Access.Index) {
                throw wrong(
                        span(c),
                        "'" + root + "' is a file-level name, which a function cannot change",
                        "pass it in and return the changed value");
            }
            return node;
        }
        throw wrong(span(c), "assignment: this is not a place", "a name, x[i] and r.f can be assigned to; == compares");
    }

    /** The variable that an assignment to this place changes, or null when there is none. */
    static @Nullable String rootName(TnsParser.ExpressionContext c) {
        return switch (c) {
            case TnsParser.PrimaryExpressionContext p
            when p.primary() instanceof TnsParser.NameContext n -> n.getText();
            case TnsParser.IndexContext i -> rootName(i.base);
            default -> null;
        };
    }

    // --- functions

    private Node function(
            ParserRuleContext c, String name, TnsParser.SignatureContext signature, TnsParser.BodyContext body) {
        Scope around = scope;
        scope = scope.inner();
        if (signature.parameters() != null) {
            signature
                    .parameters()
                    .parameter()
                    .forEach(p -> scope.declare(p.name.getText(), p.getStart().getLine()));
        }
        declareShapeNames(signature);
        scope.declareAssigned(body);
        scope.noteInner(body, false);
        List<Function.Parameter> parameters = parameters(signature.parameters());
        ShapePattern result = signature.result == null ? null : shape(signature.result);
        Function.Code code = new Function.Code(name, doc(c), parameters, result, span(c));
        Node built = body instanceof TnsParser.ExpressionBodyContext e
                ? visit(e.expression())
                : visit(((TnsParser.BlockBodyContext) body).block());
        code.complete(built, scope.slotCount());
        Node made = new Function.Make(span(c), code, scope.captures());
        scope = around;
        return made;
    }

    private void declareShapeNames(ParseTree tree) {
        if (tree instanceof TnsParser.NamedSizeContext n) {
            String name = n.getText();
            if (!name.equals("_") && !scope.boundOutside(name)) {
                scope.declare(name, n.getStart().getLine());
            }
        }
        for (int i = 0; i < tree.getChildCount(); i++) {
            declareShapeNames(tree.getChild(i));
        }
    }

    private List<Function.Parameter> parameters(TnsParser.@Nullable ParametersContext c) {
        List<Function.Parameter> all = new ArrayList<>();
        if (c == null) {
            return all;
        }
        for (TnsParser.ParameterContext p : c.parameter()) {
            String name = p.name.getText();
            all.add(new Function.Parameter(
                    name,
                    scope.variable(name, span(p.name)),
                    p.annotation == null ? null : shape(p.annotation),
                    p.fallback == null ? null : expression(p.fallback),
                    p.rest != null));
        }
        return all;
    }

    private @Nullable ShapePattern shape(TnsParser.ShapeContext c) {
        if (c instanceof TnsParser.TypeNameContext t) {
            DType dtype = DType.named(t.type.getText());
            if (dtype == null) {
                throw wrong(
                        span(t.type),
                        "'" + t.type.getText() + "' is not a dtype",
                        "float32, float64, int64, bool, or a shape such as [n, d]");
            }
            return new ShapePattern(dtype, List.of(new ShapePattern.Rest()));
        }
        TnsParser.TensorShapeContext s = (TnsParser.TensorShapeContext) c;
        DType dtype = s.dtype == null ? null : DType.named(s.dtype.getText());
        if (s.dtype != null && dtype == null) {
            throw wrong(span(s.dtype), "'" + s.dtype.getText() + "' is not a dtype", "float32, float64, int64 or bool");
        }
        List<ShapePattern.Dim> dims = new ArrayList<>();
        for (TnsParser.DimensionContext d : s.dimension()) {
            if (d instanceof TnsParser.RestDimensionsContext) {
                if (dims.contains(new ShapePattern.Rest())) {
                    throw wrong(span(d), "a shape has at most one ...");
                }
                dims.add(new ShapePattern.Rest());
            } else {
                TnsParser.SizeContext size = ((TnsParser.OneDimensionContext) d).size();
                dims.add(size.getText().equals("_") ? new ShapePattern.Any() : size(size));
            }
        }
        return new ShapePattern(dtype, dims);
    }

    private ShapePattern.Size size(TnsParser.SizeContext c) {
        return switch (c) {
            case TnsParser.LiteralSizeContext l ->
                new ShapePattern.Fixed(Integer.parseInt(l.getText().replace("_", "")));
            case TnsParser.NamedSizeContext n ->
                new ShapePattern.Named(scope.variable(n.getText(), span(n)), !scope.boundOutside(n.getText()));
            case TnsParser.OuterSizeContext o ->
                new ShapePattern.Named(scope.variable(o.ID().getText(), span(o)), false);
            case TnsParser.ParenthesizedSizeContext p -> size(p.size());
            case TnsParser.ProductSizeContext p ->
                new ShapePattern.Computed(p.operator.getText().charAt(0), size(p.left), size(p.right));
            case TnsParser.SumSizeContext s ->
                new ShapePattern.Computed(s.operator.getText().charAt(0), size(s.left), size(s.right));
            default ->
                throw new IllegalStateException("no rule for " + c.getClass().getSimpleName());
        };
    }

    /** The {@code ##} lines before a definition. */
    private String doc(ParserRuleContext c) {
        List<String> lines = new ArrayList<>();
        for (int line = c.getStart().getLine() - 1; line >= 1; line--) {
            String text = source.lineText(line).strip();
            if (!text.startsWith("##")) {
                break;
            }
            lines.addFirst(text.substring(2).strip());
        }
        return String.join("\n", lines);
    }

    @Override
    public Node visitAnonymousFunction(TnsParser.AnonymousFunctionContext c) {
        return function(c, "fn", c.signature(), c.body());
    }

    @Override
    public Node visitLambda(TnsParser.LambdaContext c) {
        Scope around = scope;
        scope = scope.inner();
        List<Function.Parameter> parameters = new ArrayList<>();
        c.lambdaParameters().names.forEach(n -> scope.declare(n.getText(), n.getLine()));
        scope.noteInner(c.value, false);
        c.lambdaParameters()
                .names
                .forEach(n -> parameters.add(
                        new Function.Parameter(n.getText(), scope.variable(n.getText(), span(n)), null, null, false)));
        Function.Code code = new Function.Code("lambda", "", parameters, null, span(c));
        code.complete(visit(c.value), scope.slotCount());
        Node made = new Function.Make(span(c), code, scope.captures());
        scope = around;
        return made;
    }

    // --- expressions

    @Override
    public Node visitPrimaryExpression(TnsParser.PrimaryExpressionContext c) {
        return visit(c.primary());
    }

    @Override
    public Node visitCall(TnsParser.CallContext c) {
        Calls.Arguments arguments = arguments(c.arguments());
        if (c.callee instanceof TnsParser.AttributeContext a) {
            String name = a.name.getText();
            Node object = expression(a.object);
            return new Calls.MethodCall(span(c), object, name, scope.candidates(name, span(a.name)), arguments);
        }
        return new Calls.Call(span(c), expression(c.callee), arguments);
    }

    private Calls.Arguments arguments(TnsParser.@Nullable ArgumentsContext c) {
        List<Calls.Argument> all = new ArrayList<>();
        if (c != null) {
            for (TnsParser.ArgumentContext a : c.argument()) {
                all.add(
                        switch (a) {
                            case TnsParser.NamedArgumentContext n ->
                                new Calls.Argument(n.name.getText(), false, expression(n.value));
                            case TnsParser.SpreadArgumentContext s ->
                                new Calls.Argument(null, true, expression(s.value));
                            case TnsParser.PositionalArgumentContext p ->
                                new Calls.Argument(null, false, expression(p.value));
                            default ->
                                throw new IllegalStateException(
                                        "no rule for " + a.getClass().getSimpleName());
                        });
            }
        }
        return new Calls.Arguments(all);
    }

    @Override
    public Node visitIndex(TnsParser.IndexContext c) {
        List<Node> items = new ArrayList<>();
        c.indexItem().forEach(i -> items.add(visit(i)));
        return new Access.Index(span(c), expression(c.base), items);
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
        return new Calls.Attribute(span(c), expression(c.object), c.name.getText());
    }

    private static Sign sign(String text) {
        for (Sign sign : Sign.values()) {
            if (sign.toString().equals(text)) {
                return sign;
            }
        }
        throw new IllegalStateException("no operator " + text);
    }

    private Node binary(ParserRuleContext c, String text, ParserRuleContext left, ParserRuleContext right) {
        Sign sign = sign(text);
        return new Operators.Binary(span(c), sign, ops.get(sign.op()), expression(left), expression(right));
    }

    @Override
    public Node visitPower(TnsParser.PowerContext c) {
        return binary(c, "**", c.base, c.exponent);
    }

    @Override
    public Node visitSign(TnsParser.SignContext c) {
        return new Operators.Unary(span(c), c.operator.getText().charAt(0), ops.get("neg"), expression(c.operand));
    }

    @Override
    public Node visitComplement(TnsParser.ComplementContext c) {
        return new Operators.Unary(span(c), '~', ops.get("bitwise_not"), expression(c.operand));
    }

    @Override
    public Node visitProduct(TnsParser.ProductContext c) {
        return binary(c, c.operator.getText(), c.left, c.right);
    }

    @Override
    public Node visitSum(TnsParser.SumContext c) {
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
        if (c.comparator().IN() != null) {
            return new Operators.In(
                    span(c),
                    expression(c.left),
                    expression(c.right),
                    c.comparator().NOT() != null);
        }
        List<TnsParser.ExpressionContext> sides = new ArrayList<>();
        List<String> signs = new ArrayList<>();
        TnsParser.ExpressionContext left = c;
        while (left instanceof TnsParser.ComparisonContext chained
                && chained.comparator().IN() == null) {
            sides.addFirst(chained.right);
            signs.addFirst(chained.comparator().getText());
            left = chained.left;
        }
        if (signs.size() == 1) {
            return binary(c, signs.getFirst(), c.left, c.right);
        }
        sides.addFirst(left);
        List<Node> nodes = expressions(sides);
        List<Operators.Binary> comparisons = new ArrayList<>();
        for (int i = 0; i < signs.size(); i++) {
            Sign sign = sign(signs.get(i));
            Span pair = nodes.get(i).span().to(nodes.get(i + 1).span());
            comparisons.add(new Operators.Binary(pair, sign, ops.get(sign.op()), nodes.get(i), nodes.get(i + 1)));
        }
        Operators.Binary and = new Operators.Binary(
                span(c), Sign.BITWISE_AND, ops.get("bitwise_and"), nodes.getFirst(), nodes.getLast());
        return new Operators.Chain(span(c), nodes, comparisons, and);
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

    @Override
    public Node visitPipe(TnsParser.PipeContext c) {
        Node input = expression(c.input);
        if (c.function instanceof TnsParser.CallContext call) {
            Node callee = expression(call.callee);
            return new Calls.Pipe(span(c), input, callee, arguments(call.arguments()));
        }
        return new Calls.Pipe(span(c), input, expression(c.function), new Calls.Arguments(List.of()));
    }

    // --- primaries

    @Override
    public Node visitInteger(TnsParser.IntegerContext c) {
        try {
            return new Values.Constant(span(c), Long.parseLong(c.getText().replace("_", "")));
        } catch (NumberFormatException tooLarge) {
            throw wrong(span(c), "this int does not fit 64 bits", "write a float: " + c.getText() + ".0");
        }
    }

    @Override
    public Node visitFloating(TnsParser.FloatingContext c) {
        return new Values.Constant(span(c), Double.parseDouble(c.getText().replace("_", "")));
    }

    @Override
    public Node visitRawString(TnsParser.RawStringContext c) {
        return new Values.Constant(span(c), raw(c.getText()));
    }

    private static String raw(String quoted) {
        return quoted.substring(1, quoted.length() - 1).replace("\\'", "'");
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
        return scope.variable(c.getText(), span(c));
    }

    @Override
    public Node visitString(TnsParser.StringContext c) {
        return text(span(c), c.stringPart());
    }

    private Node text(Span span, List<TnsParser.StringPartContext> contexts) {
        List<Values.TextPart> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (TnsParser.StringPartContext part : contexts) {
            switch (part) {
                case TnsParser.TextPartContext t -> literal.append(t.getText());
                case TnsParser.BracesPartContext b -> literal.append(b.getText().charAt(0));
                case TnsParser.EscapePartContext e -> literal.append(escape(e));
                case TnsParser.ValuePartContext v -> {
                    if (v.echo != null) {
                        literal.append(span(v.expression()).text()).append('=');
                    }
                    String format = v.SPEC() == null ? "" : v.SPEC().getText();
                    parts.add(new Values.TextPart(literal.toString(), expression(v.expression()), format));
                    literal.setLength(0);
                }
                default ->
                    throw new IllegalStateException(
                            "no rule for " + part.getClass().getSimpleName());
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
                        "unknown escape " + c.getText(),
                        "\\n \\t \\r \\e \\0 \\\\ \\\" are known; '…' is raw");
        };
    }

    @Override
    public Node visitEmptyTuple(TnsParser.EmptyTupleContext c) {
        return new Values.TupleOf(span(c), List.of());
    }

    @Override
    public Node visitParenthesized(TnsParser.ParenthesizedContext c) {
        return expression(c.expression());
    }

    @Override
    public Node visitTuple(TnsParser.TupleContext c) {
        return new Values.TupleOf(span(c), expressions(c.expression()));
    }

    @Override
    public Node visitTupleComprehension(TnsParser.TupleComprehensionContext c) {
        return comprehension(span(c), c.expression(), c.comprehension(), false);
    }

    @Override
    public Node visitTensor(TnsParser.TensorContext c) {
        return new Values.TensorOf(span(c), expressions(c.expression()));
    }

    @Override
    public Node visitTensorComprehension(TnsParser.TensorComprehensionContext c) {
        return comprehension(span(c), c.expression(), c.comprehension(), true);
    }

    private Node comprehension(
            Span span, TnsParser.ExpressionContext value, TnsParser.ComprehensionContext c, boolean tensor) {
        Node iterable = expression(c.iterable);
        if (scope.isFile()) {
            scope.noteInner(value, false);
        }
        List<String> names = c.targets().names.stream().map(Token::getText).toList();
        List<@Nullable String> before = new ArrayList<>();
        names.forEach(n -> before.add(scope.rename(n, scope.hide(n, c.getStart().getLine()))));
        List<Variable> targets = new ArrayList<>();
        c.targets().names.forEach(t -> targets.add(scope.variable(t.getText(), span(t))));
        Node condition = c.condition == null ? null : expression(c.condition);
        Node each = expression(value);
        for (int i = 0; i < names.size(); i++) {
            scope.rename(names.get(i), before.get(i));
        }
        return new Values.Comprehension(span, each, targets, iterable, condition, tensor);
    }

    @Override
    public Node visitRecord(TnsParser.RecordContext c) {
        List<String> keys = new ArrayList<>();
        List<Node> values = new ArrayList<>();
        for (TnsParser.EntryContext e : c.entry()) {
            keys.add(key(e));
            values.add(expression(e.value));
        }
        return new Values.RecordOf(span(c), keys, values);
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
        throw wrong(span(e), "a record's key cannot be interpolated");
    }

    @Override
    public Node visitNoGrad(TnsParser.NoGradContext c) {
        return new Control.NoGrad(span(c), visit(c.block()));
    }

    @Override
    public Node visitWith(TnsParser.WithContext c) {
        return new Control.With(span(c), expressions(c.expression()), visit(c.block()));
    }

    @Override
    public Node visitIfExpression(TnsParser.IfExpressionContext c) {
        return visit(c.conditional());
    }

    @Override
    public Node visitConditional(TnsParser.ConditionalContext c) {
        ParserRuleContext otherwise = c.chained != null ? c.chained : c.alternative;
        return new Control.If(
                span(c), expression(c.condition), visit(c.consequence), otherwise == null ? null : visit(otherwise));
    }

    @Override
    public Node visitTryCatch(TnsParser.TryCatchContext c) {
        Variable name = scope.variable(c.name.getText(), span(c.name));
        return new Control.Try(span(c), visit(c.attempt), name, visit(c.rescue));
    }
}
