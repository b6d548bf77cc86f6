/**
 * A machine that runs the PTX text of this project in plain Java, for checking kernels where no GPU is: what a kernel
 * reads and writes outside of its memory, misaligned, or before it was set, is an error. Depends on nothing.
 */
@NullMarked
package tns.cuda.emulator;

import org.jspecify.annotations.NullMarked;
