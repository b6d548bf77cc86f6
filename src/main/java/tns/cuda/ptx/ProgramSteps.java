package tns.cuda.ptx;

import tns.expr.Lane;
import tns.expr.Opcode;
import tns.expr.Program;
import tns.expr.Step;

/** The steps of a program as instructions on registers. */
final class ProgramSteps {
    private final PtxWriter w;
    private final Program program;

    ProgramSteps(PtxWriter w, Program program) {
        this.w = w;
        this.program = program;
    }

    /** Writes the steps for one element; {@code inputs} has the register of each input used, and the results theirs. */
    String[] write(String[] inputs) {
        String[] slots = new String[program.slots()];
        System.arraycopy(inputs, 0, slots, 0, program.inputs());
        for (int slot = program.inputs(); program.isConstant(slot); slot++) {
            slots[slot] = constant(slot);
        }
        Writer writer = switch (program.lane()) {
            case F32 -> new FloatSteps(w, FloatFormat.BINARY32)::apply;
            case F64 -> new FloatSteps(w, FloatFormat.BINARY64)::apply;
            case I64 -> new IntegerSteps(w)::apply;
        };
        for (Step step : program.steps()) {
            slots[step.target()] =
                    writer.apply(step.op(), slots[step.a()], slot(slots, step.b()), slot(slots, step.c()));
        }
        String[] results = new String[program.outputs().size()];
        for (int o = 0; o < results.length; o++) {
            int slot = program.outputs().get(o);
            results[o] = program.isConstant(slot) ? inRegister(slots[slot]) : slots[slot];
        }
        return results;
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

    @FunctionalInterface
    private interface Writer {
        String apply(Opcode op, String a, String b, String c);
    }
}
