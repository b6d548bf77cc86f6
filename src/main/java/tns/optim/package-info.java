/**
 * Optimisers: how parameters change by their gradients. Comes in: parameters. Goes out: values with {@code step()} and
 * {@code zero_grad()}. Depends on {@code nn} (for models), {@code op} and {@code tensor}.
 */
@NullMarked
package tns.optim;

import org.jspecify.annotations.NullMarked;
