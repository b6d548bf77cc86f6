package tns.cpu;

import tns.expr.PointwiseRunner;
import tns.expr.ScalarRunner;

/** The choice of a pointwise runner for this JVM. */
final class PointwiseRunners {
    private PointwiseRunners() {}

    /**
     * The runner named by the system property {@code tns.cpu}: {@code fused}, the default; {@code vector}, without machine
     * code; {@code block}, without loops made for hot programs; {@code plain}, the same in plain Java; or {@code scalar}, the definition of every result.
     * When the first two have to do without the Vector API, one log line in the life of the JVM says so.
     *
     * @param vectorized whether to use the Vector API once there is enough work
     * @throws IllegalArgumentException for any other value of the property
     */
    static PointwiseRunner choose(Parallel parallel, boolean vectorized, MachineCode machine) {
        String kind = System.getProperty("tns.cpu", "fused");
        return switch (kind) {
            case "scalar" -> new ScalarRunner();
            case "fused", "vector", "block", "plain" -> {
                if (!vectorized && !kind.equals("plain")) {
                    Advice.give();
                }
                FusedLoops loops = vectorized ? new FusedLoops(FusedLoops.PROMOTE_AFTER) : null;
                BlockRunner blocks = new BlockRunner(parallel, loops);
                boolean fuses = kind.equals("fused") || kind.equals("vector");
                yield loops != null && fuses ? new FusedRunner(parallel, blocks, loops, machine) : blocks;
            }
            default ->
                throw new IllegalArgumentException("tns.cpu must be fused, vector, block, plain or scalar: " + kind);
        };
    }

    /** The log line on what would make it faster: written when this class is loaded, so once however many devices. */
    private static final class Advice {
        static {
            System.getLogger("tns.cpu")
                    .log(
                            System.Logger.Level.WARNING,
                            "slower without the Vector API: start Java with --add-modules jdk.incubator.vector");
        }

        static void give() {}
    }
}
