package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tns.Interpreter;
import tns.TestedDevice;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.op.Display;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.Turns;

/** A loop whose turns are replayed prints and leaves behind what the same turns do when each is run by itself. */
class LoopTurnsTest {
    private static final String NET = """
        seed(1)
        x = randn(6, 4); y = randn(6, 2)
        net = sequential(linear(4, 5), tanh, linear(5, 2))
        """;

    private static final String ADAM = NET + "opt = adam(net, lr=0.05)\n";

    private static final String STEP = """
        opt.zero_grad()
        loss = mse_loss(net(x), y)
        loss.backward()
        opt.step()
        """;

    private static final String STATE =
            "tuple((k, v.tolist()) for k, v in net.state_dict().items()), loss.item(), rand(2).tolist()";

    /** A session on the emulator, with what it has printed and noted. */
    private static final class Run {
        private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        private final List<String> notes = new ArrayList<>();
        private final Interpreter tns = new Interpreter(
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                new BufferedReader(new StringReader("")),
                List.of());

        Run() {
            tns.device(TestedDevice.NAME);
            tns.notes(notes::add);
        }

        CudaDevice device() {
            return (CudaDevice) ((Tensor) tns.eval("zeros(1)")).device();
        }

        String text(String code) {
            tns.flush();
            return Display.text(tns.eval("(" + code + ",)")) + "\n" + printed.toString(StandardCharsets.UTF_8);
        }
    }

    /** What a loop gives when it is replayed, which is what it gives turn by turn, each a program of its own. */
    private record Both(String text, long replays, List<String> notes) {}

    private static Both both(String made, String body, int turns, String shown) {
        Run usual = new Run();
        usual.tns.eval(made);
        for (int i = 0; i < turns; i++) {
            usual.tns.eval("i = " + i + "\n" + body);
        }
        String expected = usual.text(shown);
        assertEquals(0, usual.device().turnsReplayed());
        Run loop = new Run();
        loop.tns.eval(made);
        loop.tns.eval("for i in 0.." + turns + " {\n" + body + "\n}");
        String found = loop.text(shown);
        assertEquals(expected, found, String.join("\n", loop.notes));
        return new Both(found, loop.device().turnsReplayed(), loop.notes);
    }

