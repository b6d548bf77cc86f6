/**
 * Tensors as values: dtype, shape, strides over a buffer, and where the value came from. Comes in: arrays and the
 * results of a device. Goes out: immutable tensors. {@code Device} is the narrow waist to the hardware. Depends on
 * {@code expr} and {@code error} only.
 */
@NullMarked
package tns.tensor;

import org.jspecify.annotations.NullMarked;
