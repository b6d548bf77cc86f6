/**
 * Factorisations of one matrix on the host. Comes in: the elements of a matrix as float64, column by column. Goes out:
 * its factors in the same form, or how far the factorisation went. Knows nothing of tensors or gradients; only this
 * package knows the library behind it.
 */
@NullMarked
package tns.op.linalg;

import org.jspecify.annotations.NullMarked;
