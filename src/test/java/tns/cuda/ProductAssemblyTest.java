package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tns.cuda.ptx.KernelText;
import tns.cuda.ptx.MatrixKernel;
import tns.cuda.ptx.MatrixSide;
import tns.cuda.ptx.MatrixTile;
import tns.cuda.ptx.PartSumKernel;
import tns.tensor.DType;

/** The kernels of products assemble for every machine without spilling registers. */
class ProductAssemblyTest {
    /** The most parts that k is cut in. */
    private static final int MOST_PARTS = 64;

    /** All that a product can ask for: every tile, dtype, way to read each side and width of stores, with a bias or not. */
    private static List<KernelText> products() {
        List<KernelText> all = new ArrayList<>();
        for (MatrixTile tile : MatrixTile.values()) {
            boolean large = tile == MatrixTile.LARGE;
            for (DType dtype : large ? new DType[] {DType.FLOAT32} : DType.values()) {
                for (MatrixSide left : sides(dtype)) {
                    for (MatrixSide right : sides(dtype)) {
                        boolean room = !large || left.width() > 1 || right.width() > 1;
                        int width = room ? 16 / MatrixKernel.result(dtype).bytes() : 1;
                        for (int wide = 1; wide <= width; wide += Math.max(1, width - 1)) {
                            all.add(new MatrixKernel(dtype, tile, left, right, wide));
                            if (!large && dtype.isFloat()) {
                                all.add(new MatrixKernel(dtype, tile, left, right, wide, true));
                            }
                        }
                    }
                }
            }
        }
        return all;
    }

    private static List<MatrixSide> sides(DType dtype) {
        List<MatrixSide> all = new ArrayList<>();
        for (boolean alongSteps : new boolean[] {true, false}) {
            all.add(new MatrixSide(alongSteps, 1));
            if (dtype != DType.BOOL) {
                all.add(new MatrixSide(alongSteps, 16 / dtype.bytes()));
            }
        }
        return all;
    }

    @Test
    void everyKernel() {
        Assembled.everywhere(products());
    }

    /** Two blocks of 256 threads then fit a multiprocessor. */
    @Test
    void registersOfLargeTiles() {
        MatrixSide side = new MatrixSide(true, 4);
        String text = new MatrixKernel(DType.FLOAT32, MatrixTile.LARGE, side, side, 4)
                .render()
                .text();
        for (String machine : PtxAssembler.MACHINES) {
            PtxAssembler.Result result = PtxAssembler.assemble(text, machine);
            assertTrue(result.registers() <= 128, machine + " " + result);
        }
    }

    @Test
    void partSums() {
        List<KernelText> all = new ArrayList<>();
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.INT64}) {
            for (int parts = 2; parts <= MOST_PARTS; parts++) {
                all.add(new PartSumKernel(dtype, parts));
            }
        }
        Assembled.everywhere(all);
    }
}
