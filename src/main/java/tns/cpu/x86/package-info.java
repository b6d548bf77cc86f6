/**
 * Kernels as x86-64 machine code, written by Java and called through the foreign-function API. Comes in: programs of {@code
 * tns.expr}, shapes of tiles. Goes out: code over Java arrays, with the same bits as every other executor. Depends on
 * {@code expr} alone; used on Linux, by a processor with AVX2, in a program that has access to native code. Elsewhere, and
 * for what has no code here, there are loops over the Vector API, and below those plain Java.
 *
 * <p>Why, with loops over the Vector API at hand: the JVM's compiler takes seconds for those of a small model, during which
 * it has no time for the rest of the program, while code is written here in less than a millisecond; and with sixteen
 * registers it leaves a tenth to a third of a product's speed. A transformer's first 200 steps (examples/characters.tns)
 * took 3.7 s and take 2.8; products of 384 by 32 by 128 run at 90 GFLOP/s and not 70, of 512 squared at 94 and not 84, on a
 * processor that can do 103 (AMD EPYC without AVX-512, one core of two, 2026-11-28). Vectors have 32 bytes here: where the
 * processor has longer ones, code stands in until the JVM's compiler is done.
 *
 * <p>A mistake here does not throw, it breaks the JVM. So: every call checks the first and the last element of each operand
 * before it goes in; code is executable only once it can no longer be written; the assembler's bytes are tested against
 * another's; and every kind of code runs in the tests against the definitions, bit for bit.
 */
@NullMarked
package tns.cpu.x86;

import org.jspecify.annotations.NullMarked;
