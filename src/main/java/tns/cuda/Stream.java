package tns.cuda;

import tns.cuda.ptx.KernelText;

/** Where kernels run, one after the other in the order of their launches, and where their temporary memory is. */
interface Stream {
    /**
     * Runs a kernel over {@code blocks} blocks (at least 1) of its number of threads; returns before it has run.
     *
     * @param arguments its parameters in order; 32-bit ones in the low half, floats as their bits
     */
    void launch(KernelText kernel, int blocks, long... arguments);

    /** The address of {@code bytes} bytes of temporary memory, a multiple of 512; nothing is known of its content. */
    long reserve(long bytes);

    /** Gives temporary memory back. Kernels launched before may still use it: later ones wait for them. */
    void release(long address);

    /** How many multiprocessors the device has: a few blocks for each fill it. */
    int multiprocessors();
}
