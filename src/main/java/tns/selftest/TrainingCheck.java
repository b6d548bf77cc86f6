package tns.selftest;

import java.util.ArrayList;
import java.util.List;
import tns.Interpreter;
import tns.cuda.CudaDevice;
import tns.op.Display;
import tns.selftest.SelfTest.Finding;
import tns.tensor.Device;

/** Training gives PyTorch's losses, replayed steps give the bits of others, and models give what they do on the CPU. */
final class TrainingCheck {
    private static final String TUTORIAL = """
        fn train(compiled) {
          seed(0)
          x = linspace(-1, 1, 20)
          y = x**3 - x
          net = sequential(linear(20, 10, bias=false), sigmoid, linear(10, 20))
          optimizer = adam(net, lr=0.01)
          fn step(x, y) {
            optimizer.zero_grad()
            loss = mse_loss(net(x), y)
            loss.backward()
            optimizer.step()
            loss.detach()
          }
          run = if compiled { compile(step) } else { step }
          losses = list()
          for i in 0..100 { losses.append(run(x, y)) }
          if compiled { assert(run.replays > 90 or cpu == x.device, "not replayed: {run.reason}") }
          tensor(losses)
        }
        fn made() {
          seed(0)
          x = linspace(-1, 1, 20)
          net = sequential(linear(20, 10, bias=false), sigmoid, linear(10, 20))
          optimizer = adam(net, lr=0.01)
          fn() {
            optimizer.zero_grad()
            loss = mse_loss(net(x), x**3 - x)
            loss.backward()
            optimizer.step()
            loss.detach()
          }
        }
        """;

    private static final int TURNS = 100;

    /** The losses of epochs 0, 10 … 90 after torch.manual_seed(0) on the CPU; PyTorch's versions differ by 4e-5. */
    private static final String LOSSES = "[0.22592399, 0.013581596, 0.0032089665, 0.0020982088, 0.00048352298,"
            + " 0.00015363788, 0.000102392936, 1.6923845e-05, 1.1655161e-05, 3.2209034e-06]";

    private static final String[] MODELS = {
        "sequential(linear(12, 7), gelu, layer_norm(7), linear(7, 3))(x(5, 12))",
        "conv2d(3, 4, 3, padding=1)(x(2, 3, 6, 5))",
        "batch_norm(3)(x(2, 3, 4, 4))",
        "lstm(4, 6, batch_first=true)(x(2, 5, 4))[0]",
        "gru(4, 6, batch_first=true)(x(2, 5, 4))[0]",
        "multihead_attention(8, 2, batch_first=true)(x(2, 5, 8), x(2, 5, 8), x(2, 5, 8))[0]",
        "embedding(9, 4)([[1, 2], [8, 0]])",
        "max_pool2d(x(2, 3, 6, 6), 2)",
        "cross_entropy(x(6, 5), [0, 4, 2, 1, 1, 3])"
    };

    private TrainingCheck() {}

    static Finding run(Interpreter first, Device device) {
        List<String> failures = new ArrayList<>();
        Interpreter tns = first.sibling();
        tns.eval(TUTORIAL);
        tns.eval("plain = train(false)");
        expect(
                tns,
                failures,
                "losses of the tutorial",
                "allclose(plain[::10].cpu(), " + LOSSES + ".cpu(), rtol=1e-4, atol=0.0)");
        expect(tns, failures, "replayed losses", "(train(true) == plain).all().item()");
        turns(tns, device, failures);
        for (String model : MODELS) {
            Object here = gradientOf(first.sibling(), model);
            Interpreter host = first.sibling();
            host.device("cpu");
            Object there = gradientOf(host, model);
            tns.set("a", here);
            tns.set("b", there);
            expect(tns, failures, model, "allclose(a.cpu(), b.cpu(), rtol=1e-4, atol=1e-5)");
        }
        return new Finding(
                "the tutorial, replayed too, turns of a loop, and " + MODELS.length + " models against the CPU",
                failures);
    }

    /** The turns of a loop, which are replayed, give what each gives when it is a program of its own. */
    private static void turns(Interpreter tns, Device device, List<String> failures) {
        tns.eval("one = made()\nseveral = list()");
        for (int i = 0; i < TURNS; i++) {
            tns.eval("several.append(one())");
        }
        long before = device instanceof CudaDevice cuda ? cuda.turnsReplayed() : 0;
        tns.eval("one = made()\ntogether = list()\nfor i in 0.." + TURNS + " { together.append(one()) }");
        expect(tns, failures, "losses of a loop", "(tensor(several) == tensor(together)).all().item()");
        if (device instanceof CudaDevice cuda && cuda.replaysTurns() && cuda.turnsReplayed() < before + TURNS / 2) {
            failures.add("turns of a loop: " + (cuda.turnsReplayed() - before) + " of " + TURNS + " are replayed");
        }
    }

    /** The value of a model and its gradient by the input, in one vector. */
    private static Object gradientOf(Interpreter tns, String model) {
        tns.eval("""
            seed(3)
            with device(cpu) { base = param(randn(2000).sin()) }
            home = zeros(1).device
            fn x(*sizes) { n = 1; for s in sizes { n = n * s }; base.to(home)[0:n].reshape(sizes) }
            """);
        tns.eval("y = " + model);
        return tns.eval("""
            if y.requires_grad { (y * y).sum().backward() }
            g = if base.grad == none { zeros(1) } else { base.grad }
            cat((y.detach().cpu().flatten(), g.cpu().flatten()))
            """);
    }

    private static void expect(Interpreter tns, List<String> failures, String what, String condition) {
        try {
            Object holds = tns.eval("bool(" + condition + ")");
            if (!holds.equals(true)) {
                failures.add(what + ": differs (" + Display.text(holds) + ")");
            }
        } catch (RuntimeException e) {
            failures.add(what + ": " + e.getMessage());
        }
    }
}
