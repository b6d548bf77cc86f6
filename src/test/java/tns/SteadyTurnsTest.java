package tns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tns.error.ScriptException;

/** Turns of loops that are computed again without being evaluated are as if they had been. */
class SteadyTurnsTest {
    private static final String MADE = """
        seed(1)
        net = sequential(linear(3, 4), tanh, linear(4, 2))
        x = linspace(-1, 1, 15).reshape(5, 3)
        y = linspace(0, 1, 10).reshape(5, 2)
        v = param([0.5, -1., 2.])
        k = 1.5
        opt = adam(net, lr=0.05)
        other = sgd((v,), lr=0.01, momentum=0.9)
        kept = list()
        fn scaled(a, by=2.0) = a * by + k
        fn loss_of(p, t) { d = p - t; return (d * d).mean() }
        model Twice(n) { scale = param(ones(n)); forward(a: [..., n]) = a * scale + scaled(a) }
        twice = Twice(3)
        """;

    private static final String STEP = """
        opt.zero_grad()
        loss = mse_loss(net(x), y)
        loss.backward()
        opt.step()
        """;

    private static final String STATE = """
        print(loss, v, v.grad, tuple(q.grad for n, q in net.named_parameters()), k, x.sum(), y.sum())
        print(net.state_dict(), opt.state_dict(), other.state_dict(), opt.lr)
        for each in kept { print(each) }
        print(rand(2))
        """;

    /** What a program prints, with its error if it ends in one, and what is noted meanwhile. */
    private record Seen(String text, List<String> notes) {}

    private static Seen seen(String program) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        List<String> notes = new ArrayList<>();
        Interpreter tns = new Interpreter(
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        tns.notes(notes::add);
        String error = "";
        try {
            tns.eval(program);
        } catch (ScriptException e) {
            error = "error: " + e.summary();
        }
        tns.flush();
        return new Seen(printed.toString(StandardCharsets.UTF_8) + error, notes);
    }

    /** What {@code turns} of a body give, which is what they give where nothing is computed again: within a branch. */
    private static Seen both(String made, String head, String body, String shown) {
        Seen usual = seen(made + head + " { if true {\n" + body + "\n}}\n" + shown);
        assertFalse(isAgain(usual), usual.notes.toString());
        Seen found = seen(made + head + " { \n" + body + "\n}\n" + shown);
        assertEquals(usual.text, found.text, () -> String.join("\n", found.notes) + "\n" + body);
        return found;
    }

    private static boolean isAgain(Seen seen) {
        return seen.notes.stream().anyMatch(note -> note.contains("computed again"));
    }

    private static void assertAgain(Seen seen) {
        assertTrue(isAgain(seen), seen.notes.toString());
        assertFalse(seen.text.contains("error"), seen.text);
    }

    private static Seen both(String body) {
        return both(MADE, "for i in 0..30", body, STATE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sgd(net, lr=0.05)",
                "sgd(net, lr=0.05, momentum=0.9, nesterov=true, weight_decay=0.1)",
                "adam(net, lr=0.01)",
                "adam(net, lr=0.01, amsgrad=true)",
                "adamw(net, lr=0.01)",
                "rmsprop(net, lr=0.01, momentum=0.9, centered=true)",
                "nadam(net, lr=0.01)",
                "radam(net, lr=0.01)",
                "adagrad(net, lr=0.05, lr_decay=0.1)",
                "adadelta(net)",
                "adamax(net, lr=0.01)",
                "lion(net, lr=0.001)",
                "adam(({params: net[0].parameters()}, {params: net[2].parameters(), lr: 0.1}), lr=0.01)"
            })
    void trainingIsComputedAgain(String optimizer) {
        assertAgain(both(MADE + "opt = " + optimizer + "\n", "for i in 0..30", STEP, STATE));
    }

