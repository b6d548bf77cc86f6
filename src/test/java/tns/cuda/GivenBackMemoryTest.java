package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tns.Interpreter;
import tns.TestedDevice;
import tns.op.Display;
import tns.tensor.Tensor;

/**
 * Memory that variables let go of is given back at once, and never while any value still shows it: small programs of
 * every kind of holder give what they give on the CPU, on a device that faults when memory is used after that.
 */
class GivenBackMemoryTest {
    private static final int PROGRAMS = 160;
    private static final int STATEMENTS = 24;
    private static final int TURNS = 40;
    private static final String[] NAMES = {"a", "b", "c", "d"};

    private static Interpreter on(String device) {
        Interpreter tns = new Interpreter(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());
        tns.device(device);
        return tns;
    }

    /** A program over vectors of six numbers. */
    private static final class Program {
        private final SplittableRandom random;
        private int depth;

        Program(long seed) {
            random = new SplittableRandom(seed);
        }

        private String pick(String... of) {
            return of[random.nextInt(of.length)];
        }

        private String name() {
            return pick(NAMES);
        }

        private String vector() {
            if (++depth > 3) {
                depth--;
                return name();
            }
            String text = switch (random.nextInt(20)) {
                case 0, 1, 2 -> name();
                case 3 -> "(" + vector() + " + " + random.nextInt(5) + ")";
                case 4 -> "(" + vector() + " - " + vector() + ")";
                case 5 -> vector() + ".reshape(2, 3).T.reshape(6)";
                case 6 -> vector() + ".reshape(2, 3)[" + random.nextInt(2) + "].repeat(2)";
                case 7 -> vector() + ".flip(0)";
                case 8 -> "kept[" + random.nextInt(2) + "]";
                case 9 -> "r.v";
                case 10 -> "twice(" + vector() + ")";
                case 11 -> "local(" + vector() + ", " + vector() + ")";
                case 12 -> "closed()";
                case 13 -> "both(" + vector() + ")[" + random.nextInt(2) + "]";
                case 14 -> "cat((" + name() + "[:3], " + vector() + "[3:]))";
                case 15 -> vector() + "[order]";
                case 17 -> "grad(u -> (u * " + name() + " + u.relu()).sum())(" + vector() + ")";
                case 18 -> "p.grad";
                case 16 -> "(if " + random.nextInt(2) + " == 0 { " + vector() + " } else { " + vector() + " })";
                default -> "where(" + vector() + " > 2, " + vector() + ", " + name() + ")";
            };
            depth--;
            return text;
        }

        /** A vector that a gradient goes through, held in one of the ways that graphs are. */
        private String tracked() {
            if (++depth > 3) {
                depth--;
                return pick("h", "g", "(q * " + name() + ")");
            }
            String text = switch (random.nextInt(20)) {
                case 16, 17, 18 -> composite();
                case 0, 1 -> "(q * " + vector() + ").tanh()";
                case 2 -> "tanh(" + tracked() + ")";
                case 3 -> "(" + tracked() + " + " + tracked() + ")";
                case 4 -> tracked() + ".reshape(2, 3).T.reshape(6)";
                case 5 -> "both(" + tracked() + ")[" + random.nextInt(2) + "]";
                case 6 -> "net(" + tracked() + ")";
                case 7 -> "pair[" + random.nextInt(2) + "]";
                case 8 -> "law.log_prob(" + vector() + ").tanh()";
                case 9 -> "split(" + tracked() + ", 3)[" + random.nextInt(2) + "].repeat(2)";
                case 10 -> "embedding([0, 2, 1], table).reshape(6)";
                case 11 -> "attend(" + tracked() + ".reshape(3, 1, 2))[0].reshape(6)";
                case 12 -> "recur(" + tracked() + ".reshape(3, 1, 2))[0].reshape(6)";
                case 13 -> "softmax(" + tracked() + ".reshape(2, 3), dim=1).reshape(6)";
                case 14 -> "(" + tracked() + " / (" + tracked() + ".detach().abs() + 1))";
                default -> pick("h", "g");
            };
            depth--;
            return text;
        }

