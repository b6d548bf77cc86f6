package tns.cuda.ptx;

import java.util.List;
import tns.expr.Lane;
import tns.expr.Program;
import tns.expr.Step;

/** A pointwise program written into a kernel, on values that stand in registers of its lane. */
final class ProgramText {
    private ProgramText() {}

    /** Writes one run of the program; returns the registers of its outputs, which may be those of inputs. */
    static String[] write(PtxWriter w, Program program, String[] inputs) {
        String[] slots = new String[program.slots()];
        System.arraycopy(inputs, 0, slots, 0, program.inputs());
        for (int slot = program.inputs(); program.isConstant(slot); slot++) {
            slots[slot] = constant(program, slot);
        }
        List<Step> steps = program.steps();
        switch (program.lane()) {
            case F32 -> floats(w, FloatFormat.BINARY32, steps, slots);
            case F64 -> floats(w, FloatFormat.BINARY64, steps, slots);
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
            outputs[o] = program.isConstant(slot) ? inRegister(w, program.lane(), slots[slot]) : slots[slot];
        }
        return outputs;
    }

    private static void floats(PtxWriter w, FloatFormat format, List<Step> steps, String[] slots) {
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

    private static String constant(Program program, int slot) {
        return switch (program.lane()) {
            case F32 -> FloatFormat.BINARY32.literalBits(Float.floatToRawIntBits(program.floatConstant(slot)));
            case F64 -> FloatFormat.BINARY64.literalBits(Double.doubleToRawLongBits(program.doubleConstant(slot)));
            case I64 -> Long.toString(program.longConstant(slot));
        };
    }

    private static String inRegister(PtxWriter w, Lane lane, String literal) {
        PtxType type = Element.register(lane);
        String suffix = lane == Lane.I64 ? "b64" : type.word();
        return w.make(type, "mov." + suffix, literal);
    }
}