    /** Whatever else a turn does, and whenever, is as ever. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "kept.append(loss.item())",
                "if i % 7 == 3 { kept.append(loss) }",
                "if i == 12 { opt.lr = 0.001 }",
                "opt.lr = 0.1 / (i + 1)",
                "if i == 12 { x = x * 2 }",
                "if i == 12 { x[0, 0] = 9 }",
                "if i % 9 == 4 { kept.append(net[0].weight) }",
                "if i % 9 == 4 { kept.append(net[0].weight.sum()) }",
                "if i % 9 == 4 { kept.append(net[0].weight.grad) }",
                "if i == 12 { net[0].weight.requires_grad = false }",
                "if i == 12 { net[0].weight.set(ones(4, 3)) }",
                "if i == 20 { opt.load_state_dict(opt.state_dict()) }",
                "if i == 12 { net.eval() }",
                "if i == 12 { opt = sgd(net, lr=0.1) }",
                "if i == 12 { opt.add_param_group({params: (v,)}) }",
                "if i == 12 { mse_loss = l1_loss }",
                "print(loss)",
                "loss = loss.item()",
                "if i % 5 == 0 { z = loss * 2; kept.append(z) }",
                "if i == 12 { set_default_dtype(float64) }",
                "if i == 25 { break }",
                "if i % 3 == 0 { continue }\nkept.append(i)",
                "if i > 20 { loss.backward() }",
                "if i % 4 == 0 { (loss * v.sum()).backward() }",
                "if i == 12 { y = none }",
                "x = x.clone()",
                "no_grad { kept.append(net(x).sum().item()) }",
                "for j in 0..2 { kept.append(j) }"
            })
    void theRestIsAsEver(String rest) {
        assertTrue(isAgain(both(STEP + rest)), rest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loss = cross_entropy(net(x), t)",
                "loss = nll_loss(log_softmax(net(x), 1), t)",
                "no_grad { w = net(x) }\nloss = (net(x) - w * 0.9).abs().sum()",
                "h = x @ net[0].weight.T |> relu\nloss = loss_of(h[0], h[1]) if false else h.mean()",
                "loss = loss_of(net(x), y)",
                "loss = twice(x).mean() + net(x).sum() * 0.1",
                "loss = net(twice(x)).norm()",
                "loss = net(x).exp().sum() + v.prod()",
                "loss = net(scaled(x, by=0.3)).softmax(1)[0].sum()",
                "loss = (conv1d(x.reshape(1, 1, 15), v.reshape(1, 1, 3)).sum() + net(x).sum()).tanh()",
                "loss = layer_norm(net(x), (2,)).pow(3).sum() + embedding(t, net[0].weight).std()"
            })
    void manyLossesAre(String loss) {
        String made = MADE + "t = (0, 1, 1, 0, 1) |> tensor\n";
        both(
                made,
                "for i in 0..30",
                "opt.zero_grad()\nother.zero_grad()\n" + loss + "\nloss.backward()\nopt.step()\nother.step()",
                STATE);
    }

    /** Draws go on where they were, whoever draws between. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "loss = (net(x) * randn(5, 2)).mean()",
                "loss = mse_loss(net(x + rand(5, 3)), y)",
                "loss = dropout(net(x), 0.5).sum()",
                "loss = net(x)[:, 0].sum() * bernoulli(v.sigmoid()).sum()",
                "r = randint(0, 5, (4,))\nloss = embedding(r, x).sum() * net(x).mean()",
                "loss = gumbel_softmax(net(x)).norm()"
            })
    void drawsAreFresh(String loss) {
        String body =
                "opt.zero_grad()\n" + loss + "\nloss.backward()\nopt.step()\nif i % 6 == 2 { kept.append(rand(1)) }";
        Seen seen = both(body + "\nif i == 17 { seed(4) }");
        assertTrue(seen.text.contains("tensor("), seen.text);
    }

    /** As beginners write it before they know of optimisers. */
    @Test
    void stepsByHand() {
        assertAgain(both("""
            loss = ((v * x + k - x) ** 2).mean()
            loss.backward()
            no_grad { v -= 0.1 * v.grad }
            v.grad = none
            """));
        assertAgain(both("""
            v.grad = none
            loss = mse_loss(net(x), y) + v.norm()
            loss.backward()
            no_grad { v -= 0.05 * v.grad; v *= 0.99 }
            opt.step()
            """));
        both("k -= 0.1\nloss = (v * k).sum()\nloss.backward()\nno_grad { v -= 0.1 * v.grad }\nv.grad = none");
    }

