package tns.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tns.cuda.ptx.Access;
import tns.cuda.ptx.PointwiseKernel;
import tns.expr.Program;
import tns.tensor.DType;

/**
 * How a pointwise program is launched over given operands: the kernel for their kinds, and its parameters.
 *
 * @param kernel the kernel, equal for equal kinds of operands
 * @param elements the number of elements of the walk
 * @param arguments the kernel's parameters in order
 */
record PointwisePlan(PointwiseKernel kernel, int elements, long[] arguments) {
    /** Elements a thread takes at a time where nothing is strided: 16 bytes of float32. */
    private static final int GROUP = 4;

    /** Below this many elements, groups would leave most of the machine without work. */
    private static final int GROUP_MIN_ELEMENTS = 1 << 16;

    /** Longer programs would run out of registers in groups. */
    private static final int GROUP_MAX_STEPS = 120;

    /** How many threads have something to do at once. */
    int threads() {
        return (elements + kernel.width() - 1) / kernel.width();
    }

    /** Where an operand lies: the address of its first element, and a stride in elements for every dim of the walk. */
    record Place(DType dtype, long address, int[] strides) {}

    /** A plan over {@code shape}, which has elements; inputs come before outputs. */
    static PointwisePlan of(Program program, List<Place> places, int[] shape) {
        return of(program, places, shape, GROUP_MIN_ELEMENTS);
    }

    /** The same with another least number of elements for groups. */
    static PointwisePlan of(Program program, List<Place> places, int[] shape, int groupMinElements) {
        int elements = 1;
        for (int size : shape) {
            elements *= size;
        }
        int[][] strides = new int[places.size()][];
        Arrays.setAll(strides, k -> places.get(k).strides().clone());
        int[] sizes = merged(shape, strides);
        List<PointwiseKernel.Operand> operands = new ArrayList<>();
        boolean strided = false;
        boolean aligned = true;
        for (int k = 0; k < strides.length; k++) {
            Access access = access(sizes, strides[k], k < program.inputs());
            operands.add(new PointwiseKernel.Operand(places.get(k).dtype(), access));
            strided |= access == Access.STRIDED;
            aligned &= access == Access.UNIFORM || places.get(k).address() % 16 == 0;
        }
        boolean groups = !strided
                && aligned
                && elements >= groupMinElements
                && program.steps().size() <= GROUP_MAX_STEPS;
        int rank = strided ? sizes.length : 0;
        PointwiseKernel kernel = new PointwiseKernel(program, operands, rank, groups ? GROUP : 1);
        return new PointwisePlan(kernel, elements, arguments(kernel, elements, places, sizes, strides));
    }

    private static long[] arguments(
            PointwiseKernel kernel, int elements, List<Place> places, int[] sizes, int[][] strides) {
        List<Long> arguments = new ArrayList<>();
        arguments.add((long) elements);
        places.forEach(place -> arguments.add(place.address()));
        for (int d = 0; d < kernel.rank(); d++) {
            arguments.add((long) sizes[d]);
        }
        for (int k = 0; k < strides.length; k++) {
            if (kernel.operands().get(k).access() == Access.STRIDED) {
                for (int d = 0; d < kernel.rank(); d++) {
                    arguments.add((long) strides[k][d]);
                }
            }
        }
        return arguments.stream().mapToLong(Long::longValue).toArray();
    }

    /** Drops dims of size 1 and merges neighbours that lie as one in every operand; rewrites the strides. */
    private static int[] merged(int[] shape, int[][] strides) {
        int[] sizes = new int[shape.length];
        int count = 0;
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] == 1) {
                continue;
            }
            boolean joins = count > 0;
            for (int[] own : strides) {
                joins = joins && own[count - 1] == (long) own[d] * shape[d];
            }
            int at = joins ? count - 1 : count++;
            sizes[at] = joins ? sizes[at] * shape[d] : shape[d];
            for (int[] own : strides) {
                own[at] = own[d];
            }
        }
        return Arrays.copyOf(sizes, count);
    }

    private static Access access(int[] sizes, int[] strides, boolean input) {
        boolean uniform = input;
        boolean contiguous = true;
        int step = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            uniform &= strides[d] == 0;
            contiguous &= strides[d] == step;
            step *= sizes[d];
        }
        return uniform ? Access.UNIFORM : contiguous ? Access.CONTIGUOUS : Access.STRIDED;
    }
}
