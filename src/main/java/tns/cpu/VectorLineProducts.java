package tns.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The same with the Vector API: a vector of results stays in its register along k. The bits are the same. */
final class VectorLineProducts extends LineProducts {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    private VectorLineProducts() {}

    // Made here and not by the caller, so that verifying the caller does not load classes that need the Vector API.
    static LineProducts make() {
        return new VectorLineProducts();
    }

    @Override
    void run(
            float[] a,
            int at,
            int aRow,
            int aColumn,
            float[] b,
            int bAt,
            int bRow,
            float[] c,
            int cAt,
            int m,
            int n,
            int k) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int j = 0; j < n; j += SPECIES.length()) {
            VectorMask<Float> inside = SPECIES.indexInRange(j, n);
            if (k == 1) {
                FloatVector line = FloatVector.fromArray(SPECIES, b, bAt + j, inside);
                for (int i = 0; i < m; i++) {
                    FloatVector factor = FloatVector.broadcast(SPECIES, a[at + i * aRow]);
                    factor.fma(line, zero).intoArray(c, cAt + i * n + j, inside);
                }
                continue;
            }
            for (int i = 0; i < m; i++) {
                FloatVector sum = zero;
                int line = at + i * aRow;
                for (int p = 0; p < k; p++) {
                    FloatVector factor = FloatVector.broadcast(SPECIES, a[line + p * aColumn]);
                    sum = factor.fma(FloatVector.fromArray(SPECIES, b, bAt + p * bRow + j, inside), sum);
                }
                sum.intoArray(c, cAt + i * n + j, inside);
            }
        }
    }
}
