package tns.cpu;

import tns.expr.PointwiseRunner;
import tns.expr.ScalarRunner;

/** The choice of a pointwise runner for this JVM. */
public final class PointwiseRunners {
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private PointwiseRunners() {}

    /**
     * The runner named by the system property {@code tns.cpu}: {@code scalar}, the definition of every result, or {@code block},
     * the default. Without the module {@code jdk.incubator.vector} block loops are plain Java, and a log line says so.
     *
     * @param threads how many threads work on a large run
     * @param checkpoint see {@link BlockRunner}
     * @throws IllegalArgumentException for any other value of the property
     */
    public static PointwiseRunner choose(int threads, Runnable checkpoint) {
        String kind = System.getProperty("tns.cpu", "block");
        return switch (kind) {
            case "scalar" -> new ScalarRunner();
            case "block" -> {
                if (!hasVectorModule()) {
                    System.getLogger("tns.cpu")
                            .log(
                                    System.Logger.Level.WARNING,
                                    "slower without the Vector API: start Java with --add-modules " + VECTOR_MODULE);
                }
                yield new BlockRunner(threads, checkpoint);
            }
            default -> throw new IllegalArgumentException("tns.cpu must be scalar or block: " + kind);
        };
    }

    static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    }
}
