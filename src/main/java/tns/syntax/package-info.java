/**
 * From text to nodes: the ANTLR parse, names resolved to slots, and whether input is complete. Comes in: a source. Goes
 * out: a tree of {@code lang} nodes, or a diagnostic. Depends on {@code lang}, {@code op} and {@code error}.
 */
@NullMarked
package tns.syntax;

import org.jspecify.annotations.NullMarked;
