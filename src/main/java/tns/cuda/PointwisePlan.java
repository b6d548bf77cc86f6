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
 * @param threads how many threads have something to do at once
 * @param arguments the kernel's parameters in order
 */
record PointwisePlan(PointwiseKernel kernel, int threads, long[] arguments) {
    /** Elements a thread takes at a time where nothing is strided: 16 bytes of float32. */
    private static final int GROUP = 4;

    /** Below this many elements, groups would leave most of the machine without work. */
    private static final int GROUP_MIN_ELEMENTS = 1 << 16;

    /** Longer programs would run out of registers in groups. */
    private static final int GROUP_MAX_STEPS = 120;

    /** Walks side by side in one launch: every thread looks for its own among them. */
    static final int MOST_SETS = 16;

    /**
     * Where an operand lies: the address of its first element, and a stride in elements for every dim of the walk; or,
     * where it is one number that the host knows, its bits in place of the address.
     */
    record Place(DType dtype, long address, int[] strides, boolean known) {
        Place(DType dtype, long address, int[] strides) {
            this(dtype, address, strides, false);
        }
    }

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
        for (int k = 0; k < strides.length; k++) {
            strides[k] = places.get(k).strides().clone();
        }
        int[] sizes = merged(shape, strides);
        List<PointwiseKernel.Operand> operands = new ArrayList<>(strides.length);
        boolean strided = false;
        boolean aligned = true;
        for (int k = 0; k < strides.length; k++) {
            Place place = places.get(k);
            Access access = place.known() ? Access.VALUE : access(sizes, strides[k], k < program.inputs());
            operands.add(new PointwiseKernel.Operand(place.dtype(), access));
            strided |= access == Access.STRIDED;
            aligned &= access.isShared() || place.address() % 16 == 0;
        }
        int width = !strided && aligned && suitsGroups(program, elements, groupMinElements) ? GROUP : 1;
        PointwiseKernel kernel = new PointwiseKernel(program, operands, strided ? sizes.length : 0, width, 1);
        long[] arguments = arguments(kernel, elements, places, sizes, strides);
        return new PointwisePlan(kernel, threads(elements, width), arguments);
    }

    private static boolean suitsGroups(Program program, int elements, int least) {
        return elements >= least && program.steps().size() <= GROUP_MAX_STEPS;
    }

    private static int threads(int elements, int width) {
        return (elements + width - 1) / width;
    }

    private static long[] arguments(
            PointwiseKernel kernel, int elements, List<Place> places, int[] sizes, int[][] strides) {
        int strided = 0;
        for (PointwiseKernel.Operand operand : kernel.operands()) {
            strided += operand.access() == Access.STRIDED ? 1 : 0;
        }
        long[] arguments = new long[1 + places.size() + kernel.rank() * (1 + strided)];
        int at = 0;
        for (Place place : places) {
            arguments[at++] = place.address();
        }
        arguments[at++] = elements;
        for (int d = 0; d < kernel.rank(); d++) {
            arguments[at++] = sizes[d];
        }
        for (int k = 0; k < strides.length; k++) {
            if (kernel.operands().get(k).access() == Access.STRIDED) {
                for (int d = 0; d < kernel.rank(); d++) {
                    arguments[at++] = strides[k][d];
                }
            }
        }
        return arguments;
    }

    /**
     * A plan for several walks side by side, at most {@link #MOST_SETS}, each over contiguous operands of its own; known
     * numbers and single elements are the first walk's for all.
     *
     * @param sets the operands of each walk
     * @param elements of each walk
     * @param blocks of each walk, whose sum is the grid
     */
    static PointwisePlan ofSets(Program program, List<List<Place>> sets, int[] elements, int[] blocks) {
        List<Place> first = sets.getFirst();
        List<PointwiseKernel.Operand> operands = new ArrayList<>(first.size());
        boolean aligned = true;
        int most = 0;
        for (int k = 0; k < first.size(); k++) {
            Place place = first.get(k);
            Access access = place.known()
                    ? Access.VALUE
                    : isSingle(place, k < program.inputs()) ? Access.UNIFORM : Access.CONTIGUOUS;
            operands.add(new PointwiseKernel.Operand(place.dtype(), access));
            for (List<Place> set : sets) {
                aligned &= access.isShared() || set.get(k).address() % 16 == 0;
            }
        }
        for (int n : elements) {
            most = Math.max(most, n);
        }
        int width = aligned && suitsGroups(program, most, GROUP_MIN_ELEMENTS) ? GROUP : 1;
        PointwiseKernel kernel = new PointwiseKernel(program, operands, 0, width, sets.size());
        Arguments arguments = new Arguments();
        for (int k = 0; k < operands.size(); k++) {
            if (operands.get(k).access().isShared()) {
                arguments.add(first.get(k).address());
            }
        }
        long end = 0;
        for (int s = 0; s < elements.length; s++) {
            end += blocks[s];
            arguments.add(end);
            arguments.add((long) elements[s]);
            for (int k = 0; k < operands.size(); k++) {
                if (!operands.get(k).access().isShared()) {
                    arguments.add(sets.get(s).get(k).address());
                }
            }
        }
        return new PointwisePlan(kernel, threads(most, width), arguments.toArray());
    }

    /** Whether an input of a walk over one dim is the same element everywhere. */
    static boolean isSingle(Place place, boolean input) {
        return input && place.strides().length == 1 && place.strides()[0] == 0;
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
