/**
 * The few calls that tns makes of a CUDA driver, and who answers them: NVIDIA's driver through jcuda, or the emulator.
 * Comes in: addresses, kernels as text and their parameters. Goes out: numbers in device memory. The only package that
 * knows jcuda; it is loaded when a program first asks for a device, and only where a driver has been found.
 */
@NullMarked
package tns.cuda.driver;

import org.jspecify.annotations.NullMarked;
