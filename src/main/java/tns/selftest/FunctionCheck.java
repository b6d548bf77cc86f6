package tns.selftest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import tns.cpu.CpuDevice;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.selftest.SelfTest.Finding;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Every function of one float32 gives the bits of the CPU, over the whole range of floats. */
final class FunctionCheck {
    /** Inputs at a time. */
    private static final int CHUNK = 1 << 22;

    private static final int SMALL_CHUNK = 1 << 10;

    private static final Map<String, UnaryOperator<Expr>> FUNCTIONS = new LinkedHashMap<>();

    static {
        FUNCTIONS.put("exp", Expr::exp);
        FUNCTIONS.put("exp2", Expr::exp2);
        FUNCTIONS.put("expm1", Expr::expm1);
        FUNCTIONS.put("log", Expr::log);
        FUNCTIONS.put("log2", Expr::log2);
        FUNCTIONS.put("log10", Expr::log10);
        FUNCTIONS.put("log1p", Expr::log1p);
        FUNCTIONS.put("sqrt", Expr::sqrt);
        FUNCTIONS.put("rsqrt", Expr::rsqrt);
        FUNCTIONS.put("reciprocal", Expr::reciprocal);
        FUNCTIONS.put("sin", Expr::sin);
        FUNCTIONS.put("cos", Expr::cos);
        FUNCTIONS.put("tan", Expr::tan);
        FUNCTIONS.put("asin", Expr::asin);
        FUNCTIONS.put("acos", Expr::acos);
        FUNCTIONS.put("atan", Expr::atan);
        FUNCTIONS.put("sinh", Expr::sinh);
        FUNCTIONS.put("cosh", Expr::cosh);
        FUNCTIONS.put("tanh", Expr::tanh);
        FUNCTIONS.put("asinh", Expr::asinh);
        FUNCTIONS.put("acosh", Expr::acosh);
        FUNCTIONS.put("atanh", Expr::atanh);
        FUNCTIONS.put("sigmoid", Expr::sigmoid);
        FUNCTIONS.put("log_sigmoid", Expr::logSigmoid);
        FUNCTIONS.put("erf", Expr::erf);
        FUNCTIONS.put("erfc", Expr::erfc);
        FUNCTIONS.put("floor", Expr::floor);
        FUNCTIONS.put("ceil", Expr::ceil);
        FUNCTIONS.put("trunc", Expr::trunc);
        FUNCTIONS.put("round", Expr::round);
    }

    private FunctionCheck() {}

    /** Inputs come in passes that are each spread over all 2^32 patterns, so that every pass sees every exponent. */
    static Finding run(Device device, double seconds) {
        CpuDevice cpu = new CpuDevice();
        List<String> failures = new ArrayList<>();
        boolean emulated = device.name().endsWith("-emu");
        int chunk = emulated ? SMALL_CHUNK : CHUNK;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long passes = (1L << 32) / chunk;
        long done = 0;
        for (long pass = 0; pass < passes && (pass == 0 || System.nanoTime() < end); pass++, done++) {
            float[] x = new float[chunk];
            for (int i = 0; i < chunk; i++) {
                x[i] = Float.intBitsToFloat((int) (i * passes + pass));
            }
            Shape shape = Shape.of(chunk);
            Tensor here = Tensor.upload(cpu, DType.FLOAT32, shape, x.clone());
            Tensor there = Tensor.upload(device, DType.FLOAT32, shape, x.clone());
            FUNCTIONS.forEach((name, function) -> {
                Program program = Program.of(Lane.F32, function.apply(Expr.input(0)));
                Tensor expected = Tensor.room(cpu, DType.FLOAT32, shape);
                Tensor found = Tensor.room(device, DType.FLOAT32, shape);
                cpu.map(program, new Tensor[] {here}, shape, new Tensor[] {expected});
                device.map(program, new Tensor[] {there}, shape, new Tensor[] {found});
                compare(name, x, (float[]) cpu.download(expected.buffer()), found, failures);
            });
        }
        return new Finding(
                FUNCTIONS.size() + " functions at " + done * chunk + " of 2^32 floats, bit for bit against the CPU",
                failures);
    }

    private static void compare(String name, float[] x, float[] expected, Tensor found, List<String> failures) {
        float[] values = (float[]) found.device().download(found.buffer());
        for (int i = 0; i < values.length; i++) {
            if (Float.floatToIntBits(values[i]) != Float.floatToIntBits(expected[i])) {
                failures.add(name + "(" + x[i] + ") = " + values[i] + ", on the CPU " + expected[i]);
                return;
            }
        }
    }
}
