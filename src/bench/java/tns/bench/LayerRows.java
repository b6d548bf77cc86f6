package tns.bench;

import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.embedding;
import static org.bytedeco.pytorch.global.torch.randn;
import static tns.bench.Leaves.classes;
import static tns.bench.Leaves.leaf;
import static tns.bench.Leaves.zeroGrad;

import java.util.List;
import org.bytedeco.pytorch.LSTMImpl;
import org.bytedeco.pytorch.LSTMOptions;
import org.bytedeco.pytorch.MultiheadAttentionImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** The rows that measure layers: convolution, recurrence, attention and embedding, forward and backward. */
final class LayerRows {
    private LayerRows() {}

    static List<Row> all() {
        return List.of(convolution(), lstm(), attention(), lookUp());
    }

    private static Row convolution() {
        return Row.of("conv2d 3×3, 64→64 channels, (16, 64, 56, 56), forward and backward", """
            net = conv2d(64, 64, 3, padding=1)
            x = param(randn(16, 64, 56, 56))
            """, """
            net.zero_grad()
            x.grad = none
            y = net(x).sum()
            y.backward()
            """)
                .natural(1, () -> {
                    Tensor w = leaf(64, 64, 3, 3);
                    Tensor b = leaf(64);
                    Tensor x = leaf(16, 64, 56, 56);
                    long[] one = {1, 1};
                    return () -> {
                        zeroGrad(w, b, x);
                        conv2d(x, w, new TensorOptional(b), one, one, one, 1)
                                .sum()
                                .backward();
                    };
                });
    }

    private static Row lstm() {
        return Row.of("LSTM, batch 32, length 128, width 256, forward and backward", """
            net = lstm(256, 256, batch_first=true)
            x = randn(32, 128, 256)
            """, """
            net.zero_grad()
            y = net(x)[0].sum()
            y.backward()
            """)
                .natural(1, () -> {
                    LSTMOptions options = new LSTMOptions(256, 256);
                    options.batch_first().put(true);
                    LSTMImpl net = new LSTMImpl(options);
                    Tensor x = randn(32, 128, 256);
                    return () -> {
                        net.zero_grad(true);
                        net.forward(x).get0().sum().backward();
                    };
                });
    }

    static Row attention() {
        return Row.of("multihead_attention, 8 heads, batch 32, length 128, width 256, forward and backward", """
            net = multihead_attention(256, 8)
            x = randn(128, 32, 256)
            """, """
            net.zero_grad()
            y = net(x)[0].sum()
            y.backward()
            """)
                .natural(1.5, () -> {
                    MultiheadAttentionImpl net = new MultiheadAttentionImpl(256, 8);
                    Tensor x = randn(128, 32, 256);
                    return () -> {
                        net.zero_grad(true);
                        net.forward(x, x, x).get0().sum().backward();
                    };
                });
    }

    private static Row lookUp() {
        return Row.of("embedding 5000×256 by (32, 128), forward and backward", """
            w = param(randn(5000, 256))
            i = randint(0, 5000, (32, 128))
            """, """
            w.grad = none
            y = embedding(i, w).sum()
            y.backward()
            """)
                .natural(1, () -> {
                    Tensor w = leaf(5000, 256);
                    Tensor i = classes(5000, 32, 128);
                    return () -> {
                        zeroGrad(w);
                        embedding(w, i).sum().backward();
                    };
                });
    }
}
