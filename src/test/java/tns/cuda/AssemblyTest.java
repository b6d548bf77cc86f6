package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tns.cuda.ptx.Access;
import tns.cuda.ptx.PointwiseKernel;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.selftest.RandomPrograms;
import tns.tensor.DType;

/** Every kind of kernel assembles for every machine, and none spills registers. */
class AssemblyTest {
    private static final List<UnaryOperator<Expr>> FUNCTIONS = List.of(
            Expr::exp,
            Expr::log,
            Expr::expm1,
            Expr::log1p,
            Expr::sin,
            Expr::tan,
            Expr::asin,
            Expr::atan,
            Expr::sinh,
            Expr::tanh,
            Expr::sigmoid,
            Expr::erf,
            Expr::sqrt,
            x -> x.pow(Expr.constant(2.5)),
            x -> x.fmod(Expr.constant(0.7)));

    @Test
    void elementaryFunctions() {
        for (UnaryOperator<Expr> function : FUNCTIONS) {
            for (Lane lane : new Lane[] {Lane.F32, Lane.F64}) {
                Program program = Program.of(lane, function.apply(Expr.input(0)));
                DType dtype = lane == Lane.F32 ? DType.FLOAT32 : DType.FLOAT64;
                check(program, dtype, Access.CONTIGUOUS, 0, 4, PtxAssembler.MACHINES);
                check(program, dtype, Access.STRIDED, 3, 1, "sm_70");
            }
        }
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
            check(program, dtype, Access.values()[random.below(3)], 2, 1, machine);
        }
    }

    private static void check(Program program, DType dtype, Access access, int rank, int width, String... machines) {
        List<PointwiseKernel.Operand> operands = new ArrayList<>();
        for (int i = 0; i < program.inputs(); i++) {
            operands.add(new PointwiseKernel.Operand(dtype, access));
        }
        Access output = access == Access.STRIDED ? Access.STRIDED : Access.CONTIGUOUS;
        operands.add(new PointwiseKernel.Operand(dtype, output));
        int dims = access == Access.STRIDED ? rank : 0;
        String text =
                new PointwiseKernel(program, operands, dims, width, 1).render().text();
        for (String machine : machines) {
            assertEquals(0, PtxAssembler.assemble(text, machine).spilledBytes(), machine + "\n" + program + text);
        }
    }
}
