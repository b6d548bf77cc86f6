package tns.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import tns.expr.Lane;
import tns.expr.RowProgram.Fold;

/**
 * The loops of {@link RowFold} with the Vector API, over a multiple of the layout's lanes. Operands of a sum are the
 * elements, each lane's sum of whole pieces so far, and where each lane's sum of the last piece goes when it is not
 * whole. A maximum is the same in any order: it has one for all, which is left in place of the first lane's.
 */
final class VectorFolds {
    static final int OPERANDS = 3;

    private static final int LANES = RowExecutor.LAYOUT.threads();
    private static final int PIECE = RowExecutor.LAYOUT.piece();

    private VectorFolds() {}

    static FusedLoop of(Fold by, Lane lane) {
        return switch (by) {
            case SUM -> lane == Lane.F32 ? new FloatSum() : new DoubleSum();
            case MAX -> lane == Lane.F32 ? new FloatMax() : new DoubleMax();
        };
    }

    /** Sums of floats. */
    private static final class FloatSum extends FusedLoop {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
        private static final int LENGTH = SPECIES.length();

        @Override
        void run(Object[] arrays, int[] at, int n) {
            float[] x = (float[]) arrays[0];
            float[] all = (float[]) arrays[1];
            float[] rest = (float[]) arrays[2];
            int end = at[0] + n;
            for (int from = at[0]; from < end; from += PIECE) {
                int to = Math.min(from + PIECE, end);
                for (int lane = 0; lane < LANES; lane += 4 * LENGTH) {
                    FloatVector a = FloatVector.broadcast(SPECIES, 0);
                    FloatVector b = a;
                    FloatVector c = a;
                    FloatVector d = a;
                    for (int i = from + lane; i < to; i += LANES) {
                        a = a.add(FloatVector.fromArray(SPECIES, x, i));
                        b = b.add(FloatVector.fromArray(SPECIES, x, i + LENGTH));
                        c = c.add(FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH));
                        d = d.add(FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH));
                    }
                    if (to - from == PIECE) {
                        a = a.add(FloatVector.fromArray(SPECIES, all, lane));
                        b = b.add(FloatVector.fromArray(SPECIES, all, lane + LENGTH));
                        c = c.add(FloatVector.fromArray(SPECIES, all, lane + 2 * LENGTH));
                        d = d.add(FloatVector.fromArray(SPECIES, all, lane + 3 * LENGTH));
                    }
                    float[] target = to - from == PIECE ? all : rest;
                    a.intoArray(target, lane);
                    b.intoArray(target, lane + LENGTH);
                    c.intoArray(target, lane + 2 * LENGTH);
                    d.intoArray(target, lane + 3 * LENGTH);
                }
            }
        }
    }

    /** The maximum of floats. */
    private static final class FloatMax extends FusedLoop {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
        private static final int LENGTH = SPECIES.length();

        @Override
        void run(Object[] arrays, int[] at, int n) {
            float[] x = (float[]) arrays[0];
            float[] all = (float[]) arrays[1];
            int end = at[0] + n;
            FloatVector a = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int i = at[0]; i < end; i += 4 * LENGTH) {
                a = greatest(a, FloatVector.fromArray(SPECIES, x, i));
                b = greatest(b, FloatVector.fromArray(SPECIES, x, i + LENGTH));
                c = greatest(c, FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH));
                d = greatest(d, FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH));
            }
            all[0] = a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
        }

        /** The step {@link tns.expr.Opcode#MAX}: {@code max} itself takes half as long again. */
        private static FloatVector greatest(FloatVector a, FloatVector b) {
            return a.blend(b, a.eq(a)).blend(a, a.compare(VectorOperators.GT, b));
        }
    }

    /** Sums of doubles. */
    private static final class DoubleSum extends FusedLoop {
        private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
        private static final int LENGTH = SPECIES.length();

        @Override
        void run(Object[] arrays, int[] at, int n) {
            double[] x = (double[]) arrays[0];
            double[] all = (double[]) arrays[1];
            double[] rest = (double[]) arrays[2];
            int end = at[0] + n;
            for (int from = at[0]; from < end; from += PIECE) {
                int to = Math.min(from + PIECE, end);
                for (int lane = 0; lane < LANES; lane += 4 * LENGTH) {
                    DoubleVector a = DoubleVector.broadcast(SPECIES, 0);
                    DoubleVector b = a;
                    DoubleVector c = a;
                    DoubleVector d = a;
                    for (int i = from + lane; i < to; i += LANES) {
                        a = a.add(DoubleVector.fromArray(SPECIES, x, i));
                        b = b.add(DoubleVector.fromArray(SPECIES, x, i + LENGTH));
                        c = c.add(DoubleVector.fromArray(SPECIES, x, i + 2 * LENGTH));
                        d = d.add(DoubleVector.fromArray(SPECIES, x, i + 3 * LENGTH));
                    }
                    if (to - from == PIECE) {
                        a = a.add(DoubleVector.fromArray(SPECIES, all, lane));
                        b = b.add(DoubleVector.fromArray(SPECIES, all, lane + LENGTH));
                        c = c.add(DoubleVector.fromArray(SPECIES, all, lane + 2 * LENGTH));
                        d = d.add(DoubleVector.fromArray(SPECIES, all, lane + 3 * LENGTH));
                    }
                    double[] target = to - from == PIECE ? all : rest;
                    a.intoArray(target, lane);
                    b.intoArray(target, lane + LENGTH);
                    c.intoArray(target, lane + 2 * LENGTH);
                    d.intoArray(target, lane + 3 * LENGTH);
                }
            }
        }
    }

    /** The maximum of doubles. */
    private static final class DoubleMax extends FusedLoop {
        private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
        private static final int LENGTH = SPECIES.length();

        @Override
        void run(Object[] arrays, int[] at, int n) {
            double[] x = (double[]) arrays[0];
            double[] all = (double[]) arrays[1];
            int end = at[0] + n;
            DoubleVector a = DoubleVector.broadcast(SPECIES, Double.NEGATIVE_INFINITY);
            DoubleVector b = a;
            DoubleVector c = a;
            DoubleVector d = a;
            for (int i = at[0]; i < end; i += 4 * LENGTH) {
                a = greatest(a, DoubleVector.fromArray(SPECIES, x, i));
                b = greatest(b, DoubleVector.fromArray(SPECIES, x, i + LENGTH));
                c = greatest(c, DoubleVector.fromArray(SPECIES, x, i + 2 * LENGTH));
                d = greatest(d, DoubleVector.fromArray(SPECIES, x, i + 3 * LENGTH));
            }
            all[0] = a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
        }

        /** The step {@link tns.expr.Opcode#MAX}: {@code max} itself takes half as long again. */
        private static DoubleVector greatest(DoubleVector a, DoubleVector b) {
            return a.blend(b, a.eq(a)).blend(a, a.compare(VectorOperators.GT, b));
        }
    }
}
