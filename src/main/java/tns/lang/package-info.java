/**
 * The meaning of the language: nodes, frames, calls, functions, models and host functions. Comes in: a tree of nodes
 * whose names are already slots. Goes out: values, or a failure with its place. Depends on {@code op} and {@code nn} for
 * everything that computes; knows nothing of text or parsing.
 */
@NullMarked
package tns.lang;

import org.jspecify.annotations.NullMarked;
