package tns.cuda.ptx;

import java.util.List;
import tns.expr.Lane;
import tns.expr.Program;
import tns.expr.Step;

/** A pointwise program as instructions: from the registers of its inputs to those of its outputs. */
final class ProgramSteps {
    private final PtxWriter w;
    private final Program program;

    ProgramSteps(PtxWriter w, Program program) {
        this.w = w;
        this.program = program;
    }

    /** Runs the program once, on inputs already of its lane; returns the register of each output. */
    String[] run(String[] inputs) {
        String[] slots = new String[program.slots()];
        System.arraycopy(inputs, 0, slots, 0, inputs.length);
        for (int slot = program.inputs(); program.isConstant(slot); slot++) {
            slots[slot] = constant(slot);
        }
        List<Step> steps = program.steps();
        switch (program.lane()) {
            case F32 -> floats(FloatFormat.BINARY32, steps, slots);
            case F64 -> floats(FloatFormat.BINARY64, steps, slots);
            case I64 -> {
                IntegerSteps writer = new IntegerSteps(w);
                for (Step step : steps) {
                    slots[step.target()] =
                            writer.apply(step.op(), slots[step.a()], slot(slots, step.b()), slot(slots, step.c()));
                }
            }
        }
        String[] outputs = new String[program.outputs().size()];
        for (int o = 0; o < outputs.length; o++) {
            int slot = program.outputs().get(o);
            outputs[o] = program.isConstant(slot) ? inRegister(slots[slot]) : slots[slot];
        }
        return outputs;
    }

    private void floats(FloatFormat format, List<Step> steps, String[] slots) {
        FloatSteps writer = new FloatSteps(w, format);
        for (Step step : steps) {
            slots[step.target()] =
                    writer.apply(step.op(), slots[step.a()], slot(slots, step.b()), slot(slots, step.c()));
        }
    }

    /** The operand's register; an operand past the arity of a step is not used and may be any. */
    private static String slot(String[] slots, int number) {
        return number < 0 ? "" : slots[number];
    }

    private String constant(int slot) {
        return switch (program.lane()) {
            case F32 -> FloatFormat.BINARY32.literalBits(Float.floatToRawIntBits(program.floatConstant(slot)));
            case F64 -> FloatFormat.BINARY64.literalBits(Double.doubleToRawLongBits(program.doubleConstant(slot)));
            case I64 -> Long.toString(program.longConstant(slot));
        };
    }

    private String inRegister(String literal) {
        PtxType type = Element.register(program.lane());
        String suffix = program.lane() == Lane.I64 ? "b64" : type.word();
        return w.make(type, "mov." + suffix, literal);
    }
}
