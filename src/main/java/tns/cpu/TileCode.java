package tns.cpu;

import static tns.cpu.VectorCode.MASK;
import static tns.cpu.VectorCode.SPECIES;
import static tns.cpu.VectorCode.VECTOR;
import static tns.cpu.VectorCode.VECTORS;
import static tns.cpu.VectorCode.locals;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;

/**
 * Writes the tiles of matrix products as byte code over the Vector API: every accumulator is a local variable of its own,
 * and what is constant in a tile's shape is constant in its loop, so that the JVM's compiler checks one index for all
 * rows and keeps everything in registers.
 *
 * <p>Measured on AMD EPYC (one core, AVX-512), 2026-11-26: 117 GFLOP/s of 117.7 that the processor can do, where one
 * loop with the rows' distances as variables came to 99.
 */
final class TileCode {
    /** What the processor has for vectors. */
    static final int REGISTERS = VectorF32Loops.vectorBytes() >= 64 ? 32 : 16;

    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final ClassDesc OBJECT = ConstantDescs.CD_Object;
    private static final MethodTypeDesc RUN =
            MethodTypeDesc.of(ConstantDescs.CD_void, OBJECT, INT, INT, OBJECT, INT, INT, OBJECT, INT, INT, INT, INT);

    /** The parameters of {@link Tile#run} as local variables. */
    private static final int A = 1;

    private static final int A_AT = 2;
    private static final int A_STRIDE = 3;
    private static final int B = 4;
    private static final int B_AT = 5;
    private static final int B_ROW = 6;
    private static final int C = 7;
    private static final int C_AT = 8;
    private static final int C_ROW = 9;
    private static final int STEPS = 10;
    private static final int LANES = 11;

    private final CodeBuilder code;
    private final Tile.Shape shape;
    private final ClassDesc vector;
    private final ClassDesc element;
    private final int length;
    private final int x;
    private final int y;
    private final int z;
    private final int mask;

    /** The local variables of the accumulators, by row and vector, and of a row of b. */
    private final int[][] sums;

    private final int[] line;

    private TileCode(CodeBuilder code, Tile.Shape shape) {
        this.code = code;
        this.shape = shape;
        vector = ClassDesc.of(VECTORS, shape.wide() ? "DoubleVector" : "FloatVector");
        element = shape.wide() ? ConstantDescs.CD_double : ConstantDescs.CD_float;
        length = lanes(shape.wide());
        x = code.allocateLocal(TypeKind.REFERENCE);
        y = code.allocateLocal(TypeKind.REFERENCE);
        z = code.allocateLocal(TypeKind.REFERENCE);
        mask = code.allocateLocal(TypeKind.REFERENCE);
        sums = new int[shape.rows()][];
        Arrays.setAll(sums, i -> locals(code, shape.vectors(), TypeKind.REFERENCE));
        line = locals(code, shape.vectors(), TypeKind.REFERENCE);
    }

    /** The elements of a vector. */
    static int lanes(boolean wide) {
        return VectorF32Loops.vectorBytes() / (wide ? Double.BYTES : Float.BYTES);
    }

    /** The tile of this shape, not compiled yet. */
    static Tile write(Tile.Shape shape) {
        String name = "Tile" + shape.rows() + "x" + shape.vectors();
        return VectorCode.make(Tile.class, name, RUN, STEPS, code -> new TileCode(code, shape).write());
    }

