/**
 * PyTorch's answers held against the language: cases as lines of JSON come in, one dynamic test each goes out. Depends on
 * the interpreter alone, so that every case goes through the language.
 */
@NullMarked
package tns.conformance;

import org.jspecify.annotations.NullMarked;
