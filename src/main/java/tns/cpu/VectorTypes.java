package tns.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * The classes that vectors have on this machine, which the Vector API does not name. What the fold of a row carries from
 * turn to turn is cast to them: where the JVM's compiler knows a vector's class, it need not have seen before which one
 * comes, as it mostly has not when the first rows are folded.
 */
final class VectorTypes {
    static final Class<?> FLOATS =
            FloatVector.zero(FloatVector.SPECIES_PREFERRED).getClass();
    static final Class<?> DOUBLES =
            DoubleVector.zero(DoubleVector.SPECIES_PREFERRED).getClass();

    private VectorTypes() {}

    /** The same vector, of whose class the compiler is told. */
    static FloatVector exact(FloatVector vector) {
        return (FloatVector) FLOATS.cast(vector);
    }

    /** The same vector likewise. */
    static DoubleVector exact(DoubleVector vector) {
        return (DoubleVector) DOUBLES.cast(vector);
    }
}
