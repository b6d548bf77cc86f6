/**
 * Kernels as x86-64 machine code, written by Java and called through the foreign-function API: there at once, where vector
 * loops for the JVM's compiler take it seconds. Comes in: programs of {@code tns.expr} and shapes of tiles. Goes out: code
 * over Java arrays, with the same bits as every other executor. Depends on {@code expr} alone; only where the processor has
 * AVX2, the system is Linux, and native access is enabled.
 */
@NullMarked
package tns.cpu.x86;

import org.jspecify.annotations.NullMarked;
