package tns.tensor;

/**
 * The 32-bit Mersenne Twister, mt19937, a block of 624 words at a time.
 *
 * <p>Source: Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number
 * generator", 1998, with the seeding of their 2002 revision. Used by one thread at a time.
 */
final class MersenneTwister {
    /** The number of words in the state, which is also the number of draws between two twists. */
    static final int WORDS = 624;

    private static final int SHIFT = 397;
    private static final int UPPER = 0x80000000;
    private static final int LOWER = 0x7fffffff;
    private static final int MATRIX = 0x9908b0df;

    private final int[] state = new int[WORDS];
    // The state's words after tempering: one pass over the block is several times faster than tempering each draw.
    private final int[] tempered = new int[WORDS];
    private int position;

    /** Starts the stream of {@code seed}. */
    void seed(int seed) {
        state[0] = seed;
        for (int i = 1; i < WORDS; i++) {
            int last = state[i - 1];
            state[i] = 1812433253 * (last ^ (last >>> 30)) + i;
        }
        position = WORDS;
    }

    /** The next 32 bits. */
    int next() {
        if (position == WORDS) {
            advance();
        }
        return tempered[position++];
    }

    /** The low 24 bits of the next draws, times {@code step}, as {@code target[from]} to before {@code target[to]}. */
    void fill(float[] target, int from, int to, float step) {
        for (int at = from; at < to; ) {
            if (position == WORDS) {
                advance();
            }
            int n = Math.min(WORDS - position, to - at);
            scale(target, at, tempered, position, n, step);
            position += n;
            at += n;
        }
    }

    private static void scale(float[] target, int at, int[] words, int from, int n, float step) {
        for (int i = 0; i < n; i++) {
            target[at + i] = (words[from + i] & 0xffffff) * step;
        }
    }

    private void advance() {
        twist();
        temper();
        position = 0;
    }

    /** A copy of the state's words. */
    int[] words() {
        return state.clone();
    }

    /** How many words of the current block have been drawn. */
    int position() {
        return position;
    }

    /** Goes back to a state that {@link #words()} and {@link #position()} gave. */
    void restore(int[] words, int at) {
        System.arraycopy(words, 0, state, 0, WORDS);
        temper();
        position = at;
    }

    private void twist() {
        int[] s = state;
        for (int i = 0; i < WORDS - SHIFT; i++) {
            s[i] = s[i + SHIFT] ^ mix(s[i], s[i + 1]);
        }
        for (int i = WORDS - SHIFT; i < WORDS - 1; i++) {
            s[i] = s[i + SHIFT - WORDS] ^ mix(s[i], s[i + 1]);
        }
        s[WORDS - 1] = s[SHIFT - 1] ^ mix(s[WORDS - 1], s[0]);
    }

    /** The upper bit of {@code a} and the lower 31 of {@code b}, times the twist matrix. */
    private static int mix(int a, int b) {
        return (((a & UPPER) | (b & LOWER)) >>> 1) ^ (-(b & 1) & MATRIX);
    }

    private void temper() {
        for (int i = 0; i < WORDS; i++) {
            int y = state[i];
            y ^= y >>> 11;
            y ^= (y << 7) & 0x9d2c5680;
            y ^= (y << 15) & 0xefc60000;
            tempered[i] = y ^ (y >>> 18);
        }
    }
}
