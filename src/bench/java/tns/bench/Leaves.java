package tns.bench;

import static org.bytedeco.pytorch.global.torch.randint;
import static org.bytedeco.pytorch.global.torch.randn;

import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What the libtorch side of many rows starts from: parameters, labels and an optimiser. */
final class Leaves {
    private Leaves() {}

    /** A parameter of small random values. */
    static Tensor leaf(long... sizes) {
        return randn(sizes).mul(new Scalar(0.05)).set_requires_grad(true);
    }

    /** Random integers below {@code count}. */
    static Tensor classes(long count, long... sizes) {
        return randint(count, sizes).to(ScalarType.Long);
    }

    static Adam adam(double lr, Tensor... parameters) {
        return new Adam(new TensorVector(parameters), new AdamOptions(lr));
    }

    /** Forgets the gradients, as {@code zero_grad(set_to_none=True)} does. */
    static void zeroGrad(Tensor... leaves) {
        for (Tensor leaf : leaves) {
            leaf.mutable_grad().reset();
        }
    }
}
