package tns.tensor;

import java.util.List;
import java.util.stream.IntStream;
import tns.expr.Opcode;
import tns.expr.Program;
import tns.expr.RowProgram;
import tns.expr.Step;

/**
 * What one call of a verb of {@link Device} has to do, whoever does it.
 *
 * @param verb the verb's name
 * @param bytes of elements read and written at least: every element of an operand once, however often a broadcast reads it
 * @param flops additions, subtractions, multiplications, divisions and square roots of floats, as programs spell them
 *     out; a fused multiply-add is two, a comparison none
 */
public record Work(String verb, long bytes, long flops) {
    /** This and {@code more}, as this verb. */
    public Work and(Work more) {
        return new Work(verb, bytes + more.bytes, flops + more.flops);
    }

    /** Of {@link Device#allocate} and {@link Device#room}. */
    public static Work allocate() {
        return new Work("allocate", 0, 0);
    }

    /** Of {@link Device#map}. */
    public static Work map(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        return new Work("map", bytes(read(program, inputs)) + bytes(outputs), flops(program) * shape.elements());
    }

    /** Of {@link Device#reduce(Reduction, Tensor, int, Tensor)}. */
    public static Work reduce(Reduction reduction, Tensor input, Tensor output) {
        return new Work("reduce", bytes(input, output), flops(reduction, input.dtype()) * input.elements());
    }

    /** Of {@link Device#reduce(Reduction, Program, DType, Tensor[], Shape, int, Tensor)}. */
    public static Work reduce(
            Reduction reduction, Program program, DType dtype, Tensor[] inputs, Shape shape, Tensor output) {
        long each = flops(program) + flops(reduction, dtype);
        return new Work("reduce", bytes(read(program, inputs)) + bytes(output), each * shape.elements());
    }

    /** Of {@link Device#scan}. */
    public static Work scan(Reduction reduction, Tensor input, Tensor output) {
        return new Work("scan", bytes(input, output), flops(reduction, input.dtype()) * input.elements());
    }

    /** Of {@link Device#take}. */
    public static Work take(Tensor rows, Tensor output) {
        return new Work("take", bytes(rows) + 2 * bytes(output), 0);
    }

    /** Of {@link Device#put}. */
    public static Work put(Tensor rows, Tensor source, boolean add) {
        long written = bytes(source) * (add ? 2 : 1);
        return new Work("put", bytes(rows, source) + written, add ? floats(source.dtype()) * source.elements() : 0);
    }

    /** Of {@link Device#gemm} and the two of {@link Device#product(Tensor, Tensor, Tensor)}. */
    public static Work product(Tensor left, Tensor right, Tensor output) {
        return new Work(
                "product", bytes(left, right, output), 2 * floats(output.dtype()) * output.elements() * left.size(-1));
    }

    /** Of {@link Device#product(Tensor, Tensor, Tensor, Tensor)}. */
    public static Work product(Tensor left, Tensor right, Tensor bias, Tensor output) {
        Work plain = product(left, right, output);
        return new Work(
                plain.verb, plain.bytes + bytes(bias), plain.flops + floats(output.dtype()) * output.elements());
    }

    /** Of {@link Device#correlate}, and of its gradient with the roles exchanged. */
    public static Work correlate(Tensor x, Tensor weight, Tensor output) {
        long each = 2 * floats(output.dtype()) * weight.elements() / Math.max(1, weight.size(0));
        return new Work("correlate", bytes(x, weight, output), each * output.elements());
    }

    /** Of {@link Device#greatest}, {@link Device#cellSums} and {@link Device#spreadCells}; what they do is not counted. */
    public static Work pool(Tensor... tensors) {
        return new Work("pool", bytes(tensors), 0);
    }

    /** Of {@link Device#attend}; the rows' own arithmetic is not counted. */
    public static Work attend(Tensor[] parts, Tensor weights, Tensor output) {
        long each = 2 * floats(output.dtype()) * (parts[0].size(3) + parts[2].size(3));
        return new Work("attend", bytes(parts[0], parts[1], parts[2], weights, output), each * weights.elements());
    }

    /** Of {@link Device#attendBackward}, likewise. */
    public static Work attendBackward(Tensor[] parts, Tensor weights, Tensor dy, Tensor[] gradients) {
        Work forward = attend(parts, weights, dy);
        return new Work("attend", forward.bytes + bytes(gradients), 2 * forward.flops);
    }

    /** Of {@link Device#sort}. */
    public static Work sort(Tensor input, Tensor values, Tensor positions) {
        return new Work("sort", bytes(input, values, positions), 0);
    }

    /** Of {@link Device#ranked}. */
    public static Work ranked(Tensor input, Tensor ranks, Tensor positions) {
        return new Work("ranked", bytes(input, ranks, positions), 0);
    }

    /** Of {@link Device#rows}. */
    public static Work rows(RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        long flops = 0;
        for (RowProgram.Value value : program.values()) {
            flops += switch (value) {
                case RowProgram.Mapped m -> flops(m.program()) * count(m.extent(), shape);
                case RowProgram.Folded f ->
                    (flops(f.program()) + (f.fold() == RowProgram.Fold.SUM ? 1 : 0)) * shape.elements();
                default -> 0;
            };
        }
        return new Work("rows", bytes(inputs) + bytes(outputs), flops);
    }

    /** Of {@link Device#random}. */
    public static Work random(Tensor output) {
        return new Work("random", bytes(output), 0);
    }

    private static long count(RowProgram.Extent extent, Shape shape) {
        return switch (extent) {
            case ELEMENT -> shape.elements();
            case COLUMN -> shape.size(1);
            case ROW -> shape.size(0);
            case UNIFORM -> 1;
        };
    }

    /** Those of one element. */
    private static long flops(Program program) {
        long count = 0;
        for (Step step : program.steps()) {
            count += switch (step.op()) {
                case Opcode.ADD, Opcode.SUB, Opcode.MUL, Opcode.DIV, Opcode.SQRT -> 1;
                case Opcode.FMA -> 2;
                default -> 0;
            };
        }
        return program.lane().isFloat() ? count : 0;
    }

    private static long flops(Reduction reduction, DType dtype) {
        return reduction == Reduction.SUM || reduction == Reduction.PROD ? floats(dtype) : 0;
    }

    private static long floats(DType dtype) {
        return dtype.isFloat() ? 1 : 0;
    }

    private static Tensor[] read(Program program, Tensor[] inputs) {
        return IntStream.range(0, inputs.length)
                .filter(i -> RowProgram.uses(program, i))
                .mapToObj(i -> inputs[i])
                .toArray(Tensor[]::new);
    }

    private static long bytes(Tensor... tensors) {
        long sum = 0;
        for (int i = 0; i < tensors.length; i++) {
            Tensor t = tensors[i];
            if (List.of(tensors).subList(0, i).stream().noneMatch(t::isSameView)) {
                sum += elements(t.view()) * t.dtype().bytes();
            }
        }
        return sum;
    }

    /** The elements that a view shows, each counted once. */
    private static long elements(View view) {
        long count = 1;
        for (int d = 0; d < view.strides().length; d++) {
            count *= view.strides()[d] == 0 && view.shape().size(d) > 0
                    ? 1
                    : view.shape().size(d);
        }
        return count;
    }
}
