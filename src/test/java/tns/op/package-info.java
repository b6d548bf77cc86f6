/** What holds for every op, asked of the op table itself: nobody lists ops by hand. */
@NullMarked
package tns.op;

import org.jspecify.annotations.NullMarked;