    @Test
    void largerOnesToo() {
        String made = MADE + "big = sequential(linear(20, 30), relu, linear(30, 7))\nseed(3)\ndata = rand(25, 20)\n"
                + "t = (arange(25) * 3) % 7\nadam2 = adam(big, lr=0.01)\n";
        String body = "adam2.zero_grad()\nloss = cross_entropy(big(data), t)\nloss.backward()\nadam2.step()";
        assertAgain(both(made, "for i in 0..400", body, "print(loss, big.state_dict(), adam2.state_dict())"));
    }

    @Test
    void partsOfTuplesGetNames() {
        assertAgain(both("""
            left, right = chunk(net(x), 2, 1)
            opt.zero_grad()
            loss = left.sum() + right.norm()
            loss.backward()
            opt.step()
            """));
    }

    @Test
    void batchesAreBroughtIn() {
        String body =
                "opt.zero_grad()\nloss = mse_loss(net(a), b)\nloss.backward()\nopt.step()\nkept.append(loss.item())";
        assertAgain(both(MADE, "for a, b in tuple((rand(5, 3), rand(5, 2)) for j in 0..30)", body, STATE));
        assertAgain(both(
                MADE + "data = rand(90, 3)\n",
                "for i in 0..30",
                "a = data[3 * i:3 * i + 3]\nb = a.T[0:2].T\n" + body + "\nif i == 20 { kept.append(a) }",
                STATE));
    }

    @Test
    void classesOutOfRangeAreFoundInLaterBatches() {
        String body = """
            t = labels[i]
            opt.zero_grad()
            loss = cross_entropy(net(x), t)
            loss.backward()
            opt.step()
            """;
        Seen seen = both(
                MADE + "labels = zeros(30, 5).to(int64)\nlabels[22, 3] = 2\nlabels[14, 3] = -100\n",
                "for i in 0..30",
                body,
                STATE);
        assertTrue(isAgain(seen));
        assertTrue(seen.text.contains("class 2 is out of range"), seen.text);
    }

    @Test
    void whatMayChangeIsEvaluated() {
        for (String line : List.of(
                "loss = loss + rand(1).sum()",
                "loss = loss * len(kept)",
                "kept.append(1)",
                "loss = dropout(net(x)).sum()",
                "loss = loss * i",
                "if loss > 0.1 { k = k + 0.1 }",
                "loss = loss * time()",
                "print(1)")) {
            both(
                    line.contains("time")
                            ? STEP.replace("loss.backward", "k = time() * 0\nloss.backward")
                            : line + "\n" + STEP);
        }
    }

    /** A name that a method has too is none of the loop's business, until it stands for a function. */
    @Test
    void namesOfMethods() {
        assertAgain(both(MADE, "for step in 0..30", STEP, STATE));
        Seen seen = both(
                MADE + "other_loss = 1\n",
                "for i in 0..30",
                "loss = net(x).other_loss().sum()\nopt.zero_grad()\nloss.backward()\nopt.step()\n"
                        + "if i % 9 == 8 { other_loss = a -> a * i }",
                STATE);
        assertTrue(seen.text.contains("other_loss"), seen.text);
        both(
                MADE + "twist = a -> a * 3\n",
                "for i in 0..30",
                "loss = net(x).twist().sum()\nopt.zero_grad()\nloss.backward()\nopt.step()\n"
                        + "if i % 9 == 8 { twist = a -> a * 0.5 }",
                STATE);
    }

