package tns.io;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Keeps a small compressed file from becoming an enormous one: all in it may grow to 256 MiB, or to 100 times its size. */
final class Inflation {
    private static final long ALWAYS_ALLOWED = 1L << 28;
    private static final long MOST_GROWTH = 100;

    private long left;

    /** The budget of a file with so many bytes. */
    Inflation(long compressed) {
        left = Math.max(ALWAYS_ALLOWED, MOST_GROWTH * compressed);
    }

    /** Refuses an announced size that is more than what is left. */
    void check(long announced) {
        if (announced > left) {
            throw tooLarge();
        }
    }

    /** The stream, which fails when it gives more than what is left. */
    InputStream limited(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int b = super.read();
                take(b < 0 ? 0 : 1);
                return b;
            }

            @Override
            public int read(byte[] to, int at, int length) throws IOException {
                int n = super.read(to, at, length);
                take(Math.max(n, 0));
                return n;
            }
        };
    }

    private void take(int bytes) {
        left -= bytes;
        if (left < 0) {
            throw tooLarge();
        }
    }

    private static RuntimeException tooLarge() {
        return FileFailure.fault("it unpacks to more than 100 times its size")
                .help("if that is right, store it uncompressed: numpy.savez instead of savez_compressed, gunzip");
    }
}
