package tns.cuda;

import java.util.Arrays;

/**
 * Dims walked over several arrays at once: element i of the row-major walk lies in array k at {@code origins[k]} plus
 * its indices times {@code strides[k]}, in elements.
 */
record Walk(int[] sizes, int[][] strides, int[] origins) {
    /** Dims {@code from} to {@code to} of a shape, over arrays with a stride for each dim of it. */
    static Walk of(int[] sizes, int[][] strides, int from, int to) {
        int[][] own = new int[strides.length][];
        Arrays.setAll(own, k -> Arrays.copyOfRange(strides[k], from, to));
        return new Walk(Arrays.copyOfRange(sizes, from, to), own, new int[strides.length]);
    }

    /** These dims over the given array, which is none of the walk's, as well. */
    Walk with(int[] strides) {
        int[][] more = Arrays.copyOf(this.strides, this.strides.length + 1);
        more[this.strides.length] = strides;
        return new Walk(sizes, more, Arrays.copyOf(origins, more.length));
    }

    /** The walk over the first {@code arrays} arrays alone. */
    Walk over(int arrays) {
        return new Walk(sizes, Arrays.copyOf(strides, arrays), Arrays.copyOf(origins, arrays));
    }

    int rank() {
        return sizes.length;
    }

    int elements() {
        int elements = 1;
        for (int size : sizes) {
            elements *= size;
        }
        return elements;
    }

    /** The size of the innermost dim; 1 when there is none. */
    int innerSize() {
        return rank() == 0 ? 1 : sizes[rank() - 1];
    }

    /** The stride of the innermost dim in array k; 0 when there is none. */
    int innerStride(int k) {
        return rank() == 0 ? 0 : strides[k][rank() - 1];
    }

    /** How far a step of dim d moves in the first {@code arrays} arrays together; as far as can be where it moves none. */
    long pace(int d, int arrays) {
        long pace = 0;
        for (int k = 0; k < arrays; k++) {
            pace += Math.abs((long) strides[k][d]);
        }
        return pace == 0 ? Long.MAX_VALUE : pace;
    }

    /** {@link #pace} of the innermost dim; as far as can be when there is none. */
    long innerPace(int arrays) {
        return rank() == 0 ? Long.MAX_VALUE : pace(rank() - 1, arrays);
    }

    /** The same elements with dims turned round that no array walks upwards. */
    Walk ascending() {
        int[][] turned = new int[strides.length][];
        Arrays.setAll(turned, k -> strides[k].clone());
        int[] from = origins.clone();
        for (int d = 0; d < rank(); d++) {
            boolean down = true;
            for (int[] own : strides) {
                down &= own[d] <= 0;
            }
            for (int k = 0; down && k < strides.length; k++) {
                from[k] += (sizes[d] - 1) * strides[k][d];
                turned[k][d] = -strides[k][d];
            }
        }
        return new Walk(sizes, turned, from);
    }

    /** The same elements with the dims in the order of memory of the first {@code arrays} arrays, outermost first. */
    Walk inMemoryOrder(int arrays) {
        Integer[] order = new Integer[rank()];
        Arrays.setAll(order, d -> d);
        Arrays.sort(order, (a, b) -> Long.compare(pace(b, arrays), pace(a, arrays)));
        int[] sorted = new int[rank()];
        Arrays.setAll(sorted, d -> sizes[order[d]]);
        int[][] moved = new int[strides.length][rank()];
        for (int k = 0; k < moved.length; k++) {
            int[] own = strides[k];
            Arrays.setAll(moved[k], d -> own[order[d]]);
        }
        return new Walk(sorted, moved, origins);
    }

    /** The same walk without dims of size 1, and with neighbours merged that lie as one in every array. */
    Walk merged() {
        int[] kept = new int[rank()];
        int[][] own = new int[strides.length][rank()];
        int count = 0;
        for (int d = 0; d < rank(); d++) {
            if (sizes[d] == 1) {
                continue;
            }
            boolean joins = count > 0;
            for (int k = 0; k < strides.length; k++) {
                joins = joins && own[k][count - 1] == (long) strides[k][d] * sizes[d];
            }
            int at = joins ? count - 1 : count++;
            kept[at] = joins ? kept[at] * sizes[d] : sizes[d];
            for (int k = 0; k < strides.length; k++) {
                own[k][at] = strides[k][d];
            }
        }
        int left = count;
        Arrays.setAll(own, k -> Arrays.copyOf(own[k], left));
        return new Walk(Arrays.copyOf(kept, count), own, origins);
    }

    /** The same elements of the arrays, a step of the innermost dim taking {@code group} of them. */
    Walk grouped(int group) {
        if (group == 1 || rank() == 0) {
            return this;
        }
        int last = rank() - 1;
        int[] fewer = sizes.clone();
        fewer[last] /= group;
        int[][] longer = new int[strides.length][];
        Arrays.setAll(longer, k -> strides[k].clone());
        for (int[] own : longer) {
            own[last] *= group;
        }
        return new Walk(fewer, longer, origins);
    }

    /** Where element {@code index} of the walk lies in array k. */
    int at(int k, int index) {
        int at = origins[k];
        int rest = index;
        for (int d = rank() - 1; d >= 0; d--) {
            at += (d == 0 ? rest : rest % sizes[d]) * strides[k][d];
            rest /= sizes[d];
        }
        return at;
    }
}
