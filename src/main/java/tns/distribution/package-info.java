/**
 * Probability distributions: values to sample from and to ask for log probabilities. Comes in: parameters. Goes out: values
 * with {@code sample()}, {@code log_prob(x)} and the like. Depends on {@code op} and {@code tensor}.
 */
@NullMarked
package tns.distribution;

import org.jspecify.annotations.NullMarked;
