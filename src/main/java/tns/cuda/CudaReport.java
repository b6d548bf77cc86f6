package tns.cuda;

import java.util.ArrayList;
import java.util.List;
import tns.cuda.driver.Availability;
import tns.cuda.driver.Cublas;
import tns.cuda.driver.CublasStream;
import tns.cuda.driver.Driver;
import tns.cuda.driver.Installation;
import tns.error.TnsException;

/** What is there of CUDA on this machine, in lines for people. */
public final class CudaReport {
    private static final long MIB = 1L << 20;

    private CudaReport() {}

    /** A line for the driver, one for each device and one for cuBLAS; or one that says what is missing. */
    public static List<String> lines() {
        List<String> lines = new ArrayList<>();
        String missing = Availability.reason();
        if (missing != null) {
            lines.add("cuda      not here: " + missing);
            return lines;
        }
        try {
            String cublas = null;
            Installation installation = Installation.start();
            lines.add("cuda      driver for CUDA " + installation.version());
            for (int i = 0; i < installation.devices(); i++) {
                try (Driver driver = installation.open(i)) {
                    if (i == 0) {
                        cublas = cublas(driver);
                    }
                    lines.add("cuda:" + i + "    " + driver.model() + ", " + driver.multiprocessors()
                            + " multiprocessors, compute capability " + driver.capability() / 10 + "."
                            + driver.capability() % 10 + ", " + driver.totalMemory() / MIB + " MiB");
                }
            }
            if (cublas != null) {
                lines.add("cublas    " + cublas);
            }
        } catch (TnsException e) {
            lines.add("cuda      " + e.getMessage());
            if (e.help() != null) {
                lines.add("          " + e.help());
            }
        }
        return lines;
    }

    private static String cublas(Driver driver) {
        if (Cublas.isOff()) {
            return "switched off by TNS_CUBLAS or -Dtns.cublas";
        }
        Cublas library = Cublas.find();
        if (library == null) {
            return "not found, so that large products are slower and never TF32: name its file in TNS_CUBLAS, such as"
                    + " …/site-packages/nvidia/cublas/lib/libcublas.so.12 of PyTorch";
        }
        try (CublasStream stream = library.open(driver.queue())) {
            int version = stream.version();
            return version / 10_000 + "." + version / 100 % 100 + "." + version % 100 + ", " + library.name();
        } catch (TnsException e) {
            return "found, " + library.name() + ", and not usable: " + e.getMessage();
        }
    }
}
