/** CUDA behind {@link tns.tensor.Device}: kernels rendered as PTX, launched by a driver or run by the emulator. */
@NullMarked
package tns.cuda;

import org.jspecify.annotations.NullMarked;
