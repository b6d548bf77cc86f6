/**
 * Whether tns computes what it promises on the machine at hand: PyTorch's answers, random programs against their
 * definition, memory and recordings under stress. Comes in: a session and a device. Goes out: what failed. Depends on the
 * facade, as an embedding program would, and on {@code cuda} for what only a device can show.
 */
@NullMarked
package tns.selftest;

import org.jspecify.annotations.NullMarked;
