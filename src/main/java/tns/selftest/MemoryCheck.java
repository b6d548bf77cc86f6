package tns.selftest;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tns.Interpreter;
import tns.cuda.CudaDevice;
import tns.selftest.SelfTest.Finding;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Memory that is used again never mixes tensors up, and a long training needs no more of it than a short one. */
final class MemoryCheck {
    private static final int HELD = 64;
    private static final int ROUNDS = 3000;
    private static final long MIB = 1L << 20;

    /** Garbage of so many bytes is not looked for. */
    private static final long LITTLE = 64 * MIB;

    private MemoryCheck() {}

    static Finding run(Interpreter first, Device device) {
        List<String> failures = new ArrayList<>();
        traffic(device, failures);
        String growth = training(first, device, failures);
        return new Finding(ROUNDS + " tensors come and go, " + growth, failures);
    }

    private static void traffic(Device device, List<String> failures) {
        SplittableRandom random = new SplittableRandom(1);
        Tensor[] held = new Tensor[HELD];
        int largest = device instanceof CudaDevice cuda && !cuda.driver().watchesMemory() ? 1 << 18 : 1 << 10;
        for (int i = 0; i < ROUNDS; i++) {
            int at = random.nextInt(HELD);
            Tensor old = held[at];
            if (old != null) {
                double[] values = HostArray.doubles(old);
                for (double value : values) {
                    if (value != values[0]) {
                        failures.add("round " + i + ": " + old.describe() + " holds " + value + " beside " + values[0]);
                        return;
                    }
                }
            }
            int size = 1 + random.nextInt(largest);
            float[] same = new float[size];
            java.util.Arrays.fill(same, i);
            held[at] = Tensor.upload(device, DType.FLOAT32, Shape.of(size), same);
        }
    }

    private static String training(Interpreter first, Device device, List<String> failures) {
        if (!(device instanceof CudaDevice cuda)) {
            return "memory of the host is the collector's";
        }
        boolean emulated = cuda.driver().watchesMemory();
        Interpreter tns = first.sibling();
        tns.eval("""
            net = sequential(linear(64, 64), relu, linear(64, 10))
            optimizer = sgd(net, lr=0.1)
            x = ones(32, 64)
            y = zeros(32, 10)
            fn steps(n) {
              for i in 0..n {
                optimizer.zero_grad()
                mse_loss(net(x), y).backward()
                optimizer.step()
              }
            }
            """);
        int steps = emulated ? 20 : 20_000;
        tns.eval("steps(" + steps + ")");
        long before = cuda.bytesHeld();
        tns.eval("steps(" + 4 * steps + ")");
        long after = cuda.bytesHeld();
        if (after > before + LITTLE) {
            failures.add("training took " + before / MIB + " MiB at first and " + after / MIB + " MiB later");
        }
        return "training holds " + after / MIB + " MiB after " + 5 * steps + " steps";
    }
}
