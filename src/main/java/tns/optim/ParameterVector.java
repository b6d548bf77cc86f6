package tns.optim;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Family;
import tns.op.Joining;
import tns.op.Movement;
import tns.op.None;
import tns.op.ShapeOps;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** All parameters as one vector, and back. */
final class ParameterVector {
    private ParameterVector() {}

    static void define(Family family) {
        family.define("parameters_to_vector(parameters: any)")
                .doc("The elements of all parameters, in their order, as one vector; gradients go through it.")
                .example("parameters_to_vector((param([1., 2.]), param([[3.]]))).detach()", "tensor([1., 2., 3.])")
                .is(args -> Joining.cat(
                        Params.of(args.name(), args.get("parameters")).stream()
                                .map(p -> Movement.reshape(
                                        p.value(), Shape.of(p.look().elements())))
                                .toArray(Tensor[]::new),
                        0));
        family.define("vector_to_parameters(vec: tensor, parameters: any)")
                .doc("Gives the parameters the elements of a vector, in their order; it must have as many as they.")
                .example("p = param(zeros(2)); vector_to_parameters([5., 6.], (p,)); p.detach()", "tensor([5., 6.])")
                .is(ParameterVector::spread);
    }

    private static Object spread(Args args) {
        Tensor vector = args.tensor("vec").detach();
        List<Param> params = Params.of(args.name(), args.get("parameters"));
        long wanted = params.stream().mapToLong(p -> p.look().elements()).sum();
        if (vector.rank() != 1 || vector.elements() != wanted) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "vector_to_parameters: the parameters have " + wanted + " elements, found "
                                    + vector.describe())
                    .help("parameters_to_vector(net) gives such a vector")
                    .argument(0);
        }
        int start = 0;
        for (Param p : params) {
            Tensor now = p.value();
            Tensor part = Movement.range(vector, 0, start, start + now.elements());
            Tensor shaped = Movement.reshape(Casts.to(part, now.dtype()), now.shape());
            p.set(ShapeOps.onDevice(Casts.duplicate(shaped), now.device()));
            start += now.elements();
        }
        return None.NONE;
    }
}
