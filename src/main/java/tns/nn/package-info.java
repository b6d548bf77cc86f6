/**
 * Modules: named parameters and the functions that use them. Comes in: tensors and settings. Goes out: callables whose
 * parameters an optimiser can find. Depends on {@code op} and {@code tensor}.
 */
@NullMarked
package tns.nn;

import org.jspecify.annotations.NullMarked;
