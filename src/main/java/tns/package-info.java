/** The facade of tns: {@code Interpreter}, the one class an embedding program needs. */
@NullMarked
package tns;

import org.jspecify.annotations.NullMarked;
