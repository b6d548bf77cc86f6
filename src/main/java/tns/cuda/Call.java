package tns.cuda;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.CublasStream;
import tns.cuda.driver.Driver;

/** One piece of work for the queue of a driver, which may be queued later, and again; equal calls do the same. */
sealed interface Call {
    /** Queues it. */
    void issue(Driver driver);

    /** Its numbers, among which all addresses are that it reads or writes at. */
    long[] numbers();

    /** Whether {@code other} is this call but for its numbers. */
    boolean isAlike(Call other);

    /** Of {@link Driver#launch}; the arguments are given away. */
    record Launch(long function, int blocks, int threads, long[] arguments) implements Call {
        @Override
        public void issue(Driver driver) {
            driver.launch(function, blocks, threads, arguments);
        }

        @Override
        public long[] numbers() {
            return arguments;
        }

        @Override
        public boolean isAlike(Call other) {
            return other instanceof Launch l
                    && l.function == function
                    && l.blocks == blocks
                    && l.arguments.length == arguments.length;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Launch l
                    && l.function == function
                    && l.blocks == blocks
                    && l.threads == threads
                    && Arrays.equals(l.arguments, arguments);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(function) * 31 + Arrays.hashCode(arguments);
        }
    }

    /** Of {@link Driver#copy}. */
    record Copy(long target, long source, long bytes) implements Call {
        @Override
        public void issue(Driver driver) {
            driver.copy(target, source, bytes);
        }

        @Override
        public long[] numbers() {
            return new long[] {target, source};
        }

        @Override
        public boolean isAlike(Call other) {
            return other instanceof Copy c && c.bytes == bytes;
        }
    }

    /** Of {@link Driver#fill}. */
    record Fill(long address, byte value, long bytes) implements Call {
        @Override
        public void issue(Driver driver) {
            driver.fill(address, value, bytes);
        }

        @Override
        public long[] numbers() {
            return new long[] {address};
        }

        @Override
        public boolean isAlike(Call other) {
            return other instanceof Fill f && f.value == value && f.bytes == bytes;
        }
    }

    /** Of {@link Driver#fillWords}. */
    record FillWords(long address, int value, long count) implements Call {
        @Override
        public void issue(Driver driver) {
            driver.fillWords(address, value, count);
        }

        @Override
        public long[] numbers() {
            return new long[] {address};
        }

        @Override
        public boolean isAlike(Call other) {
            return other instanceof FillWords f && f.value == value && f.count == count;
        }
    }

    /** A product by cuBLAS, on the driver's queue. */
    record LibraryProduct(CublasStream library, CublasStream.Product product) implements Call {
        @Override
        public void issue(Driver driver) {
            library.compute(product);
        }

        @Override
        public long[] numbers() {
            return new long[] {product.left().address(), product.right().address(), product.output()};
        }

        @Override
        public boolean isAlike(Call other) {
            return other instanceof LibraryProduct p
                    && p.library == library
                    && p.product.m() == product.m()
                    && p.product.n() == product.n()
                    && p.product.k() == product.k();
        }
    }
}