    private static void assertReplayed(long atLeast, Both both) {
        assertTrue(both.replays >= atLeast, both.replays + " replays: " + both.notes);
        assertFalse(both.text.contains("nan"), both.text);
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
                "adagrad(net, lr=0.05, lr_decay=0.1)",
                "adadelta(net)",
                "adamax(net, lr=0.01)",
                "lion(net, lr=0.001)",
                "adafactor(net, lr=0.05)",
                "muon((net[0].weight, net[2].weight), lr=0.02)"
            })
    void trainingIsReplayed(String optimizer) {
        assertReplayed(8, both(NET + "opt = " + optimizer, STEP, 13, STATE));
    }

    @Test
    void itSaysSoOnce() {
        Both both = both(ADAM, STEP, 12, STATE);
        assertEquals(1, both.notes.size(), both.notes.toString());
        assertTrue(
                both.notes.getFirst().matches("the loop in line 1: turns of \\d+ launches are replayed by 1"),
                both.notes.getFirst());
    }

    /** Whatever a turn does beside, and whenever, it really does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "print(i)",
                "if i % 4 == 3 { print(i, loss) }",
                "if i % 3 == 0 { print(net(x).sum()) }",
                "losses.append(loss)",
                "losses.append(loss.item())",
                "losses.append(net[0].weight.detach())",
                "losses.append(net[2].bias.grad)",
                "total += loss.item()",
                "mean = 0.9 * mean + 0.1 * loss.detach()",
                "if i == 8 { kept = loss }",
                "if i % 5 == 4 { kept = net.state_dict() }",
                "kept = (loss, kept[0])",
                "r.v = loss.detach(); r.n += 1",
                "f = () -> loss * 2; if i % 6 == 0 { losses.append(f()) }",
                "kept = net[0].bias.detach() * 2",
            })
    void whatATurnDoesBesideIsDone(String beside) {
        String made =
                ADAM + "losses = list(); total = 0; mean = tensor(0.); kept = (none, none); r = {v: none, n: 0}\n";
        Both both = both(
                made,
                STEP + beside,
                17,
                STATE + ", total, mean, kept, r, losses, tuple(losses), tuple(str(l) for l in losses)");
        assertReplayed(6, both);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "print(loss.item())",
                "if loss.item() > 0.5 { print(\"large\") } else { print(\"small\", i) }",
                "total += loss.item()",
                "assert(loss.isfinite().all())"
            })
    void numbersAreReadInTheMiddleOfATurn(String look) {
        Both both = both(
                ADAM + "total = 0", STEP.replace("loss.backward()", look + "\nloss.backward()"), 14, STATE + ", total");
        assertReplayed(8, both);
        assertTrue(both.notes.getFirst().endsWith("by 2"), both.notes.toString());
    }

    @Test
    void aNumberMayBeReadNowAndThenInTheMiddle() {
        assertReplayed(
                8,
                both(
                        ADAM,
                        STEP.replace("loss.backward()", "if i % 4 == 0 { print(loss.item()) }\nloss.backward()"),
                        14,
                        STATE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"step_lr(opt, 3, gamma=0.5)", "cosine_annealing_lr(opt, 20)", "exponential_lr(opt, 0.9)"})
    void schedulersChangeTheRate(String scheduler) {
        assertReplayed(8, both(ADAM + "plan = " + scheduler, STEP + "plan.step()", 20, STATE));
    }

    @Test
    void settingsChangedByHandCount() {
        assertReplayed(5, both(ADAM, STEP + "if i == 7 { opt.lr = 0.01 }", 20, STATE));
        assertReplayed(8, both(ADAM, STEP + "opt.lr = opt.lr * 0.9", 14, STATE));
    }

    @Test
    void numbersOfTheTurnCount() {
        assertReplayed(8, both(ADAM, STEP.replace("net(x)", "net(x * i / 31)"), 14, STATE));
        assertReplayed(8, both(ADAM, STEP.replace("net(x)", "net(x + tensor((1., 2., 3., i)))"), 14, STATE));
        assertReplayed(8, both(ADAM, STEP.replace("net(x)", "net(x * tensor(i / 7 + 0.013))"), 14, STATE));
    }

    @Test
    void dropoutDrawsFreshNumbers() {
        Both both = both(
                NET + "net = sequential(linear(4, 8), dropout(0.5), linear(8, 2)); opt = sgd(net, lr=0.0)",
                STEP + "print(loss.item())",
                14,
                STATE);
        assertReplayed(8, both);
        assertEquals(14, both.text.lines().skip(1).distinct().count(), both.text);
    }

    @Test
    void randomNumbersComeInTurn() {
        assertReplayed(
                8,
                both(
                        ADAM,
                        STEP.replace("net(x)", "net(x + rand(6, 4))") + "if i % 5 == 0 { print(rand(2)) }",
                        14,
                        STATE));
        both(ADAM, "if i % 4 == 0 { seed(i) }\n" + STEP.replace("net(x)", "net(x + rand(6, 4))"), 14, STATE);
    }

    @Test
    void runningStatisticsGoOn() {
        assertReplayed(
                8,
                both(
                        NET + "net = sequential(linear(4, 5), batch_norm(5), linear(5, 2)); opt = sgd(net, lr=0.05)",
                        STEP,
                        14,
                        STATE + ", net.eval()(x).tolist()"));
    }

    @Test
    void clippingAndGatheringAreReplayed() {
        assertReplayed(
                8,
                both(ADAM, STEP.replace("opt.step()", "clip_grad_norm(net.parameters(), 0.1)\nopt.step()"), 14, STATE));
        assertReplayed(8, both(ADAM, """
            opt.zero_grad()
            loss = mse_loss(net(x[:3]), y[:3])
            loss.backward()
            other = mse_loss(net(x[3:]), y[3:])
            other.backward()
            opt.step()
            """, 14, STATE));
        both(
                ADAM,
                "loss = mse_loss(net(x), y)\nloss.backward()\nif i % 2 == 1 { opt.step(); opt.zero_grad() }",
                14,
                STATE);
    }

    @Test
    void otherShapesAreLookedAtAnew() {
        assertReplayed(10, both(ADAM, "if i == 9 { x = randn(4, 4); y = randn(4, 2) }\n" + STEP, 24, STATE));
        both(ADAM, "x = randn(4 + i % 3, 4); y = randn(4 + i % 3, 2)\n" + STEP, 12, STATE);
    }

    @Test
    void parametersChangedBesideAreNoticed() {
        assertReplayed(
                6,
                both(ADAM + "first = net.state_dict()", STEP + "if i == 8 { net.load_state_dict(first) }", 20, STATE));
        assertReplayed(6, both(ADAM, STEP + "if i == 8 { net[2].bias.set([1., 2.]) }", 20, STATE));
        assertReplayed(6, both(ADAM, STEP + "if i == 8 { no_grad { net[2].bias[0] = 5 } }", 20, STATE));
    }

    @Test
    void elementsAreAssigned() {
        assertReplayed(
                6,
                both(
                        ADAM + "seen = zeros(4)",
                        "z = zeros(6, 4); z[1] = 2; z[2, 3] = 5\nseen[1] = 3\n"
                                + STEP.replace("net(x)", "net(x + z + seen)"),
                        14,
                        STATE + ", z.tolist(), seen.tolist()"));
        both(ADAM + "seen = zeros(20)", STEP + "seen[i] = loss.detach()", 14, STATE + ", seen.tolist()");
        both(ADAM + "seen = zeros(20)", STEP + "seen[i] = i", 14, STATE + ", seen.tolist()");
    }

    @Test
    void batchesAreReplayed() {
        String text = """
            seed(1)
            x = randn(24, 4); y = randn(24, 2)
            net = sequential(linear(4, 5), tanh, linear(5, 2))
            opt = adam(net, lr=0.05)
            total = 0
            for epoch in 0..3 {
              for xb, yb in batches(x, y, batch_size=3, shuffle=true) {
                opt.zero_grad()
                loss = mse_loss(net(xb), yb)
                loss.backward()
                opt.step()
              }
              total += loss.item()
              print(epoch, total)
            }
            """;
        Run loop = new Run();
        loop.tns.eval(text);
        assertTrue(loop.device().turnsReplayed() >= 6, loop.notes.toString());
        Run usual = new Run();
        usual.tns.eval(text.replaceAll("(?s)for epoch.*", ""));
        for (int epoch = 0; epoch < 3; epoch++) {
            usual.tns.eval(
                    "all = list(); for xb, yb in batches(x, y, batch_size=3, shuffle=true) { all.append((xb, yb)) }");
            for (int i = 0; i < 8; i++) {
                usual.tns.eval("xb, yb = all[" + i + "]\n" + STEP.replace("net(x), y", "net(xb), yb"));
            }
            usual.tns.eval("total += loss.item(); print(" + epoch + ", total)");
        }
        assertEquals(usual.text(STATE), loop.text(STATE));
    }

    /** A loop inside whose turns are no two alike is a part of the turns of the loop around. */
    @Test
    void loopsInside() {
        String inside = """
            opt.zero_grad()
            h = x
            for k in 0..3 { h = tanh(h @ w) }
            loss = ((h - 1) ** 2).mean()
            loss.backward()
            opt.step()
            """;
        Both both = both(
                "seed(2)\nx = randn(5, 4); w = param(randn(4, 4)); opt = adam((w,), lr=0.05)",
                inside,
                30,
                "w.tolist(), loss.item()");
        assertReplayed(10, both);
        Run run = new Run();
        run.tns.eval(ADAM + "for i in 0..3 {\nfor k in 0..9 {\n" + STEP + "}\nprint(i, loss.item())\n}");
        assertEquals(3 * 5, run.device().turnsReplayed());
        Run usual = new Run();
        usual.tns.eval(ADAM);
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 9; k++) {
                usual.tns.eval(STEP);
            }
            usual.tns.eval("print(" + i + ", loss.item())");
        }
        assertEquals(usual.text(STATE), run.text(STATE));
    }

    @Test
    void whileLoops() {
        String loop = "while loss.item() > 0.3 {\n" + STEP + "n += 1\n}";
        Run run = new Run();
        run.tns.eval(ADAM + "n = 0; loss = tensor(9.)\n" + loop);
        assertTrue(run.device().turnsReplayed() >= 4, run.notes.toString());
        Run usual = new Run();
        usual.tns.eval(ADAM + "n = 0; loss = tensor(9.)");
        while ((Boolean) usual.tns.eval("loss.item() > 0.3")) {
            usual.tns.eval(STEP + "n += 1");
        }
        assertEquals(usual.text(STATE + ", n"), run.text(STATE + ", n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "if i == 9 { break }",
                "if i % 5 == 3 { continue }",
                "if i % 5 == 3 { t = x.sum(); continue }",
                "if i == 9 { return loss }",
                "if i == 9 { error(\"stop\") }",
                "if i % 5 == 3 { try { error(\"stop\") } catch e { print(e.message) } }",
                "if i == 9 { net(x.T) }",
                "if i == 9 { zeros(100000, 100000) }"
            })
    void leavingATurn(String leave) {
        for (String body : List.of(
                leave + "\n" + STEP, STEP + leave, STEP.replace("loss.backward()", leave + "\nloss.backward()"))) {
            String[] texts = new String[2];
            for (int n = 0; n < 2; n++) {
                Run run = new Run();
                run.tns.eval(ADAM
                        + "loss = tensor(0.)\n"
                        + "fn train(net, opt, x, y, first, last) {\n"
                        + "loss = tensor(0.)\n"
                        + "for i in first..last {\n"
                        + body + "\n}\nloss\n}");
                String end = "";
                try {
                    if (n == 0) {
                        for (int i = 0; i < 14; i++) {
                            run.tns.eval("loss = train(net, opt, x, y, " + i + ", " + (i + 1) + ")");
                            if (i == 9 && (leave.contains("break") || leave.contains("return"))) {
                                break;
                            }
                        }
                        assertEquals(0, run.device().turnsReplayed());
                    } else {
                        run.tns.eval("loss = train(net, opt, x, y, 0, 14)");
                        assertTrue(run.device().turnsReplayed() > 0, run.notes.toString());
                    }
                } catch (ScriptException e) {
                    end = e.summary();
                }
                texts[n] = run.text(STATE.replace("loss.item()", "x.sum().item()")) + end;
            }
            assertEquals(texts[0], texts[1], body);
        }
    }

    @Test
    void anInterruptLeavesTheParametersOfWholeLaunches() {
        Run run = new Run();
        run.tns.eval(ADAM);
        ScriptException stopped = assertThrows(ScriptException.class, () -> {
            Interpreter tns = run.tns;
            Thread other = new Thread(() -> {
                while (run.notes.isEmpty()) {
                    Thread.onSpinWait();
                }
                tns.cancel();
            });
            other.start();
            tns.eval("for i in 0..1000000 {\n" + STEP + "}");
        });
        assertEquals(ErrorKind.LIMIT, stopped.kind());
        long before = run.device().turnsReplayed();
        assertTrue(run.tns.eval("net(x).isfinite().all().item()").equals(true));
        run.tns.eval("for i in 0..12 {\n" + STEP + "}");
        assertTrue(run.device().turnsReplayed() >= before + 7);
    }

    /** Whatever still shows what an earlier turn made shows it for ever. */
    @Test
    void oldValuesStay() {
        Run run = new Run();
        run.tns.eval(ADAM + "all = list(); texts = list()\nfor i in 0..14 {\n" + STEP
                + "p = net(x)\nall.append((loss, p, net[0].weight.detach(), net[0].weight.grad, p[1:3].T))\n"
                + "if i % 4 == 2 { texts.append(str(all)) }\n}");
        assertTrue(run.device().turnsReplayed() >= 8, run.notes.toString());
        run.tns.eval("for i in 0..9 {\n" + STEP + "}");
        String[] seen = Display.text(run.tns.eval("texts[2]")).split("tensor", -1);
        String[] now = Display.text(run.tns.eval("str(all)")).split("tensor", -1);
        for (int i = 0; i < seen.length - 1; i++) {
            assertEquals(seen[i], now[i]);
        }
    }

    /** A graph made in an earlier turn gives its gradients. */
    @Test
    void oldGraphsStay() {
        both(
                ADAM + "kept = none; w = param([1., 2.])",
                STEP + "if i == 7 { kept = mse_loss(net(x), y) * w.sum() }\nif i == 12 { kept.backward() }",
                15,
                STATE + ", w.grad.tolist(), net[0].weight.grad.tolist()");
    }

    @Test
    void memoryStaysTheSame() {
        Run run = new Run();
        CudaDevice device = run.device();
        run.tns.eval(
                ADAM + "fn train(n, net, opt, x, y) {\nfor i in 0..n {\n" + STEP + "}\n}\ntrain(40, net, opt, x, y)");
        long before = SettledMemory.bytes(device);
        run.tns.eval("train(200, net, opt, x, y)");
        assertTrue(device.turnsReplayed() >= 200, run.notes.toString());
        assertTrue(
                SettledMemory.bytes(device) <= before,
                before + " bytes before, " + SettledMemory.bytes(device) + " after");
    }

    @Test
    void compiledFunctionsInsideAreLeftAlone() {
        Run run = new Run();
        run.tns.eval(ADAM + "fn step(x, y) {\n" + STEP + "loss.detach()\n}\nrun = compile(step)\n"
                + "for i in 0..14 { loss = run(x, y) }");
        assertEquals(11L, run.tns.eval("run.replays"));
        assertEquals(0, run.device().turnsReplayed());
    }

    @Test
    void slicesThatMoveAreReplayed() {
        String made = "seed(1)\nx = randn(60, 4); y = randn(60, 2)\nnet = linear(4, 2)\nopt = adam(net, lr=0.05)";
        String step = STEP.replace("net(x), y", "net(x[i * 2 : i * 2 + 2]), y[i * 2 : i * 2 + 2]");
        assertReplayed(14, both(made, step, 20, STATE));
        both(made, step + "y[7] += 1", 20, STATE + ", y.tolist()");
        both(made, "x[5:9] = 1.5 * x[6:10]\n" + step, 20, STATE + ", x.tolist()");
        both(made, step + "x[i * 2 + 3] = 1; x[i * 2] = i", 20, STATE + ", x.tolist()");
        assertReplayed(
                8,
                both(
                        "seed(1)\nx = randn(4, 60); y = randn(2, 60)\nnet = linear(4, 2)\nopt = adam(net, lr=0.05)",
                        STEP.replace("net(x), y", "net(x[:, i * 2 : i * 2 + 2].T), y[:, i * 2 : i * 2 + 2].T"),
                        14,
                        STATE));
    }

    @Test
    void whyNot() {
        Both slices = both(ADAM + "seen = zeros(40)", STEP + "seen[i] = loss.detach()", 30, STATE + ", seen.tolist()");
        assertEquals(0, slices.replays);
        assertEquals(
                "the loop in line 1: turns are not replayed: a turn does other work than another",
                slices.notes.getLast());
    }

    private static final int PROGRAMS = 60;

    /** Bodies of loops over vectors that are kept, dropped, carried on and read at random. */
    @Test
    void randomLoops() {
        long replays = 0;
        for (int seed = 0; seed < PROGRAMS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder body = new StringBuilder();
            int statements = 4 + random.nextInt(6);
            for (int s = 0; s < statements; s++) {
                body.append(statement(random)).append('\n');
            }
            String made = "seed(3)\n"
                    + "a = arange(6.); b = a * 2; c = a.flip(0); d = ones(6); kept = (a, b); items = list(); r ="
                    + " {v: c}; p = param(ones(6)); q = [5, 0, 3, 1, 1, 2]\n"
                    + "fn twice(v) { w = v; w[0] = w[0] + 1; w + v }";
            try {
                replays += both(made, body.toString(), 16, "a, b, c, d, kept, r, p.detach(), items, rand(2)").replays;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("program " + seed + ":\n" + made + "\n" + body, e);
            }
        }
        assertTrue(replays > PROGRAMS, replays + " replays");
    }

    private static String statement(SplittableRandom random) {
        String[] names = {"a", "b", "c", "d"};
        String x = names[random.nextInt(4)];
        String y = names[random.nextInt(4)];
        String z = names[random.nextInt(4)];
        return switch (random.nextInt(22)) {
            case 0 -> x + " = (" + y + " + " + z + ") % 7";
            case 1 -> x + " = " + y + " * 0.5 + i";
            case 2 -> x + " = " + y + "[q]";
            case 3 -> x + "[" + random.nextInt(6) + "] = " + random.nextInt(9);
            case 4 -> x + "[1:4] = " + y + "[2:5]";
            case 5 -> "kept = (" + x + ", kept[0])";
            case 6 -> "if i % " + (2 + random.nextInt(6)) + " == 1 { kept = (" + x + " * 2, " + y + ") }";
            case 7 -> "items.append(" + x + ")";
            case 8 -> "if i % 5 == 2 { items.append(" + x + " - 1) }";
            case 9 -> "r.v = " + x + " - " + y;
            case 10 -> x + " = r.v % 5";
            case 11 -> x + ", " + y + " = (" + y + ", " + x + ")";
            case 12 -> "if i % " + (2 + random.nextInt(5)) + " == 0 { print(" + x + ".sum().item()) }";
            case 13 -> "print(" + x + ")";
            case 14 -> x + " = twice(" + y + ") % 9";
            case 15 -> "no_grad { p.set((p + " + x + ") % 3) }";
            case 16 -> x + " = p.detach() + " + y + ".reshape(2, 3).T.reshape(6) % 4";
            case 17 -> "t = (p * " + x + ").sum(); p.grad = none; t.backward(); " + y + " = p.grad % 5";
            case 18 -> x + " = rand(6) + " + y + " % 3";
            case 19 -> x + " = " + y + ".cumsum(0) % 6; " + z + " = " + x + ".sort()[0]";
            case 20 -> "for k in 0..2 { " + x + " = " + x + " + k; " + x + " = " + x + " % 4 }";
            default -> x + " = cat((" + y + "[:3], kept[0][3:])) * 1";
        };
    }

    /** Where launches work on much, one with another, they are a small part of a turn. */
    @ParameterizedTest
    @CsvSource({"6, 3, true", "6, 6, false", "40, 6, true", "40, 12, false"})
    void turnsAreReplayedByTheBytesOfTheirLaunches(int launches, int large, boolean replayed) {
        CudaDevice device = new CudaDevice("memory", new MemoryOnlyDriver(1L << 34));
        List<String> notes = new ArrayList<>();
        Program next = Program.of(Lane.F32, Expr.input(0).add(1.0));
        Shape[] shapes = {Shape.of(1 << 22), Shape.of(8)}; // 16 MiB and little
        Tensor[][] inputs = new Tensor[2][];
        for (int k = 0; k < 2; k++) {
            inputs[k] = new Tensor[] {Tensor.room(device, DType.FLOAT32, shapes[k])};
        }
        Turns turns = Objects.requireNonNull(device.turns(new Object(), notes::add));
        for (int turn = 0; turn < 8; turn++) {
            turns.next();
            for (int i = 0; i < launches; i++) {
                int k = i < large ? 0 : 1;
                Tensor y = Tensor.room(device, DType.FLOAT32, shapes[k]);
                device.map(next, inputs[k], shapes[k], new Tensor[] {y});
                y.release();
            }
        }
        turns.end();
        String note = replayed ? "turns of " + launches + " launches are replayed by 1" : "a small part of it";
        assertTrue(notes.getFirst().contains(note), notes.toString());
    }
}
