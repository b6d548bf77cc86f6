package tns.cuda;

import tns.cuda.ptx.RandomKernel;
import tns.cuda.ptx.RandomKernel.Distribution;
import tns.tensor.DType;
import tns.tensor.Philox;

/**
 * Random tensors as {@link Philox} defines them: the same numbers on every GPU, and on the host.
 *
 * <p>The seed and the number of the call are two int64 in device memory, at an address that is a multiple of 8 and
 * belongs to the caller; {@code callOffset} is added to the call. They are read when the kernel runs: a captured graph
 * draws new numbers at every replay if the call is moved on between two. Outputs are contiguous.
 */
final class Randoms {
    private Randoms() {}

    /** Draws of a float dtype, uniform from {@code low} to below {@code high}. */
    static void uniform(Stream stream, long stateAddress, long callOffset, double low, double high, Region output) {
        if (output.dtype() == DType.FLOAT32) {
            float start = (float) low;
            float end = (float) high;
            fill(
                    stream,
                    Distribution.UNIFORM,
                    stateAddress,
                    callOffset,
                    output,
                    bits(start),
                    bits(end - start),
                    bits(end));
        } else {
            fill(
                    stream,
                    Distribution.UNIFORM,
                    stateAddress,
                    callOffset,
                    output,
                    bits(low),
                    bits(high - low),
                    bits(high));
        }
    }

    /** Draws of a float dtype from the normal distribution of this mean and standard deviation. */
    static void normal(Stream stream, long stateAddress, long callOffset, double mean, double std, Region output) {
        boolean single = output.dtype() == DType.FLOAT32;
        long centre = single ? bits((float) mean) : bits(mean);
        long spread = single ? bits((float) std) : bits(std);
        fill(stream, Distribution.NORMAL, stateAddress, callOffset, output, centre, spread);
    }

    /** Draws of int64 from {@code low} to below {@code high}, which must be greater; the distance may be any. */
    static void integers(Stream stream, long stateAddress, long callOffset, long low, long high, Region output) {
        fill(stream, Distribution.INTEGERS, stateAddress, callOffset, output, low, high - low);
    }

    private static long bits(float value) {
        return Float.floatToRawIntBits(value) & 0xFFFF_FFFFL;
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }

    private static void fill(
            Stream stream,
            Distribution distribution,
            long stateAddress,
            long callOffset,
            Region output,
            long... setting) {
        DType dtype = output.dtype();
        if (dtype.isFloat() == (distribution == Distribution.INTEGERS) || dtype == DType.BOOL) {
            throw new IllegalArgumentException("random draws of dtype " + dtype);
        }
        if (!output.view().isContiguous()) {
            throw new IllegalArgumentException("random draws into " + output.view() + ", which is not contiguous");
        }
        int count = output.view().shape().elements();
        if (count == 0) {
            return;
        }
        int blocks = (count - 1) / RandomKernel.elements(dtype) + 1;
        long[] arguments = new long[5 + setting.length];
        arguments[0] = count;
        arguments[1] = blocks;
        arguments[2] = stateAddress;
        arguments[3] = callOffset;
        arguments[4] = output.first();
        System.arraycopy(setting, 0, arguments, 5, setting.length);
        stream.launch(
                new RandomKernel(distribution, dtype, output.first() % 16 == 0),
                Grid.blocks(stream, blocks, RandomKernel.THREADS),
                arguments);
    }
}
