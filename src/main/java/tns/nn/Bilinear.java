package tns.nn;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Arithmetic;
import tns.op.Contraction;
import tns.op.Family;
import tns.op.Movement;
import tns.op.Reductions;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** The bilinear function of two inputs and its layer: each output weighs every product of an element of each. */
final class Bilinear {
    private Bilinear() {}

    static void define(Family family) {
        family.define("bilinear(x1: tensor, x2: tensor, weight: tensor, bias: tensor = none)")
                .maker(
                        "bilinear(in1_features: int, in2_features: int, out_features: int, bias: bool = true"
                                + Weights.OPTIONS,
                        Bilinear::layer)
                .doc("The sum of x1[i] * weight[o, i, j] * x2[j] over i and j for each output o, plus bias; or, from"
                        + " three sizes, the layer that computes it, with PyTorch's initial weights.")
                .example("bilinear([1., 2.], [3.], [[[1.], [1.]], [[0.], [1.]]])", "tensor([9., 6.])")
                .example("bilinear(2, 3, 4)(ones(5, 2), ones(5, 3)).shape", "(5, 4)")
                .gradient("bilinear(x, y, w, b)", "x: [2, 3]", "y: [2, 2]", "w: [4, 3, 2]", "b: [4]")
                .is(args ->
                        apply(args.tensor("x1"), args.tensor("x2"), args.tensor("weight"), args.tensorOrNull("bias")));
    }

    private static Object layer(Args args) {
        int in1 = args.integer("in1_features");
        int in2 = args.integer("in2_features");
        int out = args.integer("out_features");
        Layer layer = new Layer(
                "bilinear",
                args.settings(),
                "x1: tensor, x2: tensor",
                (self, in) ->
                        apply(in.tensor("x1"), in.tensor("x2"), self.tensor("weight"), self.tensorOrNull("bias")));
        Weights weights = new Weights(args);
        double bound = in1 == 0 ? 0 : 1 / Math.sqrt(in1);
        layer.with("weight", weights.uniform(bound, out, in1, in2));
        return args.flag("bias") ? layer.with("bias", weights.uniform(bound, out)) : layer;
    }

    private static Tensor apply(Tensor x1, Tensor x2, Tensor weight, @Nullable Tensor bias) {
        boolean fits = weight.rank() == 3
                && x1.rank() > 0
                && x1.rank() == x2.rank()
                && x1.size(-1) == weight.size(1)
                && x2.size(-1) == weight.size(2)
                && x1.shape().part(0, x1.rank() - 1).equals(x2.shape().part(0, x2.rank() - 1));
        if (!fits) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "bilinear: inputs " + x1.shape() + " and " + x2.shape() + " do not fit the weight "
                                    + weight.shape())
                    .help("the inputs are [.., i] and [.., j], the weight [o, i, j]");
        }
        int out = weight.size(0);
        Shape lead = x1.shape().part(0, x1.rank() - 1);
        int rows = lead.elements();
        Tensor table =
                Movement.reshape(Movement.permute(weight, 1, 0, 2), Shape.of(weight.size(1), out * weight.size(2)));
        Tensor first = Contraction.matmul(Movement.reshape(x1, Shape.of(rows, weight.size(1))), table);
        Tensor products = Arithmetic.MUL.apply(
                Movement.reshape(first, Shape.of(rows, out, weight.size(2))),
                Movement.reshape(x2, Shape.of(rows, 1, weight.size(2))));
        Tensor y = Movement.reshape(Reductions.sum(products, 2, false), lead.concat(Shape.of(out)));
        return bias == null ? y : Arithmetic.plus(y, bias);
    }
}
