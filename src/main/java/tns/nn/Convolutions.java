package tns.nn;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Context;
import tns.op.ConvolutionOps;
import tns.op.Form;
import tns.op.None;
import tns.op.Op;
import tns.op.OpTable;
import tns.tensor.Tensor;

/** Convolutions as layers with PyTorch's initial weights, and the layers of poolings, which have none. */
public final class Convolutions {
    private static final String CHANNELS = "in_channels: int, out_channels: int, kernel_size: ints, stride: ints = 1, ";

    private static final String MADE =
            "From the numbers of channels and the kernel's size: the layer, with PyTorch's initial weights.";

    private Convolutions() {}

    /** Lets the convolutions and poolings of {@code table} make layers. */
    public static void define(OpTable table) {
        for (int dims = 1; dims <= 3; dims++) {
            convolution(table, dims);
            transposed(table, dims);
            FixedFunction.define(
                    table,
                    "max_pool" + dims + "d",
                    "kernel_size: ints, stride: ints = none, padding: ints = 0, dilation: ints = 1,"
                            + " return_indices: bool = false, ceil_mode: bool = false");
            FixedFunction.define(
                    table,
                    "avg_pool" + dims + "d",
                    "kernel_size: ints, stride: ints = none, padding: ints = 0, ceil_mode: bool = false,"
                            + " count_include_pad: bool = true"
                            + (dims == 1 ? "" : ", divisor_override: int = none"));
        }
        for (int dims = 2; dims <= 3; dims++) {
            FixedFunction.define(
                    table,
                    "fractional_max_pool" + dims + "d",
                    "kernel_size: ints, output_size: ints = none, output_ratio: any = none,"
                            + " return_indices: bool = false");
        }
    }

    private static void convolution(OpTable table, int dims) {
        Op op = table.get("conv" + dims + "d");
        Form pad = table.get("pad").function();
        table.replace(op.making(
                op.name() + "(" + CHANNELS + "padding: any = 0, dilation: ints = 1, groups: int = 1,"
                        + " bias: bool = true, padding_mode: string = 'zeros'" + Weights.OPTIONS,
                args -> {
                    String mode = args.text("padding_mode");
                    if (mode.equals("zeros")) {
                        return layer(args, op, dims, false, fixed(args, "stride", "padding", "dilation", "groups"));
                    }
                    Map<String, Object> fixed = fixed(args, "stride", "dilation", "groups");
                    int[] pairs = ConvolutionOps.pairs(args, kernel(args, dims));
                    return layer(args, op, dims, false, fixed, (context, x) ->
                            (Tensor) pad.call(context, new Object[] {x, pairs, mode}, Map.of()));
                },
                MADE));
    }

    private static void transposed(OpTable table, int dims) {
        Op op = table.get("conv_transpose" + dims + "d");
        table.replace(op.making(
                op.name() + "(" + CHANNELS + "padding: ints = 0, output_padding: ints = 0, groups: int = 1,"
                        + " bias: bool = true, dilation: ints = 1" + Weights.OPTIONS,
                args -> layer(
                        args, op, dims, true, fixed(args, "stride", "padding", "output_padding", "groups", "dilation")),
                MADE));
    }

    private static Map<String, Object> fixed(Args args, String... parameters) {
        Map<String, Object> fixed = new LinkedHashMap<>();
        for (String parameter : parameters) {
            fixed.put(parameter, args.get(parameter));
        }
        return fixed;
    }

    /** What happens to the input before the convolution. */
    private interface Before {
        Tensor of(Context context, Tensor x);
    }

    private static Layer layer(Args args, Op op, int dims, boolean transposed, Map<String, Object> fixed) {
        return layer(args, op, dims, transposed, fixed, (context, x) -> x);
    }

    private static Layer layer(
            Args args, Op op, int dims, boolean transposed, Map<String, Object> fixed, Before before) {
        int in = args.integer("in_channels");
        int out = args.integer("out_channels");
        int groups = args.integer("groups");
        if (groups < 1 || in % groups != 0 || out % groups != 0) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            op.name() + ": in_channels " + in + " and out_channels " + out
                                    + " must be multiples of groups=" + groups)
                    .help("groups=1 connects every channel with every other");
        }
        int[] kernel = kernel(args, dims);
        int[] sizes = new int[dims + 2];
        sizes[0] = transposed ? in : out;
        sizes[1] = (transposed ? out : in) / groups;
        System.arraycopy(kernel, 0, sizes, 2, dims);
        int fanIn = sizes[1] * Arrays.stream(kernel).reduce(1, Math::multiplyExact);
        Layer layer = new Layer(op.name(), args.settings(), (self, inputs) -> {
            Tensor x = before.of(inputs.context(), inputs.tensor("x"));
            Object bias = self.tensorOrNull("bias");
            Object[] tensors = {x, self.tensor("weight"), bias == null ? None.NONE : bias};
            return op.function().call(inputs.context(), tensors, fixed);
        });
        Weights weights = new Weights(args);
        layer.with("weight", weights.kaiming(fanIn, sizes));
        return args.flag("bias") ? layer.with("bias", weights.bias(fanIn, out)) : layer;
    }

    private static int[] kernel(Args args, int dims) {
        return ConvolutionOps.perDim(args, "kernel_size", dims);
    }
}
