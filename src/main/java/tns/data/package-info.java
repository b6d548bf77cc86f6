/**
 * Data to learn from: taken in batches, split into parts, brought to one scale. Comes in: tensors with one example in each
 * row. Goes out: tensors, and batches to loop over. Depends on {@code op} and {@code tensor}.
 */
@NullMarked
package tns.data;

import org.jspecify.annotations.NullMarked;