        /** What is written with other ops, which share its operand or each other's results. */
        private String composite() {
            String of = tracked();
            String rows = "(" + of + ").reshape(2, 3)";
            return switch (random.nextInt(18)) {
                case 0 -> "layer_norm(" + rows + ", (3,)).reshape(6)";
                case 1 -> "normalize(" + rows + " + 1, dim=1).reshape(6)";
                case 2 -> "(" + of + " + " + rows + ".std())";
                case 3 -> "(" + of + " / ((" + of + ").norm() + 1))";
                case 4 -> "(" + of + " * cross_entropy(" + rows + ", [0, 2]))";
                case 5 -> "logsumexp(" + rows + ", dim=1).repeat(3)";
                case 6 -> "log_softmax(" + rows + ", dim=1).reshape(6)";
                case 7 -> "group_norm(" + rows + ", 3 - 2).reshape(6)";
                case 8 -> "(" + of + " * huber_loss(" + of + ", " + vector() + "))";
                case 9 -> "cosine_similarity(" + rows + ", " + rows + " + 1, dim=1).repeat(3)";
                case 10 -> "gelu(" + of + " * 0.5)";
                case 11 -> "(" + of + ").cumsum(0)";
                case 12 -> "((" + of + ").tanh() * 0.5 + 1).prod().repeat(6)";
                case 13 -> "inverse(" + rows + "[:, :2].tanh().abs() + 3 * eye(2)).reshape(4)[[0, 1, 2, 3, 0, 1]]";
                case 14 ->
                    "lu(" + rows + "[:, :2].tanh().abs() + 3 * eye(2))[" + (1 + random.nextInt(2))
                            + "].reshape(4)[[0, 1, 2, 3, 0, 1]]";
                case 15 -> "where(-1 < " + of + " * 0.5 < 2, " + of + ", " + vector() + ")";
                case 16 -> "((" + of + ").clamp(-1, 2) * mse_loss(" + of + ", " + vector() + "))";
                default -> "batch_norm_free(" + rows + ").reshape(6)";
            };
        }

        private String graph() {
            return switch (random.nextInt(14)) {
                case 0, 1, 2 -> pick("h", "g") + " = tanh(" + tracked() + ")";
                case 3, 4 -> "loss = " + tracked() + ".sum(); loss.backward()";
                case 5 -> "loss.backward()";
                case 6 -> "h, g = (" + tracked() + ", " + tracked() + ")";
                case 7 -> "g, h = both(" + tracked() + ")";
                case 8 -> "pair = (" + tracked() + ", " + pick("h", "g") + ")";
                case 9 -> "for k in 0..3 { h = tanh(h + " + tracked() + ") }; h.sum().backward()";
                case 10 -> "law = normal_distribution(tanh(" + tracked() + "), 1.0)";
                case 11 -> "o, w = attend(" + tracked() + ".reshape(3, 1, 2)); h = o.reshape(6) + w.sum()";
                case 12 -> "late.append(" + tracked() + "); h = late[len(late) - 1] * 0.5";
                default -> name() + " = grad(u -> (u * " + tracked() + ").sum())(" + name() + ").detach().round()";
            };
        }

        /** What holds a value of a parameter, and what gives a parameter another. */
        private String parameter() {
            return switch (random.nextInt(16)) {
                case 0 -> "m = p.contiguous()";
                case 1 -> "no_grad { m = p.contiguous() }";
                case 2 -> "m = " + pick("p.detach()", "p.T", "p.reshape(6)", "p[:]", "p.reshape(2, 3).T.reshape(6)");
                case 3 -> "no_grad { m = " + pick("p.T", "p.reshape(6)", "p[:]", "cat((p,))", "split(p, 6)[0]") + " }";
                case 4 -> "m = p.contiguous() + moved(" + vector() + ")";
                case 5 -> "no_grad { m = where(" + vector() + " > 2, p, p.contiguous()) * moved(" + vector() + ") }";
                case 6 -> "p.set(" + vector() + " % 7)";
                case 7 -> "no_grad { p -= " + vector() + " % 3 }";
                case 8 -> "q.set(p)";
                case 9 -> "p.set(q.detach())";
                case 10 -> "held = normal_distribution(p, 1.0); p.set(" + vector() + " % 5); m = held.mean";
                case 11 -> "state = net.state_dict(); net(h).sum().backward(); trainer.step()";
                case 12 -> "net.load_state_dict(state)";
                case 13 ->
                    "for k in 0..3 { loss = (p * " + vector() + " + q).tanh().sum(); loss.backward(); p.grad = p.grad"
                            + " % 5; optimizer.step() }";
                case 14 -> "items.append(p.contiguous().detach().round() % 9)";
                default -> "no_grad { p[2] = 4 }; m = net(p)";
            };
        }

