package tns.op;

import java.util.stream.IntStream;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.Windowing;

/** Images taken apart and put together: windows as columns, channels as pixels; and prelu, which has a weight a channel. */
final class PixelOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("images");

    private static final Pointwise PRELU = new Family("images")
            .pointwise("prelu(x, weight)")
            .is((x, w) -> Expr.select(x.gt(Expr.constant(0.0)), x, x.mul(w)));

    static {
        FAMILY.define("unfold(x: tensor, kernel_size: ints = none, dilation: ints = 1, padding: ints = 0,"
                        + " stride: ints = 1, dimension: int = none, size: int = none, step: int = 1)")
                .doc("The windows of images [n, c, h, w] as columns [n, c * kernel, windows]; with dimension, size and"
                        + " step by name, the windows along one dim of any tensor, as a new last dim.")
                .example(
                        "unfold([[[1., 2.], [3., 4.]]], 2)",
                        "tensor([[1.],\n        [2.],\n        [3.],\n        [4.]])")
                .example("unfold([1, 2, 3], dimension=0, size=2)", "tensor([[1, 2],\n        [2, 3]])")
                .gradient("unfold(x, (2, 1), dilation=2, padding=1, stride=(1, 2))", "x: [2, 1, 3, 3]")
                .gradient("unfold(x, dimension=1, size=3, step=2)", "x: [2, 6]")
                .is(PixelOps::unfold);
        FAMILY.define("col2im(x: tensor, output_size: ints, kernel_size: ints, dilation: ints = 1, padding: ints = 0,"
                        + " stride: ints = 1)")
                .doc("Columns [n, c * kernel, windows] added up to images [n, c, output_size] where unfold took them:"
                        + " torch.nn.functional.fold, a name that is taken here.")
                .example("col2im(ones(4, 2), (2, 3), 2)", "tensor([[[1., 2., 1.],\n         [1., 2., 1.]]])")
                .gradient("col2im(x, (3, 3), 2, padding=1, stride=2)", "x: [1, 4, 4]")
                .is(PixelOps::fold);
        FAMILY.define("pixel_shuffle(x: tensor, upscale_factor: int)")
                .doc("[.., c * r * r, h, w] as [.., c, h * r, w * r]: channels become pixels.")
                .example("pixel_shuffle(arange(4).reshape(4, 1, 1), 2)", "tensor([[[0, 1],\n         [2, 3]]])")
                .gradient("pixel_shuffle(x, 2)", "x: [1, 4, 2, 1]")
                .is(args -> shuffle(args));
        FAMILY.define("pixel_unshuffle(x: tensor, downscale_factor: int)")
                .doc("[.., c, h * r, w * r] as [.., c * r * r, h, w]: the inverse of pixel_shuffle.")
                .example("pixel_unshuffle([[[0, 1], [2, 3]]], 2).flatten()", "tensor([0, 1, 2, 3])")
                .gradient("pixel_unshuffle(x, 2)", "x: [1, 2, 2]")
                .is(args -> unshuffle(args));
        FAMILY.define("channel_shuffle(x: tensor, groups: int)")
                .doc("The channels of [n, c, sizes] in the order that takes one of each group in turn.")
                .example("channel_shuffle([[[0], [1], [2], [3]]], 2).flatten()", "tensor([0, 2, 1, 3])")
                .gradient("channel_shuffle(x, 2)", "x: [1, 4, 2]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int groups = args.integer("groups");
                    if (x.rank() < 3 || groups < 1 || x.size(1) % groups != 0) {
                        throw new TnsException(
                                ErrorKind.SHAPE,
                                "channel_shuffle: expected [n, c, sizes] with c a multiple of " + groups + ", found "
                                        + x.describe());
                    }
                    Shape split = x.shape().with(1, groups).insert(2, x.size(1) / groups);
                    return Movement.reshape(Movement.transpose(Movement.reshape(x, split), 1, 2), x.shape());
                });
        FAMILY.define("prelu(x: tensor, weight: tensor)")
                .doc("x where it is positive, else weight * x: one weight, or one for each channel of [n, c, sizes].")
                .example("prelu([-2., 3.], 0.5)", "tensor([-1.,  3.])")
                .gradient("prelu(x, w)", "x: [2, 3, 2]", "w: [3]")
                .is(args -> prelu(args));
    }

    private PixelOps() {}

    private static Tensor prelu(Args args) {
        Tensor x = ReductionOps.requireFloat(args.tensor("x"), "prelu");
        Tensor w = args.tensor("weight");
        int channels = x.rank() > 1 ? x.size(1) : 1;
        if (w.rank() > 1 || w.elements() != 1 && w.elements() != channels) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "prelu: the weight must be one number or [" + channels + "], one for each channel of "
                            + x.describe() + ", found " + w.describe());
        }
        if (w.elements() == 1) {
            return PRELU.apply(x, Movement.reshape(w, Shape.SCALAR));
        }
        int[] sizes =
                IntStream.range(0, x.rank() - 1).map(i -> i == 0 ? channels : 1).toArray();
        return PRELU.apply(x, Movement.reshape(w, Shape.of(sizes)));
    }

    private static Object unfold(Args args) {
        Tensor x = args.tensor("x");
        if (args.has("dimension")) {
            int d = x.shape().dim(args.integer("dimension"), "unfold");
            int size = args.has("size") ? args.integer("size") : 0;
            int step = args.integer("step");
            if (x.rank() == 0 || size < 1 || size > x.size(d) || step < 1) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        "unfold: no windows of size " + size + " and step " + step + " along dim " + d + " of "
                                + x.describe());
            }
            Tensor windows = Windows.of(x, d, size, step, 1);
            return windows.origin() == null ? windows.share() : windows;
        }
        if (x.rank() != 3 && x.rank() != 4 || !args.has("kernel_size")) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "unfold: expected images [n, c, h, w] or [c, h, w] and a kernel_size, found "
                                    + x.describe())
                    .help("unfold(x, dimension=0, size=2, step=1) gives the windows of one dim");
        }
        Blocks blocks = Blocks.of(args, new int[] {x.size(-2), x.size(-1)});
        Tensor images = x.rank() == 3 ? Movement.unsqueeze(x, 0) : x;
        int[] sides = {0, 0, blocks.padding[0], blocks.padding[1]};
        Tensor windows = Padding.constant(images, sides, sides, 0);
        for (int d = 0; d < 2; d++) {
            windows = Windows.of(windows, d + 2, blocks.kernel[d], blocks.stride[d], blocks.dilation[d]);
        }
        Tensor columns = Movement.reshape(
                Movement.permute(windows, 0, 1, 4, 5, 2, 3),
                Shape.of(images.size(0), images.size(1) * blocks.width(), blocks.count()));
        return x.rank() == 3 ? Movement.squeeze(columns, 0) : columns;
    }

    private static Object fold(Args args) {
        Tensor x = args.tensor("x");
        int[] sizes = Windows.perDim(args, "output_size", 2, 1);
        Blocks blocks = Blocks.of(args, sizes);
        if (x.rank() != 2 && x.rank() != 3 || x.size(-2) % blocks.width() != 0 || x.size(-1) != blocks.count()) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "col2im: expected [n, c * " + blocks.width() + ", " + blocks.count() + "] for these sizes,"
                                    + " found " + x.describe())
                    .help("the last dim is the number of windows, the one before the channels times the kernel");
        }
        Tensor columns = x.rank() == 2 ? Movement.unsqueeze(x, 0) : x;
        Shape split = Shape.of(
                columns.size(0),
                columns.size(1) / blocks.width(),
                blocks.kernel[0],
                blocks.kernel[1],
                blocks.counts[0],
                blocks.counts[1]);
        Tensor images = Movement.permute(Movement.reshape(columns, split), 0, 1, 4, 5, 2, 3);
        for (int d = 1; d >= 0; d--) {
            int n = sizes[d] + 2 * blocks.padding[d];
            images = Windows.fold(images, d + 2, n, blocks.stride[d], blocks.dilation[d]);
        }
        int[] crop = {0, 0, -blocks.padding[0], -blocks.padding[1]};
        images = Padding.constant(images, crop, crop, 0);
        return x.rank() == 2 ? Movement.squeeze(images, 0) : images;
    }

    /** The windows of unfold and fold over images of given sizes. */
    private record Blocks(int[] kernel, int[] dilation, int[] padding, int[] stride, int[] counts) {
        static Blocks of(Args args, int[] sizes) {
            int[] kernel = Windows.perDim(args, "kernel_size", 2, 1);
            int[] dilation = Windows.perDim(args, "dilation", 2, 1);
            int[] padding = Windows.perDim(args, "padding", 2, 0);
            int[] stride = Windows.perDim(args, "stride", 2, 1);
            Windowing windowing = new Windowing(stride, padding, padding, dilation, 1);
            int[] counts = new int[2];
            for (int d = 0; d < 2; d++) {
                counts[d] = windowing.count(sizes[d], kernel[d], d);
                if (counts[d] < 1) {
                    throw new TnsException(
                            ErrorKind.SHAPE,
                            args.name() + ": no window of size " + kernel[d] + " fits into " + sizes[d]
                                    + " elements padded by " + padding[d]);
                }
            }
            return new Blocks(kernel, dilation, padding, stride, counts);
        }

        int width() {
            return kernel[0] * kernel[1];
        }

        int count() {
            return counts[0] * counts[1];
        }
    }

    private static Tensor shuffle(Args args) {
        Tensor x = args.tensor("x");
        int r = args.integer("upscale_factor");
        long area = (long) r * r;
        if (x.rank() < 3 || r < 1 || x.size(-3) % area != 0) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "pixel_shuffle: expected [.., c, h, w] with c a multiple of " + area + ", found " + x.describe());
        }
        int lead = x.rank() - 3;
        int c = (int) (x.size(-3) / area);
        int h = x.size(-2);
        int w = x.size(-1);
        int n = x.shape().part(0, lead).elements();
        Tensor split = Movement.reshape(x, Shape.of(n, c, r, r, h, w));
        return Movement.reshape(
                Movement.permute(split, 0, 1, 4, 2, 5, 3),
                x.shape().part(0, lead).concat(Shape.of(c, h * r, w * r)));
    }

    private static Tensor unshuffle(Args args) {
        Tensor x = args.tensor("x");
        int r = args.integer("downscale_factor");
        if (x.rank() < 3 || r < 1 || x.size(-2) % r != 0 || x.size(-1) % r != 0) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "pixel_unshuffle: expected [.., c, h, w] with h and w multiples of " + r + ", found "
                            + x.describe());
        }
        int lead = x.rank() - 3;
        int c = x.size(-3);
        int h = x.size(-2) / r;
        int w = x.size(-1) / r;
        int n = x.shape().part(0, lead).elements();
        Tensor split = Movement.reshape(x, Shape.of(n, c, h, r, w, r));
        return Movement.reshape(
                Movement.permute(split, 0, 1, 3, 5, 2, 4),
                x.shape().part(0, lead).concat(Shape.of(c * r * r, h, w)));
    }
}
