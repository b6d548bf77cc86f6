package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** NumPy's broadcasting rule, and the rule that operands share a device. */
public final class Broadcasting {
    private Broadcasting() {}

    /** The common shape of {@code operands}. */
    public static Shape shape(String op, Tensor... operands) {
        Shape common = operands[0].shape();
        for (int i = 1; i < operands.length; i++) {
            Shape next = operands[i].shape();
            Shape wider = common == next ? common : Shape.broadcast(common, next);
            if (wider == null) {
                throw mismatch(op, common, next);
            }
            common = wider;
        }
        return common;
    }

    private static TnsException mismatch(String op, Shape a, Shape b) {
        int d = 1;
        while (a.size(-d) == b.size(-d) || a.size(-d) == 1 || b.size(-d) == 1) {
            d++;
        }
        String message = op + ": shapes " + a + " and " + b + " do not broadcast: dim " + -d + " is " + a.size(-d)
                + " on one side and " + b.size(-d) + " on the other";
        TnsException error = new TnsException(ErrorKind.SHAPE, message);
        if (a.rank() == 1 && b.rank() == 1) {
            return error.help("a[:, none] against b gives shape [" + a.size(0) + ", " + b.size(0) + "]");
        }
        return error.help("dims are compared from the last; each pair must be equal, or one of them 1");
    }

    /**
     * The operands on one device: numbers in host memory (0-d tensors) follow the others to theirs.
     *
     * @throws TnsException when others than numbers are on two devices
     */
    public static Tensor[] together(String op, Tensor... operands) {
        Device device = operands[0].device();
        boolean same = true;
        for (Tensor operand : operands) {
            same &= operand.device() == device;
            if (device.isHost() && operand.device() != device) {
                device = operand.device();
            }
        }
        if (same) {
            return operands;
        }
        Tensor[] moved = operands.clone();
        for (int i = 0; i < moved.length; i++) {
            if (moved[i].rank() == 0 && moved[i].device().isHost()) {
                moved[i] = ShapeOps.onDevice(moved[i], device);
            }
        }
        device(op, moved);
        return moved;
    }

    /** The operands on one device and in the shape that they broadcast to. Differentiable. */
    static Tensor[] spread(String op, Tensor... operands) {
        Shape shape = shape(op, operands);
        Tensor[] spread = together(op, operands).clone();
        for (int i = 0; i < spread.length; i++) {
            spread[i] = Movement.expand(spread[i], shape);
        }
        return spread;
    }

    /** The one device of {@code operands}. */
    static Device device(String op, Tensor... operands) {
        Device device = operands[0].device();
        for (int i = 1; i < operands.length; i++) {
            Device next = operands[i].device();
            if (next != device) {
                throw new TnsException(
                                ErrorKind.DEVICE,
                                op + ": operands on two devices: " + operands[0].describe() + " on " + device.name()
                                        + " and " + operands[i].describe() + " on " + next.name())
                        .help("move one of them: x.to(" + device.name() + ")");
            }
        }
        return device;
    }
}
