/**
 * The host processor as a {@code Device}: kernels over Java arrays. Comes in: tensors on this device and pointwise
 * programs. Goes out: filled output buffers, with the same bits on any number of threads. Depends on {@code tensor},
 * {@code expr} and {@code error}; the only package that uses the Vector API, and only when its module is there, and with
 * {@code x86} below it the only one that makes machine code for the host.
 */
@NullMarked
package tns.cpu;

import org.jspecify.annotations.NullMarked;
