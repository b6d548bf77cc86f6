package tns.op;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.tensor.Buffer;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.PendingBuffer;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Large pointwise results that wait: a temporary is computed within the op that reads it, and never written to memory.
 *
 * <p>Named values are real: binding to a variable, a parameter or a gradient computes, as does everything but another
 * pointwise op. The bits are those of computing one op after the other.
 */
final class Fusion {
    /** Above, an op starts a program of its own: more would not stay in registers. */
    private static final int MOST_STEPS = 60;

    private static final int MOST_INPUTS = 8;

    /** A pointwise op applied to tensors, still to be computed. */
    record Application(Pointwise op, Tensor[] inputs, Lane lane, DType dtype, Shape shape, Device device)
            implements PendingBuffer.Computation {
        @Override
        public Buffer run() {
            Tensor y = Tensor.room(device, dtype, shape);
            device.map(op.program(lane), inputs, shape, new Tensor[] {y});
            return y.buffer();
        }

        @Override
        public String name() {
            String name = op.name();
            return name.endsWith(Pointwise.DERIVATIVE)
                    ? "the gradient of " + name.replace(Pointwise.DERIVATIVE, "")
                    : name;
        }

        boolean reads(Tensor operand) {
            for (Tensor input : inputs) {
                if (input == operand) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Which op results: the parts that ran into the consumer (null for an operand that is read), and where in the
     * fused op's inputs each input of a part, or the operand, is found.
     */
    record Plan(List<@Nullable Pointwise> parts, List<Integer> places) {}

    private Fusion() {}

    /** Ints wait on other devices than the host, where a launch costs more than any lane; bools would not stay 0 and 1. */
    static boolean worthwhile(Device device, DType compute, Shape shape) {
        return (compute.isFloat() || compute == DType.INT64 && !device.isHost())
                && shape.elements() >= device.fuseFrom();
    }

    /** The application of {@code op}, with those operands that wait worked into it. */
    static Application of(Pointwise op, Tensor[] operands, DType compute, DType out, Shape shape, Device device) {
        Lane lane = compute.lane();
        List<Tensor> inputs = new ArrayList<>();
        List<@Nullable Pointwise> parts = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        int steps = op.program(lane).steps().size();
        boolean fused = false;
        for (Tensor operand : operands) {
            Application part = partOf(operand, lane, shape);
            if (part != null) {
                int more = part.op.program(lane).steps().size();
                if (steps + more > MOST_STEPS || inputs.size() + part.inputs.length > MOST_INPUTS) {
                    part = null;
                } else {
                    steps += more;
                }
            }
            parts.add(part == null ? null : part.op);
            if (part == null) {
                places.add(place(inputs, operand));
                continue;
            }
            fused = true;
            for (Tensor input : part.inputs) {
                places.add(place(inputs, operand.origin() == null ? input.plain() : input));
            }
        }
        Pointwise whole = fused ? op.fused(new Plan(parts, places)) : op;
        Tensor[] read = fused ? inputs.toArray(new Tensor[0]) : operands;
        return new Application(whole, read, lane, out, shape, device);
    }

    /** The waiting application behind an operand, when it may be computed in place of being read. */
    private static @Nullable Application partOf(Tensor operand, Lane lane, Shape shape) {
        if (!(operand.pending() instanceof Application part)
                || part.lane != lane
                || !(isElementwise(operand, part, shape) || isNumber(operand, part))) {
            return null;
        }
        return operand.origin() == null || Pointwise.isOrigin(operand, part) ? part : null;
    }

    private static boolean isElementwise(Tensor operand, Application part, Shape shape) {
        return part.shape.equals(shape) && operand.shape().equals(shape) && operand.isContiguous();
    }

    /** Whether one number waits that is the same everywhere: on a device computing it again costs less than a launch. */
    private static boolean isNumber(Tensor operand, Application part) {
        return part.shape.rank() == 0 && !part.device.isHost() && operand.view().isRepeated();
    }

    private static int place(List<Tensor> inputs, Tensor input) {
        for (int i = 0; i < inputs.size(); i++) {
            Tensor known = inputs.get(i);
            // The same elements with the same history, perhaps as two objects.
            if (known == input || known.origin() == input.origin() && known.isSameView(input)) {
                return i;
            }
        }
        inputs.add(input);
        return inputs.size() - 1;
    }

    /** The expression of {@code op} with its parts in place of its inputs. */
    static Expr expression(Expr op, Plan plan) {
        List<Expr> arguments = new ArrayList<>();
        int at = 0;
        for (Pointwise part : plan.parts) {
            if (part == null) {
                arguments.add(Expr.input(plan.places.get(at++)));
                continue;
            }
            List<Expr> inputs = new ArrayList<>();
            for (int i = 0; i < part.arity(); i++) {
                inputs.add(Expr.input(plan.places.get(at++)));
            }
            arguments.add(part.expr().substitute(inputs));
        }
        return op.substitute(arguments);
    }
}
