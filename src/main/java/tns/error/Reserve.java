package tns.error;

import java.util.concurrent.atomic.AtomicReference;

/**
 * A little memory kept back, so that a program that has filled all the rest can still be told so: making the message
 * takes memory too. There is one in a process, as there is one heap; any thread may use it.
 */
public final class Reserve {
    private static final int BYTES = 1 << 20;

    private static final byte[] SPENT = {};

    private static final AtomicReference<byte[]> KEPT = new AtomicReference<>(SPENT);

    private Reserve() {}

    /** Keeps it back, where there is room for it. */
    public static void keep() {
        if (KEPT.get() == SPENT) {
            try {
                KEPT.set(new byte[BYTES]);
            } catch (OutOfMemoryError full) {
                // There may be room the next time.
            }
        }
    }

    /** Leaves it to others, until it is kept back anew. */
    public static void spend() {
        KEPT.set(SPENT);
    }
}
