/**
 * Figures: a {@code Figure} is an immutable value made of number arrays. Comes in: {@code double[]} data, labels and
 * styles. Goes out: text drawn with braille dots, PNG and SVG files, frames redrawn in place and progress bars. Depends
 * on {@code error} alone; XChart and AWT are touched only when a file is saved.
 */
@NullMarked
package tns.plot;

import org.jspecify.annotations.NullMarked;
