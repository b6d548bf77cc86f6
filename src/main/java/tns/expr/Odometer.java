package tns.expr;

/** Walks the indices of a shape in row-major order, keeping the position of every operand. */
final class Odometer {
    private final int[] shape;
    private final int[] index;
    private final Operand[] operands;
    private final int[] positions;
    private final boolean valid;

    /** Checks that the operands fit the program and the shape. */
    Odometer(Program program, Operand[] inputs, Operand[] outputs, int[] shape) {
        if (inputs.length < program.inputs()
                || outputs.length != program.outputs().size()) {
            throw new IllegalArgumentException("the program has " + program.inputs() + " inputs and "
                    + program.outputs().size() + " outputs, not " + inputs.length + " and " + outputs.length);
        }
        this.shape = shape;
        index = new int[shape.length];
        operands = new Operand[inputs.length + outputs.length];
        System.arraycopy(inputs, 0, operands, 0, inputs.length);
        System.arraycopy(outputs, 0, operands, inputs.length, outputs.length);
        positions = new int[operands.length];
        for (int i = 0; i < operands.length; i++) {
            if (operands[i].strides().length != shape.length) {
                throw new IllegalArgumentException("an operand has " + operands[i].strides().length + " strides for "
                        + shape.length + " dimensions");
            }
            positions[i] = operands[i].offset();
        }
        boolean nonEmpty = true;
        for (int size : shape) {
            nonEmpty &= size > 0;
        }
        valid = nonEmpty;
    }

    /** Whether there is a first index. */
    boolean isValid() {
        return valid;
    }

    /** The operands' positions at the current index, inputs first; the array is updated in place. */
    int[] positions() {
        return positions;
    }

    /** Advances; false after the last index. */
    boolean next() {
        for (int dim = shape.length - 1; dim >= 0; dim--) {
            boolean wraps = ++index[dim] == shape[dim];
            for (int i = 0; i < operands.length; i++) {
                positions[i] += wraps
                        ? (1 - shape[dim]) * operands[i].strides()[dim]
                        : operands[i].strides()[dim];
            }
            if (!wraps) {
                return true;
            }
            index[dim] = 0;
        }
        return false;
    }
}
