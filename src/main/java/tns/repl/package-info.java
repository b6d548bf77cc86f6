/**
 * The command line and the prompt: thin clients of {@code Interpreter}. Comes in: what the user types. Goes out: text and
 * an exit code.
 */
@NullMarked
package tns.repl;

import org.jspecify.annotations.NullMarked;
