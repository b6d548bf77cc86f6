package tns.cuda.ptx;

/**
 * One entry point and the module text that defines it.
 *
 * @param name the entry point
 * @param text a whole PTX module
 * @param threads threads of a block it was written for
 */
public record Kernel(String name, String text, int threads) {}
