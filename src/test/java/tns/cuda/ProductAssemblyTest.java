package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.MatrixKernel;
import tns.cuda.ptx.MatrixSide;
import tns.cuda.ptx.MatrixTile;
import tns.cuda.ptx.PartSumKernel;
import tns.tensor.DType;

/** The kernels of products assemble for every machine without spilling registers. */
class ProductAssemblyTest {
    @Test
    void everyKernel() {
        int turn = 0;
        for (MatrixTile tile : MatrixTile.values()) {
            for (DType dtype : tile == MatrixTile.LARGE ? new DType[] {DType.FLOAT32} : DType.values()) {
                int width = dtype == DType.BOOL ? 1 : 16 / dtype.bytes();
                // Every third kind has every side on the left and on the right.
                for (int kind = 0; kind < 16; kind += dtype == DType.FLOAT32 ? 1 : 3, turn++) {
                    MatrixSide left = new MatrixSide((kind & 1) == 0, (kind & 2) == 0 ? width : 1);
                    MatrixSide right = new MatrixSide((kind & 4) == 0, (kind & 8) == 0 ? width : 1);
                    boolean wide = turn % 3 != 0 && (left.width() > 1 || right.width() > 1);
                    MatrixKernel kernel = new MatrixKernel(dtype, tile, left, right, wide ? width : 1);
                    String[] machines = tile == MatrixTile.LARGE && kind % 5 == 0
                            ? PtxAssembler.MACHINES
                            : new String[] {PtxAssembler.MACHINES[(kind + kind / 4) % 4]};
                    for (String machine : machines) {
                        PtxAssembler.Result result = check(kernel, machine);
                        assertTrue(tile != MatrixTile.LARGE || result.registers() <= 128, kernel + " " + result);
                    }
                }
            }
        }
    }

    @Test
    void partSums() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.INT64}) {
            for (String machine : PtxAssembler.MACHINES) {
                check(new PartSumKernel(dtype, 64), machine);
            }
        }
    }

    private static PtxAssembler.Result check(KernelText kernel, String machine) {
        PtxAssembler.Result result = PtxAssembler.assemble(kernel.render().text(), machine);
        assertEquals(0, result.spilledBytes(), machine + " " + kernel);
        return result;
    }
}
