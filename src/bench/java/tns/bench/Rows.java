package tns.bench;

import static org.bytedeco.pytorch.global.torch.add_out;
import static org.bytedeco.pytorch.global.torch.copy_out;
import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.index_select;
import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.mm;
import static org.bytedeco.pytorch.global.torch.mse_loss;
import static org.bytedeco.pytorch.global.torch.mul_out;
import static org.bytedeco.pytorch.global.torch.randint;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.relu;
import static org.bytedeco.pytorch.global.torch.sigmoid;
import static org.bytedeco.pytorch.global.torch.sigmoid_out;
import static org.bytedeco.pytorch.global.torch.softmax;
import static org.bytedeco.pytorch.global.torch.softmax_out;
import static org.bytedeco.pytorch.global.torch.sort;
import static org.bytedeco.pytorch.global.torch.sub_out;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The rows of the benchmark: each what a user writes in tns, and the same in libtorch. */
final class Rows {
    private Rows() {}

    private static final int MILLION = 1_000_000;

    static List<Row> all() {
        List<Row> rows = new ArrayList<>(List.of(
                tutorial(),
                addition(),
                mlp(),
                wideMlp(),
                matmul(2048, 1.0),
                matmul(512, 1.0),
                matmul(64, 1.5),
                matmul(16, 6),
                chain(),
                chainGradient(),
                softmaxRows(),
                layerNorm(),
                crossEntropy(),
                sum(),
                columnSums(),
                transpose(),
                sorting(),
                rows(),
                normal()));
        rows.addAll(LayerRows.all());
        return rows;
    }

    private static Tensor leaf(long... sizes) {
        return randn(sizes).mul(new org.bytedeco.pytorch.Scalar(0.05)).set_requires_grad(true);
    }

    private static Tensor classes(long count, long n) {
        return randint(count, new long[] {n}).to(ScalarType.Long);
    }

    private static Adam adam(double lr, Tensor... parameters) {
        return new Adam(new TensorVector(parameters), new AdamOptions(lr));
    }

    private static Row tutorial() {
        return Row.of("tutorial's training epoch: 20-10-20, sigmoid, MSE, Adam", """
            m = n = 20
            p = 10
            x_vals = linspace(-1, 1, m)
            y_vals = x_vals**3 - x_vals
            model Net(m, p, n) {
              w   = linear(m, p, bias=false)
              a_b = linear(p, n)
              forward(r: [..., m]) -> [..., n] = r |> w |> sigmoid |> a_b
            }
            net = Net(m, p, n)
            criterion = mse_loss
            optimizer = adam(net.parameters(), lr=0.01)
            """, """
            optimizer.zero_grad()
            y_pred = net(x_vals)
            loss = criterion(y_pred, y_vals)
            loss.backward()
            optimizer.step()
            """)
                .natural(60, () -> {
                    Tensor x = randn(20);
                    Tensor y = randn(20);
                    Tensor w = leaf(10, 20);
                    Tensor a = leaf(20, 10);
                    Tensor b = leaf(20);
                    Adam optimizer = adam(0.01, w, a, b);
                    return () -> {
                        optimizer.zero_grad();
                        Tensor predicted = linear(sigmoid(linear(x, w)), a, b);
                        mse_loss(predicted, y).backward();
                        optimizer.step();
                    };
                });
    }

    private static Row addition() {
        return Row.of("a + b of 20 elements, recording", "a = param(randn(20))\nb = param(randn(20))", "c = a + b")
                .natural(17, () -> {
                    Tensor a = leaf(20);
                    Tensor b = leaf(20);
                    return () -> a.add(b);
                });
    }

    private static Row mlp() {
        return Row.of("MLP 784-256-10, relu, batch 64, cross-entropy, Adam step", """
            model Net() {
              a = linear(784, 256)
              b = linear(256, 10)
              forward(x) = x |> a |> relu |> b
            }
            net = Net()
            x = randn(64, 784)
            y = randint(0, 10, (64,))
            optimizer = adam(net.parameters())
            """, """
            optimizer.zero_grad()
            loss = cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            """)
                .natural(1.5, () -> {
                    Tensor x = randn(64, 784);
                    Tensor y = classes(10, 64);
                    Tensor w = leaf(256, 784);
                    Tensor b = leaf(256);
                    Tensor v = leaf(10, 256);
                    Tensor c = leaf(10);
                    Adam optimizer = adam(0.001, w, b, v, c);
                    return () -> {
                        optimizer.zero_grad();
                        cross_entropy_loss(linear(relu(linear(x, w, b)), v, c), y)
                                .backward();
                        optimizer.step();
                    };
                });
    }

    private static Row wideMlp() {
        return Row.of("MLP 1024-1024-1024, gelu, batch 512, MSE, Adam step", """
            model Net() {
              a = linear(1024, 1024)
              b = linear(1024, 1024)
              forward(x) = x |> a |> gelu |> b
            }
            net = Net()
            x = randn(512, 1024)
            y = randn(512, 1024)
            optimizer = adam(net.parameters())
            """, """
            optimizer.zero_grad()
            loss = mse_loss(net(x), y)
            loss.backward()
            optimizer.step()
            """)
                .natural(1, () -> {
                    Tensor x = randn(512, 1024);
                    Tensor y = randn(512, 1024);
                    Tensor w = leaf(1024, 1024);
                    Tensor b = leaf(1024);
                    Tensor v = leaf(1024, 1024);
                    Tensor c = leaf(1024);
                    Adam optimizer = adam(0.001, w, b, v, c);
                    return () -> {
                        optimizer.zero_grad();
                        mse_loss(linear(gelu(linear(x, w, b)), v, c), y).backward();
                        optimizer.step();
                    };
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
                a.mutable_grad().reset();
                b.mutable_grad().reset();
                c.mutable_grad().reset();
                sigmoid(a.mul(b).add(c)).mul(a).sub(b).sum().backward();
            };
        });
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
                        x.mutable_grad().reset();
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

    private static Row sorting() {
        return Row.of("sort of 1 M", "x = randn(1000000)", "y = sort(x)").natural(1, () -> {
            Tensor x = randn(MILLION);
            return () -> sort(x);
        });
    }

    private static Row rows() {
        return Row.of(
                        "rows of (8192, 1024) by 8192 indices",
                        "x = randn(8192, 1024)\ni = randint(0, 8192, (8192,))",
                        "y = x[i]")
                .natural(1, () -> {
                    Tensor x = randn(8192, 1024);
                    Tensor i = classes(8192, 8192);
                    return () -> index_select(x, 0, i);
                });
    }

    private static Row normal() {
        return Row.of("randn of 10 M", "", "y = randn(10000000)").natural(1, () -> () -> randn(10 * MILLION));
    }
}
