package tns.bench;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.softmax;
import static org.bytedeco.pytorch.global.torch.softmax_out;
import static tns.bench.Leaves.classes;
import static tns.bench.Leaves.leaf;
import static tns.bench.Leaves.zeroGrad;

import java.util.List;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** The rows that measure sums and what is built of them. */
final class ReductionRows {
    private ReductionRows() {}

    private static final int MILLION = 1_000_000;

    static List<Row> all() {
        return List.of(softmaxRows(), layerNorm(), crossEntropy(), sum(), columnSums());
    }

    private static Row softmaxRows() {
        return Row.of("softmax (4096, 4096), last dim", "x = randn(4096, 4096)", "y = softmax(x, dim=-1)")
                .natural(3, () -> {
                    Tensor x = randn(4096, 4096);
                    return () -> softmax(x, -1);
                })
                .reused(0.9, () -> {
                    Tensor x = randn(4096, 4096);
                    Tensor y = randn(4096, 4096);
                    return () -> softmax_out(y, x, -1, new ScalarTypeOptional());
                });
    }

    private static Row layerNorm() {
        return Row.of(
                        "layer_norm (8192, 1024)",
                        "x = randn(8192, 1024)\nw = randn(1024)\nb = randn(1024)",
                        "y = layer_norm(x, (1024,), w, b)")
                .natural(3, () -> {
                    Tensor x = randn(8192, 1024);
                    TensorOptional w = new TensorOptional(randn(1024));
                    TensorOptional b = new TensorOptional(randn(1024));
                    return () -> layer_norm(x, new long[] {1024}, w, b, 1e-5, true);
                });
    }

    private static Row crossEntropy() {
        return Row.of(
                        "cross_entropy (4096, 4096), forward and backward",
                        "x = param(randn(4096, 4096))\ny = randint(0, 4096, (4096,))",
                        "x.grad = none\ncross_entropy(x, y).backward()")
                .natural(3, () -> {
                    Tensor x = leaf(4096, 4096);
                    Tensor y = classes(4096, 4096);
                    return () -> {
                        zeroGrad(x);
                        cross_entropy_loss(x, y).backward();
                    };
                });
    }

    private static Row sum() {
        return Row.of("sum of 64 M", "x = ones(64000000)", "y = x.sum()").natural(1, () -> {
            Tensor x = randn(64 * MILLION);
            return () -> x.sum();
        });
    }

    private static Row columnSums() {
        return Row.of("sum of (8192, 8192) over dim 0", "x = ones(8192, 8192)", "y = x.sum(dim=0)")
                .natural(1.5, () -> {
                    Tensor x = randn(8192, 8192);
                    return () -> x.sum(0);
                });
    }
}
