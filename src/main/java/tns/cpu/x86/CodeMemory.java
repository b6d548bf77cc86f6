package tns.cpu.x86;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory that the processor may execute: written first, then made executable and never written again. Each piece takes whole
 * pages, and is given back to the system on request. POSIX.1-2024: mmap, mprotect, munmap, with Linux's numbers.
 */
final class CodeMemory {
    private static final int READ_WRITE = 1 | 2;
    private static final int READ_EXECUTE = 1 | 4;
    private static final int PRIVATE_ANONYMOUS = 2 | 0x20;
    private static final long FAILED = -1;

    private static final MethodHandle MMAP =
            function("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MPROTECT = function("mprotect", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle MUNMAP = function("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);

    private CodeMemory() {}

    @SuppressWarnings("restricted") // functions of the C library, whose types are these
    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find(name).orElseThrow(), FunctionDescriptor.of(result, parameters));
    }

    /**
     * The code in memory of its own, where it may be called.
     *
     * @throws IllegalStateException if the system refuses
     */
    @SuppressWarnings("restricted") // the segment is as long as the memory asked for
    static MemorySegment hold(byte[] code) {
        try {
            long size = code.length;
            long address = (long) MMAP.invokeExact(0L, size, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (address == FAILED) {
                throw new IllegalStateException("no memory for machine code");
            }
            MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(size);
            MemorySegment.copy(code, 0, memory, JAVA_BYTE, 0, code.length);
            if ((int) MPROTECT.invokeExact(address, size, READ_EXECUTE) != 0) {
                giveBack(memory);
                throw new IllegalStateException("the system lets no program write machine code");
            }
            return memory;
        } catch (Throwable e) {
            throw NativeCode.rethrown(e);
        }
    }

    /** Unmaps what {@link #hold} gave: nobody may be in it, nor call it any more. */
    static void giveBack(MemorySegment code) {
        try {
            int ignored = (int) MUNMAP.invokeExact(code.address(), code.byteSize());
        } catch (Throwable e) {
            throw NativeCode.rethrown(e);
        }
    }
}
