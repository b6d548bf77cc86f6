package tns.cpu.x86;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * Machine code over Java arrays. All code has one signature, the addresses of an array of numbers and of {@link #ARRAYS}
 * others, so that the JVM makes one way in for all of it.
 *
 * <p>A call is part of the running Java code as the JVM sees it, which collects no garbage until it returns: so calls are
 * to be short, a millisecond at most. Nothing checks what the code reads and writes: the caller does. Any thread may call.
 */
final class NativeCode {
    /** The most arrays that code gets. */
    static final int ARRAYS = 10;

    private static final MethodHandle CALL = handle();
    private static final Cleaner CLEANER = Cleaner.create();

    private final MemorySegment code;

    /** @param code as System V's ABI for AMD64 has a function: rdi, rsi, rdx, rcx, r8, r9, then the stack */
    NativeCode(byte[] code) {
        MemorySegment memory = CodeMemory.hold(code);
        this.code = memory;
        CLEANER.register(this, () -> CodeMemory.giveBack(memory));
    }

    @SuppressWarnings("restricted") // what is called is written here
    private static MethodHandle handle() {
        FunctionDescriptor type = FunctionDescriptor.ofVoid(
                ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        return Linker.nativeLinker().downcallHandle(type, Linker.Option.critical(true));
    }

    /** Runs it over up to {@link #ARRAYS} arrays of float or double; others are not given to it. */
    void run(long[] numbers, Object[] arrays, int count) {
        try {
            CALL.invokeExact(
                    code,
                    MemorySegment.ofArray(numbers),
                    at(arrays, 0, count),
                    at(arrays, 1, count),
                    at(arrays, 2, count),
                    at(arrays, 3, count),
                    at(arrays, 4, count),
                    at(arrays, 5, count),
                    at(arrays, 6, count),
                    at(arrays, 7, count),
                    at(arrays, 8, count),
                    at(arrays, 9, count));
        } catch (Throwable e) {
            throw rethrown(e);
        } finally {
            Reference.reachabilityFence(this); // its memory is not to be given back meanwhile
        }
    }

    private static MemorySegment at(Object[] arrays, int k, int count) {
        if (k >= count) {
            return MemorySegment.NULL;
        }
        return arrays[k] instanceof float[] floats
                ? MemorySegment.ofArray(floats)
                : MemorySegment.ofArray((double[]) arrays[k]);
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
