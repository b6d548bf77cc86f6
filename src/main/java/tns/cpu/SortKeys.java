package tns.cpu;

import tns.tensor.Tensor;

/**
 * The elements of a strided row as long keys whose signed order is the wanted one: NaN above all, both zeros equal, all
 * bits turned round when descending.
 *
 * @param array the array that the row lies in
 * @param stride from one element of the row to the next
 * @param descending whether the greatest element gets the least key
 */
record SortKeys(Object array, int stride, boolean descending) {
    /** Those along the last dim of {@code input}. */
    static SortKeys of(Tensor input, boolean descending) {
        int rank = input.rank();
        return new SortKeys(
                HostBuffer.array(input), rank == 0 ? 1 : input.view().strides()[rank - 1], descending);
    }

    /** Writes the keys of {@code count} elements from the one at {@code at} to the start of {@code keys}. */
    void read(int at, long[] keys, int count) {
        long flip = descending ? -1 : 0;
        switch (array) {
            case float[] x -> {
                for (int i = 0; i < count; i++) {
                    keys[i] = key(x[at + i * stride]) ^ flip;
                }
            }
            case double[] x -> {
                for (int i = 0; i < count; i++) {
                    keys[i] = key(x[at + i * stride]) ^ flip;
                }
            }
            case long[] x -> {
                for (int i = 0; i < count; i++) {
                    keys[i] = x[at + i * stride] ^ flip;
                }
            }
            case byte[] x -> {
                for (int i = 0; i < count; i++) {
                    keys[i] = x[at + i * stride] ^ flip;
                }
            }
            default -> throw new IllegalStateException("unexpected array " + array.getClass());
        }
    }

    /** The key of the element at {@code at}. */
    long key(int at) {
        long key = switch (array) {
            case float[] x -> key(x[at]);
            case double[] x -> key(x[at]);
            case long[] x -> x[at];
            case byte[] x -> x[at];
            default -> throw new IllegalStateException("unexpected array " + array.getClass());
        };
        return descending ? ~key : key;
    }

    /**
     * The first index from {@code i} on whose key may be below that of index {@code limit}, in the row of {@code n}
     * elements at {@code at}; {@code n} if there is none. One comparison an element, as the elements themselves have: NaN
     * is never passed over, though its key may be higher.
     */
    int next(int at, int i, int n, int limit) {
        int next = i;
        switch (array) {
            case float[] x -> {
                float most = x[at + limit * stride];
                if (descending) {
                    while (next < n && x[at + next * stride] <= most) {
                        next++;
                    }
                } else {
                    while (next < n && x[at + next * stride] >= most) {
                        next++;
                    }
                }
            }
            case double[] x -> {
                double most = x[at + limit * stride];
                if (descending) {
                    while (next < n && x[at + next * stride] <= most) {
                        next++;
                    }
                } else {
                    while (next < n && x[at + next * stride] >= most) {
                        next++;
                    }
                }
            }
            case long[] x -> {
                long most = x[at + limit * stride];
                if (descending) {
                    while (next < n && x[at + next * stride] <= most) {
                        next++;
                    }
                } else {
                    while (next < n && x[at + next * stride] >= most) {
                        next++;
                    }
                }
            }
            case byte[] x -> {
                byte most = x[at + limit * stride];
                if (descending) {
                    while (next < n && x[at + next * stride] <= most) {
                        next++;
                    }
                } else {
                    while (next < n && x[at + next * stride] >= most) {
                        next++;
                    }
                }
            }
            default -> throw new IllegalStateException("unexpected array " + array.getClass());
        }
        return next;
    }

    private static long key(float x) {
        // floatToIntBits gives every NaN one positive pattern; adding 0 makes -0 into 0.
        int bits = Float.floatToIntBits(x + 0f);
        return bits ^ bits >> 31 & Integer.MAX_VALUE;
    }

    private static long key(double x) {
        long bits = Double.doubleToLongBits(x + 0.0);
        return bits ^ bits >> 63 & Long.MAX_VALUE;
    }
}