    private void write() {
        array(A, x);
        array(B, y);
        array(C, z);
        if (shape.ragged()) {
            species()
                    .iconst_0()
                    .iload(LANES)
                    .invokeinterface(SPECIES, "indexInRange", MethodTypeDesc.of(MASK, INT, INT))
                    .astore(mask);
        }
        int[] rows = rows(A_AT, A_STRIDE, shape.lines());
        start();
        int p = code.allocateLocal(TypeKind.INT);
        int begin = code.allocateLocal(TypeKind.INT);
        int atOnce = REGISTERS - (sums.length + 1) * line.length;
        code.iload(B_AT).istore(begin);
        Label top = code.newLabel();
        Label end = code.newLabel();
        code.iconst_0().istore(p);
        code.labelBinding(top).iload(p).iload(STEPS).if_icmpge(end);
        for (int v = 0; v < line.length; v++) {
            load(y, B_AT, v, line[v]);
        }
        int factor = code.allocateLocal(TypeKind.REFERENCE);
        for (int i = 0; i < sums.length; i++) {
            species().aload(x);
            if (shape.lines()) {
                code.iload(rows[i]).iload(p).iadd();
            } else {
                code.iload(A_AT).loadConstant(i).iadd();
            }
            code.arrayLoad(shape.wide() ? TypeKind.DOUBLE : TypeKind.FLOAT)
                    .invokestatic(vector, "broadcast", MethodTypeDesc.of(vector, SPECIES, element))
                    .astore(factor);
            for (int v = 0; v < line.length; v++) {
                code.aload(factor)
                        .aload(line[v])
                        .aload(sums[i][v])
                        .invokevirtual(vector, "fma", MethodTypeDesc.of(vector, VECTOR, VECTOR))
                        .astore(sums[i][v]);
            }
            if (i % atOnce == atOnce - 1 && i < sums.length - 1) {
                // Never so, as b's rows do not come backwards: but the compiler cannot know, and so leaves the factors
                // of the rows below where they are.
                // It would get those of all rows first, and move what is in their registers to memory and back (six
                // rows of AVX2: 72 GFLOP/s for 98).
                code.iload(B_AT).iload(begin).if_icmplt(end);
            }
        }
        if (!shape.lines()) {
            code.iload(A_AT).iload(A_STRIDE).iadd().istore(A_AT);
        }
        code.iload(B_AT).iload(B_ROW).iadd().istore(B_AT);
        code.iinc(p, 1).goto_(top);
        code.labelBinding(end);
        // Nothing is added here: p is steps. The compiler cannot know, and so computes the positions in c anew instead
        // of keeping them through the loop in registers that the loop needs (add: 95 to 114 GFLOP/s).
        code.iload(p).iload(STEPS).isub().iload(C_AT).iadd().istore(C_AT);
        finish();
        code.return_();
    }

    /** The accumulators' first values. */
    private void start() {
        if (shape.add()) {
            int[] rows = rows(C_AT, C_ROW, true);
            for (int i = 0; i < sums.length; i++) {
                for (int v = 0; v < line.length; v++) {
                    load(z, rows[i], v, sums[i][v]);
                }
            }
            return;
        }
        for (int[] row : sums) {
            for (int sum : row) {
                species()
                        .invokestatic(vector, "zero", MethodTypeDesc.of(vector, SPECIES))
                        .astore(sum);
            }
        }
    }

    private void finish() {
        int[] rows = rows(C_AT, C_ROW, true);
        for (int i = 0; i < sums.length; i++) {
            for (int v = 0; v < line.length; v++) {
                code.aload(sums[i][v]).aload(z);
                position(rows[i], v);
                if (isRagged(v)) {
                    code.aload(mask)
                            .invokevirtual(
                                    vector,
                                    "intoArray",
                                    MethodTypeDesc.of(ConstantDescs.CD_void, element.arrayType(), INT, MASK));
                } else {
                    code.invokevirtual(
                            vector, "intoArray", MethodTypeDesc.of(ConstantDescs.CD_void, element.arrayType(), INT));
                }
            }
        }
    }

    /** The positions {@code at + i * stride} as variables, if wanted. */
    private int[] rows(int at, int stride, boolean wanted) {
        if (!wanted) {
            return new int[0];
        }
        int[] rows = locals(code, sums.length, TypeKind.INT);
        for (int i = 0; i < rows.length; i++) {
            code.iload(at).loadConstant(i).iload(stride).imul().iadd().istore(rows[i]);
        }
        return rows;
    }

    private void load(int array, int at, int v, int target) {
        species().aload(array);
        position(at, v);
        if (isRagged(v)) {
            code.aload(mask)
                    .invokestatic(
                            vector, "fromArray", MethodTypeDesc.of(vector, SPECIES, element.arrayType(), INT, MASK));
        } else {
            code.invokestatic(vector, "fromArray", MethodTypeDesc.of(vector, SPECIES, element.arrayType(), INT));
        }
        code.astore(target);
    }

    private boolean isRagged(int v) {
        return shape.ragged() && v == line.length - 1;
    }

    private void position(int at, int v) {
        code.iload(at).loadConstant(v * length).iadd();
    }

    private void array(int parameter, int target) {
        code.aload(parameter).checkcast(element.arrayType()).astore(target);
    }

    private CodeBuilder species() {
        return code.getstatic(vector, "SPECIES_PREFERRED", SPECIES);
    }
}
