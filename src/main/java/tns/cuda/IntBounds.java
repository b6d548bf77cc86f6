package tns.cuda;

import org.jspecify.annotations.Nullable;

/**
 * Between what the ints in a buffer lie.
 *
 * @param of whose ints these are, in a recording that only moves them about: at each run they lie between what that one's
 *     then do; null where they do so at every run
 */
record IntBounds(long least, long greatest, @Nullable DeviceBuffer of) {
    boolean areWithin(int n) {
        return 0 <= least && greatest < n;
    }
}
