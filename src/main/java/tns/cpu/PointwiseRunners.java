package tns.cpu;

import tns.expr.PointwiseRunner;
import tns.expr.ScalarRunner;

/** The choice of a pointwise runner for this JVM. */
final class PointwiseRunners {
    private PointwiseRunners() {}

    /**
     * The runner named by the system property {@code tns.cpu}: {@code scalar}, the definition of every result,
     * {@code block}, the default, or {@code plain}, the same in plain Java. When {@code block} has to do without the
     * Vector API, a log line says so.
     *
     * @param vectors whether the module jdk.incubator.vector is there
     * @param checkpoint see {@link BlockRunner}
     * @throws IllegalArgumentException for any other value of the property
     */
    static PointwiseRunner choose(Parallel parallel, Runnable checkpoint, boolean vectors) {
        String kind = System.getProperty("tns.cpu", "block");
        return switch (kind) {
            case "scalar" -> new ScalarRunner();
            case "block", "plain" -> {
                if (!vectors && kind.equals("block")) {
                    System.getLogger("tns.cpu")
                            .log(
                                    System.Logger.Level.WARNING,
                                    "slower without the Vector API: start Java with --add-modules"
                                            + " jdk.incubator.vector");
                }
                yield new BlockRunner(parallel, checkpoint, vectors ? BlockRunner.VECTOR_AFTER_WORK : Long.MAX_VALUE);
            }
            default -> throw new IllegalArgumentException("tns.cpu must be scalar, plain or block: " + kind);
        };
    }
}
