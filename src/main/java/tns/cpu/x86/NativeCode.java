package tns.cpu.x86;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Machine code over Java arrays. All code gets the addresses of an array of numbers and of up to {@link #ARRAYS} others.
 *
 * <p>A call is part of the running Java code as the JVM sees it, which collects no garbage until it returns: so calls are
 * to be short, a millisecond at most. Nothing checks what the code reads and writes: the caller does. Any thread may call.
 */
final class NativeCode {
    /** The most arrays that code gets. */
    static final int ARRAYS = 10;

    /** As many as come in registers. */
    private static final int FEW = 5;

    private static final Cleaner CLEANER = Cleaner.create();

    private final MemorySegment code;

    /** @param code as System V's ABI for AMD64 has a function: rdi, rsi, rdx, rcx, r8, r9, then the stack */
    NativeCode(byte[] code) {
        MemorySegment memory = CodeMemory.hold(code);
        this.code = memory;
        CLEANER.register(this, () -> CodeMemory.giveBack(memory));
    }

    /** The way in with few arrays, which takes 15 ns: with as many as there may be it takes 100, and leaves garbage. */
    private static final class WithFew {
        static final MethodHandle CALL = handle(FEW);
    }

    /** The way in with all of them. */
    private static final class WithMany {
        static final MethodHandle CALL = handle(ARRAYS);
    }

    @SuppressWarnings("restricted") // what is called is written here
    private static MethodHandle handle(int arrays) {
        MemoryLayout[] parameters = new MemoryLayout[1 + arrays];
        Arrays.fill(parameters, ADDRESS);
        return Linker.nativeLinker()
                .downcallHandle(FunctionDescriptor.ofVoid(parameters), Linker.Option.critical(true));
    }

    /** Runs it over arrays of float or double: as many as are given, of {@link #ARRAYS}. */
    void run(long[] numbers, @Nullable Object[] arrays) {
        if (arrays[FEW] == null) {
            run(numbers, arrays[0], arrays[1], arrays[2], arrays[3], arrays[4]);
            return;
        }
        try {
            WithMany.CALL.invokeExact(
                    code,
                    MemorySegment.ofArray(numbers),
                    at(arrays[0]),
                    at(arrays[1]),
                    at(arrays[2]),
                    at(arrays[3]),
                    at(arrays[4]),
                    at(arrays[5]),
                    at(arrays[6]),
                    at(arrays[7]),
                    at(arrays[8]),
                    at(arrays[9]));
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        } finally {
            Reference.reachabilityFence(this); // its memory is not to be given back meanwhile
        }
    }

    /** The same over up to five. */
    void run(
            long[] numbers,
            @Nullable Object a,
            @Nullable Object b,
            @Nullable Object c,
            @Nullable Object d,
            @Nullable Object e) {
        try {
            WithFew.CALL.invokeExact(code, MemorySegment.ofArray(numbers), at(a), at(b), at(c), at(d), at(e));
        } catch (Throwable thrown) {
            throw rethrown(thrown);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static MemorySegment at(@Nullable Object array) {
        if (array instanceof float[] floats) {
            return MemorySegment.ofArray(floats);
        }
        return array == null ? MemorySegment.NULL : MemorySegment.ofArray((double[]) array);
    }

    /**
     * The elements of an array that code takes for doubles if {@code wide}, else for floats.
     *
     * @throws ClassCastException if it has others
     */
    static int length(Object array, boolean wide) {
        return wide ? ((double[]) array).length : ((float[]) array).length;
    }

    /** For calls by method handle, of which the compiler knows only that they may throw anything. */
    static RuntimeException rethrown(Throwable e) {
        return switch (e) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new IllegalStateException(e);
        };
    }
}
