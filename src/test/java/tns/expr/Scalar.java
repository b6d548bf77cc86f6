package tns.expr;

/** Evaluates one expression at one point. */
final class Scalar {
    private Scalar() {}

    static float f32(Program program, double... inputs) {
        return (float) run(program, new float[1], inputs).loadDouble(0);
    }

    static double f64(Program program, double... inputs) {
        return run(program, new double[1], inputs).loadDouble(0);
    }

    static double f64(Expr expr, double... inputs) {
        return f64(Program.of(Lane.F64, expr), inputs);
    }

    static long i64(Expr expr, long... inputs) {
        Operand[] operands = new Operand[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            operands[i] = new Operand(new long[] {inputs[i]}, 0, new int[0]);
        }
        Operand output = new Operand(new long[1], 0, new int[0]);
        new ScalarRunner().run(Program.of(Lane.I64, expr), operands, new Operand[] {output}, new int[0]);
        return output.loadLong(0);
    }

    private static Operand run(Program program, Object result, double... inputs) {
        Operand[] operands = new Operand[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            operands[i] = new Operand(new double[] {inputs[i]}, 0, new int[0]);
        }
        Operand output = new Operand(result, 0, new int[0]);
        new ScalarRunner().run(program, operands, new Operand[] {output}, new int[0]);
        return output;
    }
}
