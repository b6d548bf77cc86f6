/**
 * Calls of ops against libtorch's operators of the same names. Comes in: {@code src/bench/calls.txt}. Goes out: how many
 * agree, and both answers of those that do not.
 */
package tns.bench.answers;
