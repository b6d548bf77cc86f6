/**
 * Micro-benchmarks by JMH, for work on one part: the language, through {@link tns.Interpreter}, and the kernels,
 * through ops called from Java. Comes in: a choice of names. Goes out: JMH's table.
 */
package tns.bench.micro;
