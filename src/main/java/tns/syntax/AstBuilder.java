package tns.syntax;

import java.util.List;
import tns.error.Diagnostic;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Source;
import tns.error.Span;
import tns.lang.Node;
import tns.op.OpTable;
import tns.syntax.grammar.TnsParser;

/**
 * Builds the tree of nodes from a parse tree, with one builder for each family of constructs; what they share is the
 * source and the scope under construction.
 */
final class AstBuilder {
    final Source source;
    final OpTable ops;
    final boolean lines;
    final StatementBuilder statements = new StatementBuilder(this);
    final DefinitionBuilder definitions = new DefinitionBuilder(this);
    final ExpressionBuilder expressions = new ExpressionBuilder(this);
    final LiteralBuilder literals = new LiteralBuilder(this);

    /** The names around the construct being built. */
    Scope scope;

    AstBuilder(Source source, OpTable ops, Scope file, boolean lines) {
        this.source = source;
        this.ops = ops;
        this.lines = lines;
        this.scope = file;
    }

    Node program(TnsParser.ProgramContext c) {
        return statements.all(statements.span(c), c.statement());
    }

    static ScriptException wrong(Span at, String message, String... help) {
        return new ScriptException(new Diagnostic(ErrorKind.SYNTAX, message, at, List.of(help)), null);
    }
}
