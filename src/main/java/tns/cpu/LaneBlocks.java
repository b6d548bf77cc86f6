package tns.cpu;

import java.util.Set;
import tns.expr.Lane;
import tns.expr.Opcode;
import tns.expr.Program;

/** One thread's {@link Blocks} for each lane. */
final class LaneBlocks {
    private final Blocks<float[]> f32;
    private final Blocks<double[]> f64;
    private final Blocks<long[]> i64;

    private LaneBlocks(F32Loops f32, F64Loops f64, int blockLength) {
        this.f32 = new Blocks<>(f32);
        this.f64 = new Blocks<>(f64);
        i64 = new Blocks<>(new I64Loops(blockLength));
    }

    /** With loops in plain Java. */
    static LaneBlocks plain(int blockLength) {
        return new LaneBlocks(
                new F32Loops(blockLength, blockLength), new F64Loops(blockLength, blockLength), blockLength);
    }

    /** With loops of the Vector API; its module must be there. */
    static LaneBlocks vector(int blockLength) {
        return new LaneBlocks(VectorF32Loops.of(blockLength), VectorF64Loops.of(blockLength), blockLength);
    }

    /** Runs the loops of these steps of a lane of floats, over so many elements. */
    void warmUp(Lane lane, Set<Opcode> steps, int n) {
        Blocks<?> blocks = lane == Lane.F32 ? f32 : f64;
        steps.forEach(step -> blocks.apply(step, n));
    }

    /** As {@link Blocks#small}, of a lane of floats. */
    void small(Program program, long uniforms, Object[] arrays, int[] at, int n) {
        Blocks<?> blocks = program.lane() == Lane.F32 ? f32 : f64;
        blocks.small(program, uniforms, arrays, at, n);
    }

    /** Computes elements {@code [start, end)} of the outputs. */
    void run(Program program, Walk[] inputs, Walk[] outputs, int start, int end) {
        switch (program.lane()) {
            case F32 -> f32.run(program, inputs, outputs, start, end);
            case F64 -> f64.run(program, inputs, outputs, start, end);
            case I64 -> i64.run(program, inputs, outputs, start, end);
        }
    }
}
