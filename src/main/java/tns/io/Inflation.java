package tns.io;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Keeps a small compressed file from becoming an enormous one: it may grow to 256 MiB, or to 100 times its size. */
final class Inflation {
    private static final long ALWAYS_ALLOWED = 1L << 28;
    private static final long MOST_GROWTH = 100;

    private Inflation() {}

    private static long limit(long compressed) {
        return Math.max(ALWAYS_ALLOWED, MOST_GROWTH * Math.max(compressed, 0));
    }

    /** Refuses an announced size beyond the limit. */
    static void check(long compressed, long announced) {
        if (announced > limit(compressed)) {
            throw tooLarge();
        }
    }

    /** The stream, which fails when it gives more than the limit for so many compressed bytes. */
    static InputStream limited(InputStream in, long compressed) {
        return new FilterInputStream(in) {
            private long left = limit(compressed);

            @Override
            public int read() throws IOException {
                int b = super.read();
                count(b < 0 ? 0 : 1);
                return b;
            }

            @Override
            public int read(byte[] to, int at, int length) throws IOException {
                int n = super.read(to, at, length);
                count(Math.max(n, 0));
                return n;
            }

            private void count(int bytes) {
                left -= bytes;
                if (left < 0) {
                    throw tooLarge();
                }
            }
        };
    }

    private static RuntimeException tooLarge() {
        return FileFailure.fault("it unpacks to more than 100 times its size")
                .help("if that is right, store it uncompressed: numpy.savez instead of savez_compressed");
    }
}
