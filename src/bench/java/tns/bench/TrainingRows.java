package tns.bench;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.mse_loss;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.relu;
import static org.bytedeco.pytorch.global.torch.sigmoid;
import static tns.bench.Leaves.adam;
import static tns.bench.Leaves.classes;
import static tns.bench.Leaves.leaf;

import java.util.List;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.Tensor;

/** The rows that measure steps of training: forward, backward and the optimiser. */
final class TrainingRows {
    private TrainingRows() {}

    static List<Row> all() {
        return List.of(tutorial(), mlp(), wideMlp());
    }

    /** PyTorch's time for an epoch of the tutorial, on the reference machine (AMD EPYC, two cores), in seconds. */
    static final double RECORDED_EPOCH = 0.194e-3;

    static Row tutorial() {
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
                .limit("PyTorch 1.13, recorded", 60, RECORDED_EPOCH)
                .natural(1, () -> {
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

    static Row mlp() {
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
}
