package tns.repl;

/**
 * Brings the Vector API into the running JVM without a word on stderr.
 *
 * <p>With {@code --add-modules jdk.incubator.vector} the JVM prints "WARNING: Using incubator modules" before
 * {@code main}, which no flag silences, and does without its archived module graph. Adding the module from inside, as
 * the JVM itself adds {@code java.instrument} for an agent, does neither and gives the same machine code. It takes
 * an export that the jar's manifest grants ({@code Add-Exports}), so an embedding program passes {@code --add-modules}
 * instead.
 */
final class VectorModule {
    private static final String NAME = "jdk.incubator.vector";

    private VectorModule() {}

    /**
     * Makes {@code jdk.incubator.vector} visible to classes loaded from now on; call it before anything touches a
     * kernel. Caution: the module is in no layer that {@code ModuleLayer.boot()} knows; look for its classes instead.
     *
     * @return whether the Vector API can be used; if not, tns computes the same results with its scalar kernels
     */
    static boolean load() {
        if (ModuleLayer.boot().findModule(NAME).isPresent()) return true;
        try {
            Class.forName("jdk.internal.module.Modules")
                    .getMethod("loadModule", String.class)
                    .invoke(null, NAME);
            return true;
        } catch (ReflectiveOperationException _) {
            // No export, or a JDK without the module or with another way to load it.
            return false;
        }
    }
}
