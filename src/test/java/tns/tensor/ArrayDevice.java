package tns.tensor;

import java.lang.reflect.Array;
import tns.expr.Program;

/** A device that only stores: host arrays in, the same arrays out, for tests that compute nothing. */
record ArrayDevice(String name) implements Device {
    static final ArrayDevice CPU = new ArrayDevice("cpu");

    private static final class ArrayBuffer extends Buffer {
        private final Object array;

        ArrayBuffer(Device device, DType dtype, int size, Object array) {
            super(device, dtype, size);
            this.array = array;
        }
    }

    @Override
    public Buffer allocate(DType dtype, int size) {
        return upload(
                dtype,
                switch (dtype) {
                    case FLOAT32 -> new float[size];
                    case FLOAT64 -> new double[size];
                    case INT64 -> new long[size];
                    case BOOL -> new byte[size];
                });
    }

    @Override
    public Buffer upload(DType dtype, Object array) {
        return new ArrayBuffer(this, dtype, Array.getLength(array), array);
    }

    @Override
    public Object download(Buffer buffer) {
        return ((ArrayBuffer) buffer).array;
    }

    @Override
    public Buffer element(Buffer buffer, int position) {
        throw storesOnly();
    }

    @Override
    public void store(Buffer buffer, int position, Number value) {
        throw storesOnly();
    }

    @Override
    public void map(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        throw storesOnly();
    }

    @Override
    public void reduce(Reduction reduction, Tensor input, int keptDims, Tensor output) {
        throw storesOnly();
    }

    @Override
    public void scan(Reduction reduction, Tensor input, Tensor output) {
        throw storesOnly();
    }

    @Override
    public void take(Tensor source, Tensor rows, Tensor output) {
        throw storesOnly();
    }

    @Override
    public void put(Tensor target, Tensor rows, Tensor source, boolean add) {
        throw storesOnly();
    }

    @Override
    public void gemm(Tensor left, Tensor right, Tensor output) {
        throw storesOnly();
    }

    @Override
    public void sort(Tensor input, boolean descending, Tensor values, Tensor positions) {
        throw storesOnly();
    }

    private static UnsupportedOperationException storesOnly() {
        return new UnsupportedOperationException("stores only");
    }
}
