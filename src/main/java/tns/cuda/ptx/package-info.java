/**
 * Kernels as PTX text: from a pointwise or row program, or from a shape of reduction, copy or product, to a {@link Kernel}
 * that a driver (or the emulator) loads. Only instructions with one specified result are written, so that a kernel
 * gives the bits of the CPU. Depends on {@code tns.expr} and {@code tns.tensor} alone.
 */
@NullMarked
package tns.cuda.ptx;

import org.jspecify.annotations.NullMarked;
