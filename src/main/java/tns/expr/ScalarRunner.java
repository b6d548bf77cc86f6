package tns.expr;

/** The definition of a program's meaning: one element after the other, one step after the other, in plain Java. */
public final class ScalarRunner implements PointwiseRunner {
    @Override
    public void run(Program program, Operand[] inputs, Operand[] outputs, int[] shape) {
        Odometer odometer = new Odometer(program, inputs, outputs, shape);
        int[] positions = odometer.positions();
        switch (program.lane()) {
            case F32 -> {
                float[] slots = new float[program.slots()];
                for (int slot = program.inputs(); program.isConstant(slot); slot++) {
                    slots[slot] = program.floatConstant(slot);
                }
                for (boolean more = odometer.isValid(); more; more = odometer.next()) {
                    for (int i = 0; i < program.inputs(); i++) {
                        slots[i] = inputs[i].loadFloat(positions[i]);
                    }
                    run(program, slots);
                    for (int i = 0; i < outputs.length; i++) {
                        outputs[i].store(
                                positions[inputs.length + i],
                                slots[program.outputs().get(i)]);
                    }
                }
            }
            case F64 -> {
                double[] slots = new double[program.slots()];
                for (int slot = program.inputs(); program.isConstant(slot); slot++) {
                    slots[slot] = program.doubleConstant(slot);
                }
                for (boolean more = odometer.isValid(); more; more = odometer.next()) {
                    for (int i = 0; i < program.inputs(); i++) {
                        slots[i] = inputs[i].loadDouble(positions[i]);
                    }
                    run(program, slots);
                    for (int i = 0; i < outputs.length; i++) {
                        outputs[i].store(
                                positions[inputs.length + i],
                                slots[program.outputs().get(i)]);
                    }
                }
            }
            case I64 -> {
                long[] slots = new long[program.slots()];
                for (int slot = program.inputs(); program.isConstant(slot); slot++) {
                    slots[slot] = program.longConstant(slot);
                }
                for (boolean more = odometer.isValid(); more; more = odometer.next()) {
                    for (int i = 0; i < program.inputs(); i++) {
                        slots[i] = inputs[i].loadLong(positions[i]);
                    }
                    run(program, slots);
                    for (int i = 0; i < outputs.length; i++) {
                        outputs[i].store(
                                positions[inputs.length + i],
                                slots[program.outputs().get(i)]);
                    }
                }
            }
        }
    }

    /**
     * Computes one element in float32, without operands to walk: operand k, inputs first, is the {@code float[]} {@code
     * arrays[k]} at {@code at[k]}.
     */
    public static void one(Program program, Object[] arrays, int[] at) {
        int inputs = program.inputs();
        float[] slots = new float[program.slots()];
        for (int slot = inputs; program.isConstant(slot); slot++) {
            slots[slot] = program.floatConstant(slot);
        }
        for (int i = 0; i < inputs; i++) {
            slots[i] = ((float[]) arrays[i])[at[i]];
        }
        run(program, slots);
        for (int k = inputs; k < arrays.length; k++) {
            ((float[]) arrays[k])[at[k]] = slots[program.outputs().get(k - inputs)];
        }
    }

    private static void run(Program program, float[] slots) {
        for (Step step : program.steps()) {
            float b = step.b() < 0 ? 0 : slots[step.b()];
            float c = step.c() < 0 ? 0 : slots[step.c()];
            slots[step.target()] = StepF32.apply(step.op(), slots[step.a()], b, c);
        }
    }

    private static void run(Program program, double[] slots) {
        for (Step step : program.steps()) {
            double b = step.b() < 0 ? 0 : slots[step.b()];
            double c = step.c() < 0 ? 0 : slots[step.c()];
            slots[step.target()] = StepF64.apply(step.op(), slots[step.a()], b, c);
        }
    }

    private static void run(Program program, long[] slots) {
        for (Step step : program.steps()) {
            long b = step.b() < 0 ? 0 : slots[step.b()];
            long c = step.c() < 0 ? 0 : slots[step.c()];
            slots[step.target()] = StepI64.apply(step.op(), slots[step.a()], b, c);
        }
    }
}
