/** The optimisers held against their published algorithms. */
@NullMarked
package tns.optim;

import org.jspecify.annotations.NullMarked;
