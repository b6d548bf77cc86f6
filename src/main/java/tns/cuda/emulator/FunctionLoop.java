package tns.cuda.emulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An instruction for neighbouring threads. This class is a template that is loaded once more for every function, so that
 * the function is a constant and becomes part of the loop: a loop that is shared by all calls it for every thread, which
 * took four times as long.
 */
final class FunctionLoop implements Instruction.Loop {
    private static final @Nullable Object FUNCTION = function();
    private static final Arithmetic.@Nullable Unary ONE = FUNCTION instanceof Arithmetic.Unary f ? f : null;
    private static final Arithmetic.@Nullable Binary TWO = FUNCTION instanceof Arithmetic.Binary f ? f : null;
    private static final Arithmetic.@Nullable Ternary THREE = FUNCTION instanceof Arithmetic.Ternary f ? f : null;

    private static final class Template {
        static final byte[] BYTES = bytes();

        private static byte[] bytes() {
            try (InputStream in = FunctionLoop.class.getResourceAsStream("FunctionLoop.class")) {
                return Objects.requireNonNull(in).readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The loop of a function of {@link Arithmetic}. */
    static Instruction.Loop of(Object function) {
        try {
            return MethodHandles.lookup()
                    .defineHiddenClassWithClassData(Template.BYTES, function, true)
                    .lookupClass()
                    .asSubclass(Instruction.Loop.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The function of this copy of the template; null in the template itself. */
    private static @Nullable Object function() {
        Lookup lookup = MethodHandles.lookup();
        try {
            return lookup.lookupClass().isHidden() ? MethodHandles.classData(lookup, "_", Object.class) : null;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void run(long[] r, int target, int a, int b, int c, int count) {
        if (ONE != null) {
            for (int i = 0; i < count; i++) {
                r[target + i] = ONE.of(r[a + i]);
            }
        } else if (TWO != null) {
            for (int i = 0; i < count; i++) {
                r[target + i] = TWO.of(r[a + i], r[b + i]);
            }
        } else if (THREE != null) {
            for (int i = 0; i < count; i++) {
                r[target + i] = THREE.of(r[a + i], r[b + i], r[c + i]);
            }
        }
    }
}
