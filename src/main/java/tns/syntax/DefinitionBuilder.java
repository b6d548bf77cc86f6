package tns.syntax;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.RuleNode;
import org.jspecify.annotations.Nullable;
import tns.lang.Annotation;
import tns.lang.Assignment;
import tns.lang.Function;
import tns.lang.Model;
import tns.lang.Node;
import tns.lang.ShapePattern;
import tns.lang.TypePattern;
import tns.lang.Variable;
import tns.syntax.grammar.TnsParser;
import tns.syntax.grammar.TnsParserBaseVisitor;
import tns.tensor.DType;

/** Builds what has parameters and a scope of its own: functions, lambdas and models, with their shape annotations. */
final class DefinitionBuilder extends NodeBuilder {
    private final Sizes sizes = new Sizes();

    DefinitionBuilder(AstBuilder tree) {
        super(tree);
    }

    /** {@code fn name(…) …} as a statement. */
    Node named(TnsParser.FunctionDefinitionContext c) {
        Variable target = scope().variable(c.name.getText(), span(c.name));
        Node made = function(c, c.name.getText(), c.signature(), c.body());
        return new Assignment.Name(span(c), target, made);
    }

    /** {@code fn(…) …} as a value. */
    Node anonymous(ParserRuleContext c, TnsParser.SignatureContext signature, ParserRuleContext body) {
        return function(c, "fn", signature, body);
    }

    private Node function(
            ParserRuleContext c, String name, TnsParser.SignatureContext signature, ParserRuleContext body) {
        Scope around = tree.scope;
        tree.scope = around.inner();
        declareParameters(signature.parameters());
        declareShapeNames(signature);
        scope().declareAssigned(body);
        scope().noteInner(signature);
        scope().noteInner(body);
        List<Function.Parameter> parameters = parameters(signature.parameters());
        Annotation result = signature.result == null ? null : annotation(signature.result);
        Function.Code code = new Function.Code(name, doc(c), parameters, result, span(c));
        code.complete(body(body), scope().slotCount());
        Node made = new Function.Make(span(c), code, scope().captures());
        tree.scope = around;
        return made;
    }

    private Node body(ParserRuleContext c) {
        if (c instanceof TnsParser.BlockContext b) {
            return block(b);
        }
        if (c instanceof TnsParser.BlockBodyContext b) {
            return block(b.block());
        }
        return line(tree.expressions.visit(c instanceof TnsParser.ExpressionBodyContext e ? e.expression() : c));
    }

    /** {@code x -> e}. */
    Node lambda(TnsParser.ArrowLambdaContext c) {
        Scope around = tree.scope;
        tree.scope = around.inner();
        Set<String> seen = new HashSet<>();
        for (Token n : c.lambdaParameters().names) {
            requireNew(seen, n, "parameter");
            scope().declare(n.getText(), n.getLine());
        }
        scope().noteInner(c.value);
        List<Function.Parameter> parameters = new ArrayList<>();
        c.lambdaParameters()
                .names
                .forEach(n -> parameters.add(new Function.Parameter(
                        n.getText(), scope().variable(n.getText(), span(n)), null, null, false)));
        Function.Code code = new Function.Code("lambda", "", parameters, null, span(c));
        code.complete(line(tree.expressions.visit(c.value)), scope().slotCount());
        Node made = new Function.Make(span(c), code, scope().captures());
        tree.scope = around;
        return made;
    }

    /** {@code model Name(…) { … }}: a function that makes instances. */
    Node model(TnsParser.ModelDefinitionContext c) {
        String name = c.name.getText();
        Variable target = scope().variable(name, span(c.name));
        Scope around = tree.scope;
        tree.scope = around.inner();
        scope().declare("self", c.getStart().getLine());
        declareParameters(c.parameters());
        Set<String> seen = new HashSet<>();
        for (TnsParser.MemberContext member : c.member()) {
            Token own = member instanceof TnsParser.FieldContext f ? f.name : ((TnsParser.MethodContext) member).name;
            requireNew(seen, own, "member");
            scope().declare(own.getText(), own.getLine());
        }
        scope().noteAll();
        List<Function.Parameter> parameters = parameters(c.parameters());
        List<Model.Member> members = new ArrayList<>();
        for (TnsParser.MemberContext member : c.member()) {
            members.add(member(name, member));
        }
        Variable self = scope().variable("self", span(c.name));
        Function.Code code = new Function.Code(name, doc(c), parameters, null, span(c));
        code.complete(new Model.Construct(span(c), name, self, members), scope().slotCount());
        Node made = new Function.Make(span(c), code, scope().captures());
        tree.scope = around;
        return new Assignment.Name(span(c), target, made);
    }

    private Model.Member member(String model, TnsParser.MemberContext c) {
        if (c instanceof TnsParser.FieldContext f) {
            String name = f.name.getText();
            return new Model.Member(name, scope().variable(name, span(f.name)), line(expression(f.value)), false);
        }
        TnsParser.MethodContext m = (TnsParser.MethodContext) c;
        String name = m.name.getText();
        Node made = function(m, model + "." + name, m.signature(), m.body());
        return new Model.Member(name, scope().variable(name, span(m.name)), made, true);
    }

