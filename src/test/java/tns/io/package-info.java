/** Files of every kind: sound ones from other programs, hostile ones, and who may use which. */
@NullMarked
package tns.io;

import org.jspecify.annotations.NullMarked;
