package tns.expr;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A program under construction: inputs, constants and machine steps in single-assignment form.
 *
 * <p>Equal steps are appended once. Steps on constants are carried out at once by the lane's definition of the step, so
 * folding never changes a result.
 */
final class Sequence {
    /** A value's origin: an input ({@code op} null, {@code bits} its number), a constant, or a step. */
    record Node(Kind kind, @Nullable Opcode op, int a, int b, int c, long bits) {
        // Written out for the start, as for Expr's inputs.
        @Override
        public int hashCode() {
            int code = op == null ? kind.ordinal() : op.ordinal() * 31;
            return (((code * 31 + a) * 31 + b) * 31 + c) * 31 + Long.hashCode(bits);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Node node
                    && kind == node.kind
                    && op == node.op
                    && a == node.a
                    && b == node.b
                    && c == node.c
                    && bits == node.bits;
        }
    }

    enum Kind {
        INPUT,
        CONSTANT,
        STEP
    }

    private final Lane lane;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Node, Term> terms = new HashMap<>();

    Sequence(Lane lane) {
        this.lane = lane;
    }

    Lane lane() {
        return lane;
    }

    Node node(int id) {
        return nodes.get(id);
    }

    int size() {
        return nodes.size();
    }

    Term input(int number) {
        return term(new Node(Kind.INPUT, null, -1, -1, -1, number));
    }

    /** A constant rounded to the lane. */
    Term constant(double value) {
        return bits(lane.bitsOf(value));
    }

    /** A constant rounded to the lane. */
    Term constant(long value) {
        return bits(lane.bitsOf(value));
    }

    /** The constant with this bit pattern (its low 32 bits in F32). */
    Term bits(long pattern) {
        return term(new Node(Kind.CONSTANT, null, -1, -1, -1, lane == Lane.F32 ? pattern & 0xFFFF_FFFFL : pattern));
    }

    /** The choice for this lane between two values. */
    <T> T pick(T f32, T f64) {
        return lane == Lane.F32 ? f32 : f64;
    }

    double pick(double f32, double f64) {
        return lane == Lane.F32 ? f32 : f64;
    }

    Term step(Opcode op, Term a, @Nullable Term b, @Nullable Term c) {
        Node na = nodes.get(a.id());
        Node nb = b == null ? na : nodes.get(b.id());
        Node nc = c == null ? na : nodes.get(c.id());
        if (op == Opcode.SELECT && na.kind == Kind.CONSTANT) {
            return Objects.requireNonNull(apply(Opcode.NE, na.bits, lane.bitsOf(0L), 0) == lane.bitsOf(1L) ? b : c);
        }
        if (na.kind == Kind.CONSTANT && nb.kind == Kind.CONSTANT && nc.kind == Kind.CONSTANT) {
            return bits(apply(op, na.bits, nb.bits, nc.bits));
        }
        return term(new Node(Kind.STEP, op, a.id(), b == null ? -1 : b.id(), c == null ? -1 : c.id(), 0));
    }

    private long apply(Opcode op, long a, long b, long c) {
        return switch (lane) {
            case F32 ->
                Float.floatToRawIntBits(StepF32.apply(
                                op,
                                Float.intBitsToFloat((int) a),
                                Float.intBitsToFloat((int) b),
                                Float.intBitsToFloat((int) c)))
                        & 0xFFFF_FFFFL;
            case F64 ->
                Double.doubleToRawLongBits(StepF64.apply(
                        op, Double.longBitsToDouble(a), Double.longBitsToDouble(b), Double.longBitsToDouble(c)));
            case I64 -> StepI64.apply(op, a, b, c);
        };
    }

    private Term term(Node node) {
        return terms.computeIfAbsent(node, n -> {
            nodes.add(n);
            return new Term(this, nodes.size() - 1);
        });
    }
}
