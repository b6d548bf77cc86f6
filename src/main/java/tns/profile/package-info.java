/**
 * Where the time of a program goes. Comes in: lines and ops as they begin and end, and the work of devices. Goes out: a
 * text of what each took, beside the best that this machine can do. Depends on {@code tensor} and {@code error}.
 */
@NullMarked
package tns.profile;

import org.jspecify.annotations.NullMarked;
