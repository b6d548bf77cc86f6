/**
 * Every function the language knows by itself, each defined once: name, parameters, doc, example, forward and gradient.
 * Comes in: positional and named host values. Goes out: tensors, tuples and host values. Depends on {@code tensor} and
 * {@code expr}; knows nothing of syntax.
 */
@NullMarked
package tns.op;

import org.jspecify.annotations.NullMarked;