        private String statement() {
            if (random.nextInt(3) == 0) {
                return random.nextInt(2) == 0 ? graph() : parameter();
            }
            return switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> name() + " = " + vector();
                case 4 ->
                    name() + "[" + random.nextInt(6) + "] = " + random.nextInt(9) + "; " + name() + "[[0, 2, 1] + "
                            + random.nextInt(3) + "] += " + random.nextInt(4);
                case 5 -> name() + "[1:4] = " + vector() + "[2:5]";
                case 6 -> name() + " += " + vector();
                case 7 -> name() + ", " + name() + " = (" + vector() + ", " + vector() + ")";
                case 8 -> "kept = (" + vector() + ", " + name() + ")";
                case 9 -> "r = {v: " + vector() + "}";
                case 10 -> "r.v = " + vector();
                case 11 -> "r.v[2] = " + random.nextInt(9);
                case 12 -> "items.append(" + vector() + ")";
                case 13 -> "x = " + vector() + "; closed = () -> x + 1; x = " + vector();
                case 14 -> "for i in 0..3 { t = " + vector() + "; " + name() + " = t * 2 % 7 }";
                case 16 -> "(p * " + vector() + " + p).sum().backward()";
                case 17 -> "loss = (local(p * 2, " + vector() + ") * p).sum(); loss.backward()";
                case 18 -> "p.grad = p.grad % 5; " + name() + " = p.grad; optimizer.step()";
                case 15 -> "for v in (" + vector() + ", " + name() + ") { " + name() + " = v }";
                default -> name() + " = local(" + name() + ", " + vector() + ") % 11";
            };
        }

