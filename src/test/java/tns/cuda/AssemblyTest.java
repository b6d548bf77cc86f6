package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tns.cuda.ptx.Access;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.PointwiseKernel;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.selftest.FunctionCheck;
import tns.selftest.RandomPrograms;
import tns.tensor.DType;

/** Pointwise kernels assemble for every machine, and none spills registers. */
class AssemblyTest {
    private static final List<BinaryOperator<Expr>> OF_TWO = List.of(
            Expr::add, Expr::sub, Expr::mul, Expr::div, Expr::min, Expr::max, Expr::fmod, Expr::remainder, Expr::pow);

    /** Every elementary function, of operands that lie in every way. */
    @Test
    void elementaryFunctions() {
        List<KernelText> all = new ArrayList<>();
        for (UnaryOperator<Expr> function : FunctionCheck.functions()) {
            for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
                all.addAll(kernels(Program.of(lane, function.apply(Expr.input(0))), dtype(lane)));
            }
        }
        for (BinaryOperator<Expr> function : OF_TWO) {
            for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
                all.addAll(kernels(Program.of(lane, function.apply(Expr.input(0), Expr.input(1))), dtype(lane)));
            }
        }
        Assembled.everywhere(all);
    }

    /** Elements of every dtype by every lane into every dtype. */
    @Test
    void conversions() {
        List<KernelText> all = new ArrayList<>();
        for (Lane lane : Lane.values()) {
            Program copy = Program.of(lane, Expr.input(0));
            for (DType from : DType.values()) {
                for (DType to : DType.values()) {
                    for (int width : new int[] {1, 4}) {
                        all.add(new PointwiseKernel(
                                copy,
                                List.of(
                                        new PointwiseKernel.Operand(from, Access.CONTIGUOUS),
                                        new PointwiseKernel.Operand(to, Access.CONTIGUOUS)),
                                0,
                                width,
                                1));
                    }
                }
            }
        }
        Assembled.everywhere(all);
    }

    private static DType dtype(Lane lane) {
        return lane == Lane.F32 ? DType.FLOAT32 : DType.FLOAT64;
    }

    /** One by one and in groups; with a number or a single element first; strided in up to four dims. */
    private static List<KernelText> kernels(Program program, DType dtype) {
        List<KernelText> all = new ArrayList<>();
        all.add(kernel(program, dtype, Access.CONTIGUOUS, 0, 1));
        all.add(kernel(program, dtype, Access.CONTIGUOUS, 0, 4));
        if (program.inputs() > 1) {
            all.add(kernel(program, dtype, Access.UNIFORM, 0, 4));
            all.add(kernel(program, dtype, Access.VALUE, 0, 4));
        }
        for (int rank = 2; rank <= 4; rank++) {
            all.add(kernel(program, dtype, Access.STRIDED, rank, 1));
        }
        return all;
    }

    /** Random programs reach every step and every conversion. Repeat a failure with {@code -Dtns.seed}. */
    @Test
    void randomPrograms() {
        long first = Long.getLong("tns.seed", System.nanoTime());
        for (long seed = first; seed < first + 40; seed++) {
            RandomPrograms random = new RandomPrograms(seed);
            Lane lane = Lane.values()[random.below(3)];
            Program program = Program.of(lane, random.expression(lane, 2, 1 + random.below(5)));
            DType dtype = DType.values()[random.below(4)];
            String machine = PtxAssembler.MACHINES[random.below(4)];
            Access access = Access.values()[random.below(Access.values().length)];
            KernelText kernel = kernel(program, dtype, access, access == Access.STRIDED ? 2 : 0, 1);
            String text = kernel.render().text();
            assertEquals(
                    0,
                    PtxAssembler.assemble(text, machine).spilledBytes(),
                    "seed " + seed + " " + machine + "\n" + text);
        }
    }

    /** The first operand is reached by {@code access}, the others as well where it is by strides. */
    private static KernelText kernel(Program program, DType dtype, Access access, int rank, int width) {
        List<PointwiseKernel.Operand> operands = new ArrayList<>();
        for (int i = 0; i < program.inputs(); i++) {
            operands.add(new PointwiseKernel.Operand(
                    dtype, i == 0 || access == Access.STRIDED ? access : Access.CONTIGUOUS));
        }
        operands.add(new PointwiseKernel.Operand(dtype, rank > 0 ? Access.STRIDED : Access.CONTIGUOUS));
        return new PointwiseKernel(program, operands, rank, width, 1);
    }
}
