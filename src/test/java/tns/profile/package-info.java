/** What profiles of small scripts say. */
@NullMarked
package tns.profile;

import org.jspecify.annotations.NullMarked;
