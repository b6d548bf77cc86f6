package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Ops that take a shape or a dtype from another tensor, and tensors of constants in the dtype of one. */
final class Likes {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("creation");

    static {
        FAMILY.define("reshape_as(x: tensor, other: tensor)")
                .doc("x in the other's shape.")
                .example("reshape_as([1, 2], [[0], [0]])", "tensor([[1],\n        [2]])")
                .alias("view_as")
                .gradient("reshape_as(x, zeros(3, 2))", "x: [2, 3]")
                .is(args -> {
                    int[] sizes = args.tensor("other").shape().toArray();
                    return Movement.reshape(args.tensor("x"), Movement.resolve(args.name(), args.tensor("x"), sizes));
                });
        FAMILY.define("type_as(x: tensor, other: tensor)")
                .doc("x in the other's dtype.")
                .example("type_as([1, 2], [0.5])", "tensor([1., 2.])")
                .gradient("type_as(x, zeros(1, dtype=float64))", "x: [2, 3]")
                .is(args -> Casts.to(args.tensor("x"), args.tensor("other").dtype()));
        FAMILY.define("sum_to_size(x: tensor, *size: ints)")
                .doc("x summed over the dims that broadcasting a tensor of that size would repeat.")
                .example("sum_to_size([[1, 2], [3, 4]], 1, 2)", "tensor([[4, 6]])")
                .gradient("sum_to_size(x, 2, 1)", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    Shape shape = Shape.of(args.ints("size"));
                    if (shape.rank() > x.rank() || !x.shape().equals(Shape.broadcast(shape, x.shape()))) {
                        throw new TnsException(
                                ErrorKind.SHAPE, "sum_to_size: " + shape + " does not broadcast to " + x.shape());
                    }
                    return Reductions.sumTo(x.dtype() == DType.BOOL ? Casts.to(x, DType.INT64) : x, shape);
                });
        made("zeros", 0);
        made("ones", 1);
        made("empty", 0);
        FAMILY.define("new_full(x: tensor, size: ints, fill_value: operand" + Creation.OPTIONS)
                .doc("A tensor of the given size, every element the fill value, in x's dtype.")
                .example("new_full([1.], (2,), 7)", "tensor([7., 7.])")
                .is(args -> Creation.fullLike(args, Shape.of(args.ints("size"))));
    }

    private Likes() {}

    private static void made(String name, double value) {
        FAMILY.define("new_" + name + "(x: tensor, *size: ints" + Creation.OPTIONS)
                .doc("A tensor of " + (value == 0 ? "zeros" : "ones") + " of the given size in x's dtype.")
                .example("new_" + name + "([1., 2.], 1)", value == 0 ? "tensor([0.])" : "tensor([1.])")
                .is(args -> Creation.constantLike(args, Shape.of(args.ints("size")), value));
    }
}