    private void requireNew(Set<String> seen, Token name, String what) {
        if (!seen.add(name.getText())) {
            throw wrong(span(name), what + ": a second one is named '" + name.getText() + "'");
        }
    }

    private void declareParameters(TnsParser.@Nullable ParametersContext c) {
        if (c == null) {
            return;
        }
        Set<String> seen = new HashSet<>();
        boolean optional = false;
        boolean rest = false;
        for (TnsParser.ParameterContext p : c.parameter()) {
            requireNew(seen, p.name, "parameter");
            if (p.rest != null && rest) {
                throw wrong(span(p), "parameter: only one can take the remaining arguments");
            }
            rest |= p.rest != null;
            if (optional && !rest && p.fallback == null) {
                throw wrong(
                        span(p),
                        "parameter: '" + p.name.getText() + "' has no default but follows a parameter that has one",
                        "parameters with defaults come last");
            }
            optional |= p.fallback != null;
            scope().declare(p.name.getText(), p.name.getLine());
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
                    scope().variable(name, span(p.name)),
                    p.annotation == null ? null : annotation(p.annotation),
                    p.fallback == null ? null : expression(p.fallback),
                    p.rest != null));
        }
        return all;
    }

    // --- shapes

    private void declareShapeNames(ParseTree tree) {
        if (tree instanceof TnsParser.NamedSizeContext n) {
            String name = n.getText();
            if (!name.equals("_") && !scope().boundOutside(name)) {
                scope().declare(name, n.getStart().getLine());
            }
        }
        for (int i = 0; i < tree.getChildCount(); i++) {
            declareShapeNames(tree.getChild(i));
        }
    }

    private Annotation annotation(TnsParser.ShapeContext c) {
        if (c instanceof TnsParser.TypeNameContext t) {
            if (TypePattern.NAMES.contains(t.type.getText())) {
                return new TypePattern(t.type.getText());
            }
            return new ShapePattern(dtype(t.type), List.of(new ShapePattern.Rest()));
        }
        TnsParser.TensorShapeContext s = (TnsParser.TensorShapeContext) c;
        List<ShapePattern.Dim> dims = new ArrayList<>();
        for (TnsParser.DimensionContext d : s.dimension()) {
            if (d instanceof TnsParser.RestDimensionsContext) {
                if (dims.contains(new ShapePattern.Rest())) {
                    throw wrong(span(d), "shape: at most one ... can stand in it", "_ stands for any one dim");
                }
                dims.add(new ShapePattern.Rest());
            } else {
                TnsParser.SizeContext size = ((TnsParser.OneDimensionContext) d).size();
                dims.add(size.getText().equals("_") ? new ShapePattern.Any() : sizes.visit(size));
            }
        }
        return new ShapePattern(s.dtype == null ? null : dtype(s.dtype), dims);
    }

    private DType dtype(Token word) {
        DType dtype = DType.named(word.getText());
        if (dtype == null) {
            throw wrong(
                    span(word),
                    "annotation: '" + word.getText() + "' is not a dtype or type",
                    "a shape [n, d], a dtype float32[n, d] or float32, or one of "
                            + String.join(", ", TypePattern.NAMES));
        }
        return dtype;
    }

    /** The sizes in the shapes of annotations. */
    private final class Sizes extends TnsParserBaseVisitor<ShapePattern.Size> {
        @Override
        public ShapePattern.Size visitChildren(RuleNode node) {
            throw forgotten(node);
        }

        @Override
        public ShapePattern.Size visitLiteralSize(TnsParser.LiteralSizeContext c) {
            try {
                return new ShapePattern.Fixed(Integer.parseInt(c.getText().replace("_", "")));
            } catch (NumberFormatException tooLarge) {
                throw wrong(span(c), "shape: no dim is that large", "a tensor holds at most 2^31 - 9 elements");
            }
        }

        @Override
        public ShapePattern.Size visitNamedSize(TnsParser.NamedSizeContext c) {
            String name = c.getText();
            return new ShapePattern.Named(scope().variable(name, span(c)), !scope().boundOutside(name));
        }

        @Override
        public ShapePattern.Size visitOuterSize(TnsParser.OuterSizeContext c) {
            return new ShapePattern.Named(scope().variable(c.ID().getText(), span(c)), false);
        }

        @Override
        public ShapePattern.Size visitParenthesizedSize(TnsParser.ParenthesizedSizeContext c) {
            return visit(c.size());
        }

        @Override
        public ShapePattern.Size visitProductSize(TnsParser.ProductSizeContext c) {
            return computed(c.operator, c.left, c.right);
        }

        @Override
        public ShapePattern.Size visitSumSize(TnsParser.SumSizeContext c) {
            return computed(c.operator, c.left, c.right);
        }

        private ShapePattern.Size computed(Token operator, TnsParser.SizeContext left, TnsParser.SizeContext right) {
            return new ShapePattern.Computed(operator.getText().charAt(0), visit(left), visit(right));
        }
    }

    /** The {@code ##} lines before a definition. */
    private String doc(ParserRuleContext c) {
        List<String> lines = new ArrayList<>();
        for (int line = c.getStart().getLine() - 1; line >= 1; line--) {
            String text = tree.source.lineText(line).strip();
            if (!text.startsWith("##")) {
                break;
            }
            lines.addFirst(text.substring(2).strip());
        }
        return String.join("\n", lines);
    }
}
