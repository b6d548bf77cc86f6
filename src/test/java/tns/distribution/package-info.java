/** What the scripts under src/test/tns/distributions cannot reach. */
@NullMarked
package tns.distribution;

import org.jspecify.annotations.NullMarked;
