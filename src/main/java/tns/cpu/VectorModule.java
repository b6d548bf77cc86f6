package tns.cpu;

/**
 * Brings the Vector API into the running JVM, without a word on stderr, when the first kernel needs it.
 *
 * <p>With {@code --add-modules jdk.incubator.vector} the JVM prints "WARNING: Using incubator modules" before
 * {@code main}, which no flag silences, and does without its archived module graph. Adding the module from inside, as
 * the JVM itself adds {@code java.instrument} for an agent, does neither and gives the same machine code. It takes
 * an export that the jar's manifest grants ({@code Add-Exports}), so an embedding program passes {@code --add-modules}
 * instead.
 *
 * <p>The module takes 20 ms and its classes 35 ms more, which no start-up cache holds: a third of a short script's run
 * that needs neither (AMD EPYC, two cores, 2026-11-26).
 */
public final class VectorModule {
    private static final String NAME = "jdk.incubator.vector";
    private static final String LOADER = "jdk.internal.module";

    private VectorModule() {}

    /** Whether {@link #load} is expected to succeed; loads nothing. */
    static boolean isWithinReach() {
        return ModuleLayer.boot().findModule(NAME).isPresent()
                || Object.class.getModule().isExported(LOADER, VectorModule.class.getModule());
    }

    /**
     * Makes {@code jdk.incubator.vector} visible to classes loaded from now on; call it before anything touches a
     * class that names it. Caution: the module is in no layer that {@code ModuleLayer.boot()} knows.
     *
     * @return whether the Vector API can be used; if not, tns computes the same results with its scalar kernels
     */
    public static boolean load() {
        return Loaded.HAPPENED;
    }

    /** Loads it once in the life of the JVM. */
    private static final class Loaded {
        static final boolean HAPPENED = happens();

        private static boolean happens() {
            if (ModuleLayer.boot().findModule(NAME).isPresent()) return true;
            try {
                Class.forName(LOADER + ".Modules")
                        .getMethod("loadModule", String.class)
                        .invoke(null, NAME);
                return true;
            } catch (ReflectiveOperationException _) {
                // No export, or a JDK without the module or with another way to load it.
                return false;
            }
        }
    }
}
