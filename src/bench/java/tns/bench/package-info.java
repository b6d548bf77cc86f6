/**
 * The benchmark: tns source text against libtorch in one process. Comes in: the rows and a choice among them. Goes out:
 * tables in Markdown and JSON under {@code src/bench/results}. Compiled only in the Maven profile {@code bench}.
 */
package tns.bench;
