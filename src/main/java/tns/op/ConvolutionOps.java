package tns.op;

import java.util.Arrays;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.Windowing;

/** Convolutions and transposed convolutions over one, two and three dims, checked and with PyTorch's arguments. */
public final class ConvolutionOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("convolution");

    static {
        convolution(
                1,
                "conv1d([[1., 2., 4., 7.]], [[[-1., 1.]]])",
                "tensor([[1., 2., 3.]])",
                new String[] {
                    "conv1d(x, w, b, stride=2, padding=1, dilation=2)", "x: [2, 2, 6]", "w: [3, 2, 2]", "b: [3]"
                },
                new String[] {"conv1d(x, w, padding=\"same\", groups=2)", "x: [2, 4]", "w: [2, 1, 2]"});
        convolution(
                2,
                "conv2d(ones(1, 3, 3), ones(1, 1, 2, 2))",
                "tensor([[[4., 4.],\n         [4., 4.]]])",
                new String[] {"conv2d(x, w, b, padding=1)", "x: [2, 2, 3, 4]", "w: [2, 2, 3, 2]", "b: [2]"},
                new String[] {
                    "conv2d(x, w, stride=(2, 1), padding=(0, 1), dilation=(1, 2), groups=2)",
                    "x: [1, 4, 4, 4]",
                    "w: [2, 2, 2, 2]"
                });
        convolution(3, "conv3d(ones(1, 2, 2, 2), ones(1, 1, 2, 2, 2))", "tensor([[[[8.]]]])", new String[] {
            "conv3d(x, w, padding=(1, 0, 1))", "x: [1, 1, 2, 2, 3]", "w: [1, 1, 2, 2, 2]"
        });
        transposed(
                1, "conv_transpose1d([[1., 2.]], [[[1., 1.]]], stride=2)", "tensor([[1., 1., 2., 2.]])", new String[] {
                    "conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1)",
                    "x: [2, 2, 3]",
                    "w: [2, 1, 3]",
                    "b: [1]"
                });
        transposed(2, "conv_transpose2d([[[1., 2.]]], ones(1, 1, 1, 2))", "tensor([[[1., 3., 2.]]])", new String[] {
            "conv_transpose2d(x, w, stride=(1, 2), dilation=(2, 1), groups=2)", "x: [1, 2, 2, 2]", "w: [2, 1, 2, 2]"
        });
        transposed(
                3,
                "conv_transpose3d(ones(1, 1, 1, 2), ones(1, 1, 1, 1, 2))",
                "tensor([[[[1., 2., 1.]]]])",
                new String[] {"conv_transpose3d(x, w, stride=(1, 1, 2))", "x: [1, 1, 1, 2, 2]", "w: [1, 1, 1, 2, 2]"});
    }

    private ConvolutionOps() {}

    private static void convolution(int dims, String call, String result, String[]... cases) {
        Op.Definition op = FAMILY.define("conv" + dims + "d(x: tensor, weight: tensor, bias: tensor = none,"
                        + " stride: ints = 1, padding: any = 0, dilation: ints = 1, groups: int = 1)")
                .doc("The weighted sums of the windows of x, [n, c, sizes] or [c, sizes], for the weight"
                        + " [o, c / groups, kernel]; padding is in elements, \"same\" or \"valid\".")
                .example(call, result);
        gradients(op, cases);
        op.is(args -> convolve(args, dims));
    }

    private static void transposed(int dims, String call, String result, String[]... cases) {
        Op.Definition op = FAMILY.define("conv_transpose" + dims + "d(x: tensor, weight: tensor, bias: tensor = none,"
                        + " stride: ints = 1, padding: ints = 0, output_padding: ints = 0, groups: int = 1,"
                        + " dilation: ints = 1)")
                .doc("What conv" + dims + "d's gradient does: every element of x, [n, c, sizes] or [c, sizes], adds its"
                        + " multiple of the weight [c, o / groups, kernel] to the result.")
                .example(call, result);
        gradients(op, cases);
        op.is(args -> transpose(args, dims));
    }

    private static void gradients(Op.Definition op, String[][] cases) {
        for (String[] each : cases) {
            op.gradient(each[0], Arrays.copyOfRange(each, 1, each.length));
        }
    }

    private static Tensor convolve(Args args, int dims) {
        Tensor x = batched(args, dims);
        Tensor w = args.tensor("weight");
        int groups = groups(args);
        String op = args.name();
        if (w.rank() != dims + 2 || w.size(1) * groups != x.size(1)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": the input " + args.tensor("x").shape() + " has " + x.size(1)
                                    + " channels, but the weight " + w.shape() + " with groups=" + groups + " takes "
                                    + (w.rank() == dims + 2 ? "" + w.size(1) * groups : dims + 2 + " dims"))
                    .help("the weight is [out_channels, in_channels / groups, " + kernelWords(dims) + "]");
        }
        requireOutputs(op, w, 0, groups);
        int[] kernel = Convolution.spatial(w);
        int[] stride = perDim(args, "stride", dims);
        int[] dilation = perDim(args, "dilation", dims);
        int[] before = new int[dims];
        int[] after = new int[dims];
        padding(args, kernel, stride, dilation, before, after);
        Windowing windowing = new Windowing(stride, before, after, dilation, groups);
        for (int d = 0; d < dims; d++) {
            if (windowing.count(x.size(d + 2), kernel[d], d) < 1) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                op + ": the kernel " + Arrays.toString(kernel) + " is larger than the padded input, "
                                        + Arrays.toString(paddedSizes(x, before, after)))
                        .help("padding=\"same\" keeps the size");
            }
        }
        return finished(args, x, Convolution.forward(x, w, windowing), w.size(0), dims);
    }

    private static int[] paddedSizes(Tensor x, int[] before, int[] after) {
        int[] sizes = Convolution.spatial(x);
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] += before[d] + after[d];
        }
        return sizes;
    }

    private static void padding(Args args, int[] kernel, int[] stride, int[] dilation, int[] before, int[] after) {
        int dims = kernel.length;
        if (args.get("padding") instanceof String mode) {
            switch (mode) {
                case "valid" -> {}
                case "same" -> {
                    for (int d = 0; d < dims; d++) {
                        if (stride[d] != 1) {
                            throw new TnsException(
                                            ErrorKind.VALUE,
                                            args.name() + ": padding=\"same\" needs stride 1, found "
                                                    + Arrays.toString(stride))
                                    .help("give the padding in elements");
                        }
                        int total = Shape.checkedSize((long) dilation[d] * (kernel[d] - 1));
                        before[d] = total / 2;
                        after[d] = total - total / 2;
                    }
                }
                default ->
                    throw new TnsException(ErrorKind.VALUE, args.name() + ": no padding \"" + mode + "\"")
                            .help("an int, a tuple of ints, \"same\" or \"valid\"");
            }
            return;
        }
        int[] sides = Windows.perDim(args, "padding", dims, 0);
        System.arraycopy(sides, 0, before, 0, dims);
        System.arraycopy(sides, 0, after, 0, dims);
    }

    /** The argument {@code parameter} as one positive int per dim; one int stands for all. */
    public static int[] perDim(Args args, String parameter, int dims) {
        return Windows.perDim(args, parameter, dims, 1);
    }

    /** The padding that the convolution of these arguments would use, as pairs from the last dim on, as pad takes it. */
    public static int[] pairs(Args args, int[] kernel) {
        int dims = kernel.length;
        int[] before = new int[dims];
        int[] after = new int[dims];
        padding(args, kernel, perDim(args, "stride", dims), perDim(args, "dilation", dims), before, after);
        int[] pairs = new int[2 * dims];
        for (int d = 0; d < dims; d++) {
            pairs[2 * (dims - 1 - d)] = before[d];
            pairs[2 * (dims - 1 - d) + 1] = after[d];
        }
        return pairs;
    }

    private static Tensor transpose(Args args, int dims) {
        Tensor x = batched(args, dims);
        Tensor w = args.tensor("weight");
        int groups = groups(args);
        String op = args.name();
        if (w.rank() != dims + 2 || w.size(0) != x.size(1)) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            op + ": the input " + args.tensor("x").shape() + " has " + x.size(1)
                                    + " channels, but the weight is " + w.shape())
                    .help("the weight is [in_channels, out_channels / groups, " + kernelWords(dims) + "]");
        }
        requireOutputs(op, w, 0, groups);
        int[] kernel = Convolution.spatial(w);
        int[] stride = perDim(args, "stride", dims);
        int[] dilation = perDim(args, "dilation", dims);
        int[] padding = Windows.perDim(args, "padding", dims, 0);
        int[] extra = Windows.perDim(args, "output_padding", dims, 0);
        int[] sizes = new int[dims];
        for (int d = 0; d < dims; d++) {
            if (extra[d] >= Math.max(stride[d], dilation[d])) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                op + ": output_padding " + Arrays.toString(extra)
                                        + " must be smaller than the stride or the dilation")
                        .help("it only chooses among the sizes that the stride leaves open");
            }
            long spread = (x.size(d + 2) - 1L) * stride[d] + (long) dilation[d] * (kernel[d] - 1) + 1;
            sizes[d] = Shape.checkedSize(spread + extra[d] - 2L * padding[d]);
            if (sizes[d] < 1) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                op + ": nothing is left of the input "
                                        + args.tensor("x").shape() + " with padding " + Arrays.toString(padding))
                        .help("padding is taken off the result here: use less");
            }
        }
        Windowing windowing = new Windowing(stride, padding, padding, dilation, groups);
        return finished(args, x, Convolution.input(x, w, windowing, sizes), w.size(1) * groups, dims);
    }

    private static Tensor batched(Args args, int dims) {
        Tensor x = args.tensor("x");
        Tensor w = args.tensor("weight");
        if (x.rank() != dims + 1 && x.rank() != dims + 2) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            args.name() + ": expected an input of " + (dims + 1) + " or " + (dims + 2) + " dims, found "
                                    + x.describe())
                    .help("the input is [n, channels, " + sizeWords(dims) + "] or [channels, " + sizeWords(dims) + "]");
        }
        Tensor bias = args.tensorOrNull("bias");
        if (x.dtype() != w.dtype() || bias != null && bias.dtype() != x.dtype()) {
            throw new TnsException(
                            ErrorKind.DTYPE,
                            args.name() + ": dtypes differ: input " + x.describe() + ", weight " + w.describe()
                                    + (bias == null ? "" : ", bias " + bias.describe()))
                    .help("convert one of them: x.to(" + w.dtype() + ")");
        }
        if (x.dtype() == DType.BOOL) {
            throw new TnsException(ErrorKind.DTYPE, args.name() + ": needs numbers, found " + x.describe())
                    .help("x.float() makes 0. and 1. of it");
        }
        Broadcasting.device(args.name(), bias == null ? new Tensor[] {x, w} : new Tensor[] {x, w, bias});
        return x.rank() == dims + 1 ? Movement.unsqueeze(x, 0) : x;
    }

    private static Tensor finished(Args args, Tensor x, Tensor y, int channels, int dims) {
        Tensor bias = args.tensorOrNull("bias");
        Tensor sum = y;
        if (bias != null) {
            if (!bias.shape().equals(Shape.of(channels))) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        args.name() + ": the bias must have shape [" + channels + "], found " + bias.shape());
            }
            int[] sizes = new int[dims + 1];
            Arrays.fill(sizes, 1);
            sizes[0] = channels;
            sum = Arithmetic.ADD.apply(y, Movement.reshape(bias, Shape.of(sizes)));
        }
        return args.tensor("x").rank() < x.rank() ? Movement.squeeze(sum, 0) : sum;
    }

    private static int groups(Args args) {
        int groups = args.integer("groups");
        if (groups < 1) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": groups must be at least 1, found " + groups);
        }
        return groups;
    }

    private static void requireOutputs(String op, Tensor w, int dim, int groups) {
        if (w.size(dim) % groups != 0) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    op + ": the first dim of the weight " + w.shape() + " must be a multiple of groups=" + groups);
        }
    }

    private static String kernelWords(int dims) {
        return String.join(", ", Arrays.copyOfRange(new String[] {"k_d", "k_h", "k_w"}, 3 - dims, 3));
    }

    private static String sizeWords(int dims) {
        return String.join(", ", Arrays.copyOfRange(new String[] {"depth", "height", "width"}, 3 - dims, 3));
    }
}
