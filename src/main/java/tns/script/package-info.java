/**
 * The script engine {@code tns} of JSR-223: a thin client of {@link tns.Interpreter} that converts values, streams and
 * failures and adds nothing to the language.
 */
@NullMarked
package tns.script;

import org.jspecify.annotations.NullMarked;
