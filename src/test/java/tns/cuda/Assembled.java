package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import tns.cuda.ptx.KernelText;

/** Kernels as NVIDIA's assembler sees them. */
final class Assembled {
    private Assembled() {}

    /** Requires that each kernel assembles for every machine without spilling registers. */
    static void everywhere(List<? extends KernelText> kernels) {
        for (KernelText kernel : kernels) {
            String text = kernel.render().text();
            for (String machine : PtxAssembler.MACHINES) {
                assertEquals(0, PtxAssembler.assemble(text, machine).spilledBytes(), machine + " " + kernel);
            }
        }
    }
}