        String text() {
            StringBuilder text = new StringBuilder("""
                a = arange(6.); b = a * 2; c = a.flip(0); d = ones(6)
                order = [5, 0, 3, 1, 1, 2]
                kept = (a, b + 1); r = {v: c}; items = list(); late = list(); x = a
                closed = () -> x
                p = param(ones(6)); optimizer = sgd((p,), lr=0.5); (p * p).sum().backward()
                model Net(n) { l = linear(n, n); forward(r) = r |> l |> tanh }
                seed(0); net = Net(6); attend = multihead_attention(2, 1); recur = lstm(2, 2)
                trainer = adam(net, lr=0.1); state = net.state_dict(); m = ones(6)
                fn batch_norm_free(v) { (v - v.mean(0)) / (v.var(0) + 1).sqrt() }
                fn moved(v) { p.set(v % 7); v }
                table = param(ones(3, 2)); q = param(ones(6)); h = q * 1; g = q * 2; pair = (h, q * 3); law = normal_distribution(h, 1.0)
                loss = h.sum()
                fn twice(v) { w = v; w[0] = w[0] + 1; w + v }
                fn local(v, w) { s = v + w; t = s.reshape(3, 2); u = t[1]; s = w; t = t.T; if u.sum() > 9 { return t.reshape(6) }; s }
                fn both(v) { s = v * 1; t = s; s = v; (t, s) }
                """);
            for (int i = 0; i < STATEMENTS; i++) {
                text.append(statement()).append('\n');
            }
            // Products and sums may differ in their last bits, so what comes of them is shown rounded.
            return text.append(
                            "str((a, b, c, d, kept, r, items, closed(), p.grad, (p, m, q.grad, h, g, pair[0], pair[1],"
                                    + " loss, table.grad, net.l.weight.grad).map(v -> if v == none { v } else {"
                                    + " (v.detach() * (100 / (1 + v.detach().abs().max()))).round() + 0 })))")
                    .toString();
        }
    }

    @Test
    void nothingThatLivesIsGivenBack() {
        Interpreter host = on("cpu");
        Interpreter device = on(TestedDevice.NAME);
        for (int seed = 0; seed < PROGRAMS; seed++) {
            String program = new Program(seed).text();
            String expected = Display.text(host.sibling().eval(program));
            String found;
            try {
                found = TestedDevice.anywhere(
                        Display.text(device.sibling().eval(program)).replaceAll("\\s+", " "));
            } catch (RuntimeException e) {
                throw new AssertionError("program " + seed + ":\n" + program, e);
            }
            assertEquals(expected.replaceAll("\\s+", " "), found, "program " + seed + ":\n" + program);
        }
    }

    /** Nothing piles up until the collector looks. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x = zeros(1000)",
                "x += 1",
                "x[3] = 1",
                "f(1000)",
                "(w * x).sum().backward()",
                "(w * x).sum().backward(); w.grad = none",
                "loss = (w * x).tanh().sum(); loss.backward()",
                "y = (w * x).tanh(); loss = (y[100:] * 2).mean(); loss.backward()",
                "g(x)",
                "loss = net(x); loss.backward(); net.zero_grad()",
                "u, v = split(w * x, 500); loss = (u * v).sum(); loss.backward()",
                "(w * x).exp().mean().item()",
                "(w * x).sum().backward(); optimizer.step()",
                "loss = (w * x).sum(); loss.backward(); optimizer.step()",
                "(net(x) + (w * x).sum()).backward(); optimizer.step(); trainer.step()",
                "loss = net(x); loss.backward(); trainer.step(); trainer.zero_grad()",
                "no_grad { w -= 0.1 * x }",
                "no_grad { w.set(w + 1) }",
            })
    void whatAVariableHeldIsGivenBackAtOnce(String statement) {
        long more = growth(statement);
        assertTrue(more <= 4000, more + " bytes more");
    }

    /** Beside single numbers nothing of a step waits for the collector, whatever the net is made of. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "loss = cross_entropy(deep(ones(20, 50)), classes); loss.backward(); clip_grad_norm(deep, 1.0);"
                        + " stepper.step(); stepper.zero_grad()",
                "loss = (image(ones(2, 1, 8, 8)) ** 2).mean(); loss.backward(); image.zero_grad()",
                "loss = attend(q, q, q)[0].norm(); loss.backward(); attend.zero_grad()",
            })
    void whatAStepNeededIsGivenBack(String statement) {
        long more = growth(statement);
        assertTrue(more <= TURNS * 200, more + " bytes more");
    }

    /** Of a graph that no name leads to any more nothing stays: not for the collector to find later. */
    @Test
    void graphsAreGivenBackWithTheLastNameThatLeadsToThem() {
        Interpreter tns = on(TestedDevice.NAME);
        CudaDevice device = (CudaDevice) ((Tensor) tns.eval("zeros(1)")).device();
        tns.eval("m = ones(32, 32); n = param(ones(32, 32))\n"
                + "fn pass() { y = m; for k in 0..6 { y = (y @ n).relu() * 0.5 }; y.sum().backward() }\npass()");
        long most = 0;
        for (int i = 0; i < 10; i++) {
            long before = device.bytesInTensors();
            tns.eval("pass()");
            most = Math.max(most, device.bytesInTensors() - before);
        }
        assertTrue(most <= 64, most + " bytes more");
    }

    /** By how many bytes the tensors of the device grow as a loop does {@code statement}. */
    private static long growth(String statement) {
        Interpreter tns = on(TestedDevice.NAME);
        CudaDevice device = (CudaDevice) ((Tensor) tns.eval("zeros(1)")).device();
        tns.eval("w = param(zeros(1000)); optimizer = sgd((w,), lr=0.0); x = zeros(1000); m = ones(32, 32); n ="
                + " param(ones(32, 32))\n"
                + "fn f(n) { y = zeros(n); y[3] = 1; z = ones(n); y.sum() }\n"
                + "fn g(v) { h = (w * v).tanh(); k = h |> sum; k.backward(); k.item() }\n"
                + "model Net(n) { l = linear(n, 20); forward(r) = r |> l |> tanh |> inner |> sum; inner(r) = r * r }\n"
                + "net = Net(1000); trainer = adam(net, lr=0.1)\n"
                + "deep = sequential(linear(50, 40), gelu, dropout(0.5), layer_norm(40), linear(40, 10))\n"
                + "stepper = adam(deep, lr=0.1); classes = arange(20) % 10; q = ones(2, 20, 32)\n"
                + "image = sequential(conv2d(1, 8, 3), relu, v -> flatten(v, 1), linear(8 * 36, 10))\n"
                + "attend = multihead_attention(32, 4, batch_first=true)");
        tns.eval("for i in 0..4 { " + statement + " }");
        long before = device.bytesInTensors();
        tns.eval("for i in 0.." + TURNS + " { " + statement + " }");
        return device.bytesInTensors() - before;
    }
}
