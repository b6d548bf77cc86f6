/**
 * Errors as data: what went wrong, where in which source, and what would work. Comes in: a failure of any layer. Goes
 * out: one {@code Diagnostic} and its one rendering. Depends on nothing.
 */
@NullMarked
package tns.error;

import org.jspecify.annotations.NullMarked;
