/** Tests of the checks that every device must pass, on a device that every machine has. */
@NullMarked
package tns.selftest;

import org.jspecify.annotations.NullMarked;
