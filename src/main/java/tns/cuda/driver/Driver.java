package tns.cuda.driver;

import tns.cuda.ptx.Kernel;

/**
 * One device behind its driver: memory, kernels and one queue of work.
 *
 * <p>Everything that computes or moves data is queued and runs in the order of the calls; {@link #read} and
 * {@link #synchronize} wait for it. Addresses and handles are plain longs. Used by one thread at a time, not always the
 * same. Every call may throw a {@link DriverException}, for a failure of earlier queued work too.
 */
public interface Driver extends AutoCloseable {
    /** The name of the model. */
    String model();

    /** How many multiprocessors it has. */
    int multiprocessors();

    /** Major and minor version of its instructions as one number: 90 for 9.0. */
    int capability();

    /** All of its memory in bytes. */
    long totalMemory();

    /** Whether every allocation is apart from all others and its bounds are watched, so that none should be cut up. */
    boolean watchesMemory();

    /** The address of new memory of this size, a multiple of 512; 0 when there is no room. */
    long allocate(long bytes);

    /** Gives memory back, once all queued work is done. */
    void free(long address);

    /** Copies {@code count} elements of a float[], double[], long[], int[] or byte[] to the device. */
    void write(long address, Object array, int from, int count);

    /** Copies {@code count} elements from the device to such an array, after all queued work. */
    void read(long address, Object array, int to, int count);

    /** Copies inside the device. */
    void copy(long target, long source, long bytes);

    /** Sets bytes. */
    void fill(long address, byte value, long bytes);

    /** Sets {@code count} words of 32 bits. */
    void fillWords(long address, int value, long count);

    /**
     * Compiles a kernel; the handle is for {@link #launch}.
     *
     * @throws DriverException with the compiler's message when it refuses
     */
    long load(Kernel kernel);

    /** Runs a kernel; 32-bit arguments in the low half, floats as their bits. */
    void launch(long function, int blocks, int threads, long[] arguments);

    /** Waits until everything queued is done. */
    void synchronize();

    /** From now on queued work is not done but recorded. Allocation is allowed meanwhile, reading and writing is not. */
    void beginCapture();

    /** Ends the recording; the handle is for {@link #replay}. */
    long endCapture();

    /** Ends the recording and forgets it, whatever has happened in it. */
    void abandonCapture();

    /** Queues recorded work once more. */
    void replay(long graph);

    /** Forgets recorded work. */
    void discard(long graph);

    /** The handle of the queue, for libraries that add work to it; 0 when there is none. */
    long queue();

    @Override
    void close();
}
