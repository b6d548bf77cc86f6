/**
 * The benchmark: tns source text against libtorch in one process, a new one for each row. Comes in: the rows and a
 * choice among them. Goes out: tables in Markdown and JSON, and a picture, under {@code src/bench/results}. Compiled only
 * in the Maven profile {@code bench}.
 */
package tns.bench;
