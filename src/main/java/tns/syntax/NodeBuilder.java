package tns.syntax;

import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.RuleNode;
import tns.error.ScriptException;
import tns.error.Span;
import tns.lang.Control;
import tns.lang.Line;
import tns.lang.Node;
import tns.syntax.grammar.TnsParser;
import tns.syntax.grammar.TnsParserBaseVisitor;

/** Builds the nodes of one rule of the grammar; a construct it forgets fails at once. */
abstract class NodeBuilder extends TnsParserBaseVisitor<Node> {
    final AstBuilder tree;

    NodeBuilder(AstBuilder tree) {
        this.tree = tree;
    }

    @Override
    public final Node visitChildren(RuleNode node) {
        throw forgotten(node);
    }

    static IllegalStateException forgotten(Object construct) {
        return new IllegalStateException("no rule for " + construct.getClass().getSimpleName());
    }

    final Scope scope() {
        return tree.scope;
    }

    final Span span(ParserRuleContext c) {
        Token stop =
                c.getStop() == null || c.getStop().getStopIndex() < c.getStart().getStartIndex()
                        ? c.getStart()
                        : c.getStop();
        return span(c.getStart()).to(span(stop));
    }

    final Span span(Token t) {
        return new Span(
                tree.source, tree.source.position(t.getStartIndex()), tree.source.position(t.getStopIndex() + 1));
    }

    final ScriptException wrong(Span at, String message, String... help) {
        return AstBuilder.wrong(at, message, help);
    }

    /** The node of an expression, out of whose blocks a return, break or continue passes as an exception. */
    final Node expression(ParserRuleContext c) {
        Node node = tree.expressions.visit(c);
        ParserRuleContext core = core(c);
        boolean hasBlocks = core instanceof TnsParser.IfExpressionContext
                || core instanceof TnsParser.NoGradContext
                || core instanceof TnsParser.WithContext
                || core instanceof TnsParser.TryCatchContext;
        return hasBlocks ? new Control.Throwing(node) : node;
    }

    /** A statement or the body of a function, whose line is to be seen where the source is read for that. */
    final Node line(Node node) {
        return tree.lines ? new Line(node) : node;
    }

    /** The construct that an expression is, below the rules that only pass it on. */
    static ParserRuleContext core(ParserRuleContext c) {
        ParserRuleContext core = c;
        while (!(core instanceof TnsParser.PrimaryContext)
                && core.getChildCount() == 1
                && core.getChild(0) instanceof ParserRuleContext only) {
            core = only;
        }
        return core;
    }

    final List<Node> expressions(List<? extends ParserRuleContext> all) {
        List<Node> nodes = new ArrayList<>();
        all.forEach(e -> nodes.add(expression(e)));
        return nodes;
    }

    final Node block(TnsParser.BlockContext c) {
        return tree.statements.all(span(c), c.statement());
    }
}
