/**
 * Execution on the CPU over Java arrays: pointwise programs of {@link tns.expr} run block by block, on one thread or several,
 * with the same bits as {@link tns.expr.ScalarRunner}. The only package that uses the Vector API ({@code jdk.incubator.vector}),
 * and it works without it.
 */
@NullMarked
package tns.cpu;

import org.jspecify.annotations.NullMarked;
