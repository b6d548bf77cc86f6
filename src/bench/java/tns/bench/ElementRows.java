package tns.bench;

import static org.bytedeco.pytorch.global.torch.add_out;
import static org.bytedeco.pytorch.global.torch.copy_out;
import static org.bytedeco.pytorch.global.torch.mm;
import static org.bytedeco.pytorch.global.torch.mul_out;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.sigmoid;
import static org.bytedeco.pytorch.global.torch.sigmoid_out;
import static org.bytedeco.pytorch.global.torch.sub_out;
import static tns.bench.Leaves.leaf;
import static tns.bench.Leaves.zeroGrad;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The rows that measure products, pointwise arithmetic and movement. */
final class ElementRows {
    private ElementRows() {}

    private static final int MILLION = 1_000_000;

    static List<Row> all() {
        return List.of(
                addition(),
                matmul(2048, 1),
                matmul(512, 1),
                matmul(64, 1.5),
                matmul(16, 6),
                chain(),
                chainGradient(),
                transpose());
    }

    private static Row addition() {
        return Row.of("a + b of 20 elements, recording", "a = param(randn(20))\nb = param(randn(20))", "c = a + b")
                .limit("PyTorch, recorded", 17, 2.5e-6)
                .natural(1, () -> {
                    Tensor a = leaf(20);
                    Tensor b = leaf(20);
                    return () -> a.add(b);
                });
    }

    private static Row matmul(int n, double wanted) {
        return Row.of("matmul " + n + "²", "a = randn(%d, %d)\nb = randn(%d, %d)".formatted(n, n, n, n), "c = a @ b")
                .natural(wanted, () -> {
                    Tensor a = randn(n, n);
                    Tensor b = randn(n, n);
                    return () -> mm(a, b);
                });
    }

    private static Row chain() {
        return Row.of(
                        "sigmoid(a*b+c)*a-b, 10 M elements",
                        "a = randn(10000000)\nb = randn(10000000)\nc = randn(10000000)",
                        "y = sigmoid(a*b+c)*a-b")
                .natural(6, () -> {
                    Tensor a = randn(10 * MILLION);
                    Tensor b = randn(10 * MILLION);
                    Tensor c = randn(10 * MILLION);
                    return () -> sigmoid(a.mul(b).add(c)).mul(a).sub(b);
                })
                .reused(1, () -> {
                    Tensor a = randn(10 * MILLION);
                    Tensor b = randn(10 * MILLION);
                    Tensor c = randn(10 * MILLION);
                    Tensor y = randn(10 * MILLION);
                    return () -> {
                        mul_out(y, a, b);
                        add_out(y, y, c);
                        sigmoid_out(y, y);
                        mul_out(y, y, a);
                        sub_out(y, y, b);
                    };
                });
    }

    private static Row chainGradient() {
        return Row.of("gradient of its sum by three inputs", """
            a = param(randn(10000000))
            b = param(randn(10000000))
            c = param(randn(10000000))
            """, """
            a.grad = none
            b.grad = none
            c.grad = none
            (sigmoid(a*b+c)*a-b).sum().backward()
            """).natural(5, () -> {
            Tensor a = leaf(10 * MILLION);
            Tensor b = leaf(10 * MILLION);
            Tensor c = leaf(10 * MILLION);
            return () -> {
                zeroGrad(a, b, c);
                sigmoid(a.mul(b).add(c)).mul(a).sub(b).sum().backward();
            };
        });
    }

    private static Row transpose() {
        return Row.of("contiguous transpose of (8192, 8192)", "x = ones(8192, 8192)", "y = x.T.contiguous()")
                .natural(3, () -> {
                    Tensor x = randn(8192, 8192);
                    return () -> x.t().contiguous();
                })
                .reused(1, () -> {
                    Tensor x = randn(8192, 8192);
                    Tensor y = randn(8192, 8192);
                    return () -> copy_out(y, y, x.t());
                });
    }
}