    @Test
    void loopsOfFunctionsAndWhileToo() {
        String made = MADE + "fn train(n) {\n i = 0\n while i < n {\n" + STEP + "\n i += 1\n }\n loss\n}\n";
        Seen seen = seen(made + "for j in 0..3 { loss = train(20) }\n" + STATE);
        Seen usual =
                seen(made.replace("while i < n {", "while i < n { if true {").replace(" i += 1\n }", " i += 1\n }}")
                        + "for j in 0..3 { if true { loss = train(20) } }\n" + STATE);
        assertEquals(usual.text, seen.text);
        assertAgain(seen);
    }

    /** Statements that a turn may compute again, and such that get in the way, in any order. */
    @Test
    void randomLoops() {
        String[] steady = {
            "opt.zero_grad()",
            "other.zero_grad()",
            "p = net(x)",
            "q = twice(x)",
            "p = net(twice(x)).sigmoid()",
            "r = x * v",
            "r = scaled(x, by=k)",
            "loss = mse_loss(p, y)",
            "loss = loss_of(p, y) + q.mean()",
            "loss = (p.sum() + r.sum()) * k",
            "loss.backward()",
            "opt.step()",
            "other.step()",
            "v.grad = none",
            "no_grad { v -= 0.01 * v.grad }",
            "f = net(x + randn(5, 3) * 0.1)",
            "no_grad { e = net(x) }",
            "d = p.detach() * 2",
            "s = v.softmax(0)",
            "loss = loss_of(net(x), y * s.sum())"
        };
        String[] others = {
            "kept.append(loss)",
            "kept.append(p)",
            "kept.append(loss.item())",
            "k = k + 0.5",
            "x = x * 0.9",
            "x[1, 1] = i * 0.1",
            "y[0] = 1.0",
            "v.set(v * 0.5)",
            "no_grad { v.set(v.detach() + 1) }",
            "p = p * 2",
            "kept.append(v.grad)",
            "g = net[0].weight.grad",
            "kept.append(net[0].bias.detach())",
            "opt.lr = 0.02",
            "opt.weight_decay = 0.1",
            "opt.betas = (0.8, 0.9)",
            "other.momentum = 0.0",
            "twice.scale.set(twice.scale.detach() * 0.5)",
            "no_grad { net[0].weight -= 0.01 }",
            "kept.append(twice.scale)",
            "twice.scale.requires_grad = i % 3 == 0",
            "seed(7)",
            "loss.backward()",
            "other.step()",
            "z = loss * v.sum()",
            "z = q; kept.append(z)",
            "net[2].bias.requires_grad = i % 2 == 0",
            "kept.append(d)",
            "d[0] = 5",
            "w = net[0].weight",
            "loss = none",
            "opt.zero_grad()"
        };
        int again = 0;
        long first = Long.getLong("tns.seed", 0);
        for (long seed = first; seed < first + 400; seed++) {
            Random random = new Random(seed);
            List<String> lines =
                    new ArrayList<>(List.of("p = net(x)", "q = twice(x)", "r = x + 1", "d = x + 2", "s = v * 1"));
            lines.add("loss = mse_loss(p, y)");
            int count = 2 + random.nextInt(7);
            for (int i = 0; i < count; i++) {
                lines.add(steady[random.nextInt(steady.length)]);
            }
            int rest = random.nextInt(3);
            for (int i = 0; i < rest; i++) {
                String line = others[random.nextInt(others.length)];
                int period = 1 + random.nextInt(9);
                int at = random.nextInt(4) > 0 ? lines.size() : random.nextInt(lines.size() + 1);
                lines.add(at, "if i % " + period + " == " + random.nextInt(period) + " { " + line + " }");
            }
            Seen seen = both(
                    MADE,
                    "for i in 0..25",
                    lines.stream().collect(Collectors.joining("\n")),
                    STATE + "loss.backward()\nprint(v.grad, net[0].weight.grad, p, d, q)\n");
            again += isAgain(seen) ? 1 : 0;
        }
        assertTrue(again > 200, again + " of 400");
    }
}
