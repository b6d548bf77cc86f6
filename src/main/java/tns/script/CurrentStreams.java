package tns.script;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The streams of an interpreter, led to whatever reader and writer the script context of the moment has. */
final class CurrentStreams {
    private CurrentStreams() {}

    /** A stream of UTF-8 whose text goes to the current writer. */
    static PrintStream out(Supplier<Writer> current) {
        return new PrintStream(new Decoded(current), false, StandardCharsets.UTF_8);
    }

    /** A reader of the current reader. */
    static BufferedReader in(Supplier<Reader> current) {
        return new Lines(current);
    }

    private static final class Decoded extends OutputStream {
        private final Supplier<Writer> current;
        private final CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        /** Bytes of a character that is not complete yet. */
        private ByteBuffer rest = ByteBuffer.allocate(0);

        Decoded(Supplier<Writer> current) {
            this.current = current;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer all = ByteBuffer.allocate(rest.remaining() + length)
                    .put(rest)
                    .put(bytes, offset, length)
                    .flip();
            CharBuffer text = CharBuffer.allocate(all.remaining());
            decoder.decode(all, text, false);
            rest = all;
            current.get().append(text.flip());
        }

        @Override
        public void flush() throws IOException {
            current.get().flush();
        }
    }

    private static final class Lines extends BufferedReader {
        private final Supplier<Reader> current;

        Lines(Supplier<Reader> current) {
            super(Reader.nullReader());
            this.current = current;
        }

        /** Reads no further than the line's end: the rest belongs to whoever reads next. */
        @Override
        public @Nullable String readLine() {
            try {
                Reader reader = current.get();
                if (reader instanceof BufferedReader lines) {
                    return lines.readLine();
                }
                StringBuilder line = new StringBuilder();
                int c = reader.read();
                if (c < 0) {
                    return null;
                }
                for (; c >= 0 && c != '\n'; c = reader.read()) {
                    line.append((char) c);
                }
                return line.toString().stripTrailing();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
