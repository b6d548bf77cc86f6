package tns.expr;

/**
 * One machine step of a {@link Program}: {@code target = op(a, b, c)}.
 *
 * <p>Operands are slot numbers (see {@link Program}); those past the opcode's arity are -1. The target may be the slot
 * of an operand.
 */
public record Step(Opcode op, int target, int a, int b, int c) {}
