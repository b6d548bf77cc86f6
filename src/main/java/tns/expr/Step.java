package tns.expr;

import org.jspecify.annotations.Nullable;

/**
 * One machine step of a {@link Program}: {@code target = op(a, b, c)}.
 *
 * <p>Operands are slot numbers (see {@link Program}); those past the opcode's arity are -1. The target may be the slot
 * of an operand.
 */
public record Step(Opcode op, int target, int a, int b, int c) {
    // Written out, as in the records of Expr: the JVM would make them at run time, which no start-up cache holds.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Step s && op == s.op && target == s.target && a == s.a && b == s.b && c == s.c;
    }

    @Override
    public int hashCode() {
        return (((op.ordinal() * 31 + target) * 31 + a) * 31 + b) * 31 + c;
    }
}
