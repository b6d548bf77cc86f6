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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tns.Interpreter;
import tns.TestedDevice;
import tns.error.ScriptException;
import tns.op.Display;
import tns.tensor.Tensor;

/** A step that is replayed gives the bits it gives as usual, or is not replayed and says why. */
class CompiledStepTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Interpreter tns = new Interpreter(
            new PrintStream(printed, true, StandardCharsets.UTF_8),
            new BufferedReader(new StringReader("")),
            List.of());

    CompiledStepTest() {
        tns.device(TestedDevice.NAME);
    }

    /** What a training gives, with its step replayed and as usual. */
    private record Both(String usual, String replayed, long replays, String reason) {}

    /**
     * Trains a small model.
     *
     * @param made makes {@code net} and {@code opt}, and what {@code body} and {@code after} use beside
     * @param body computes {@code loss} in the step from {@code x} and {@code y}
     * @param after what comes after each step {@code i}
     */
    private Both train(String made, String body, String after, int steps) {
        return new Both(
                trained(made, body, after, steps, false),
                trained(made, body, after, steps, true),
                (Long) tns.eval("run.replays"),
                (String) tns.eval("run.reason"));
    }

    private String trained(String made, String body, String after, int steps, boolean compiled) {
        tns.eval("seed(1)\nx = randn(6, 4)\ny = randn(6, 2)\n" + made);
        tns.eval("fn step(x, y) {\n" + body + "\nloss.detach()\n}");
        tns.eval("run = " + (compiled ? "compile(step)" : "step"));
        tns.eval("losses = list()");
        tns.eval("for i in 0.." + steps + " {\nlosses.append(run(x + i, y).item())\n" + after + "\n}");
        return text("(tuple(losses), tuple((k, v.tolist()) for k, v in net.state_dict().items()))");
    }

    private String text(String code) {
        return Display.text(tns.eval(code));
    }

    private static final String NET = "net = sequential(linear(4, 5), tanh, linear(5, 2))\n";
    private static final String USUAL = """
        opt.zero_grad()
        loss = mse_loss(net(x), y)
        loss.backward()
        opt.step()
        """;

    private static void assertReplayed(Both both, long atLeast) {
        assertEquals(both.usual, both.replayed, both.reason);
        assertTrue(both.replays >= atLeast, both.replays + " replays: " + both.reason);
        assertFalse(both.usual.contains("nan"), both.usual);
    }

    private static void assertRefused(Both both, String why) {
        assertEquals(both.usual, both.replayed);
        assertEquals(0, both.replays);
        assertTrue(both.reason.contains(why), both.reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sgd(net, lr=0.05, momentum=0.9)",
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
    void optimizersTakeTheSameSteps(String optimizer) {
        assertReplayed(train(NET + "opt = " + optimizer, USUAL, "", 12), 8);
    }

    /** radam takes another formula once the variance is worth trusting: one recording more. */
    @Test
    void changingFormulasAreRecordedAnew() {
        assertReplayed(train(NET + "opt = radam(net, lr=0.01)", USUAL, "", 14), 8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"step_lr(opt, 3, gamma=0.5)", "cosine_annealing_lr(opt, 20)", "exponential_lr(opt, 0.9)"})
    void schedulersChangeTheRate(String scheduler) {
        assertReplayed(train(NET + "opt = adam(net, lr=0.05)\nplan = " + scheduler, USUAL, "plan.step()", 12), 8);
    }

    @Test
    void settingsSetByHandCount() {
        assertReplayed(train(NET + "opt = sgd(net, lr=0.05, momentum=0.9)", USUAL, "opt.lr = opt.lr * 0.8", 10), 6);
    }

    /** Each of them counts for itself. */
    @Test
    void twoStepsAtOnceAreTwo() {
        assertReplayed(
                train(NET + "opt = adam(net, lr=0.05)", USUAL.replace("opt.step()", "opt.step(); opt.step()"), "", 10),
                6);
    }

    @Test
    void dropoutDrawsFreshNumbers() {
        Both both = train(
                "net = sequential(linear(4, 8), dropout(0.5), linear(8, 2))\nopt = sgd(net, lr=0.0)", USUAL, "", 10);
        assertReplayed(both, 6);
        assertEquals(
                10,
                java.util.Arrays.stream(text("tuple(losses)").split(", "))
                        .distinct()
                        .count(),
                both.usual);
    }

    /** Draws between replays and in them are one sequence. */
    @Test
    void randomNumbersOutsideComeInTurn() {
        assertReplayed(
                train(
                        NET + "opt = sgd(net, lr=0.01)",
                        USUAL.replace("net(x)", "net(x + rand(6, 4))"),
                        "y = y + rand(6, 2)",
                        10),
                6);
    }

    @Test
    void runningStatisticsGoOn() {
        Both both = train(
                "net = sequential(linear(4, 5), batch_norm(5), linear(5, 2))\nopt = sgd(net, lr=0.05, momentum=0.9)",
                USUAL,
                "",
                10);
        assertReplayed(both, 6);
        assertEquals(10L, tns.eval("net[1].num_batches_tracked.item()"));
        assertEquals(true, tns.eval("net.eval()(x).isfinite().all().item()"));
    }

    @Test
    void cumulativeStatisticsAreRefused() {
        assertRefused(
                train(
                        "net = sequential(linear(4, 5), batch_norm(5, momentum=none), linear(5, 2))\n"
                                + "opt = sgd(net, lr=0.05)",
                        USUAL,
                        "",
                        6),
                "numbers are read");
    }

    @Test
    void clippingStaysOnTheDevice() {
        assertReplayed(
                train(
                        NET + "opt = adam(net, lr=0.05)",
                        USUAL.replace("opt.step()", "clip_grad_norm(net.parameters(), 0.1)\nopt.step()"),
                        "",
                        10),
                6);
    }

    @Test
    void gradientsGatherOverTwoCallsOfTheLoss() {
        assertReplayed(train(NET + "opt = adam(net, lr=0.05)", """
            opt.zero_grad()
            loss = mse_loss(net(x[:3]), y[:3])
            loss.backward()
            other = mse_loss(net(x[3:]), y[3:])
            other.backward()
            opt.step()
            """, "", 10), 6);
    }

    /** Two calls gather, then a step is taken outside: whatever the recordings make of it, the numbers are right. */
    @Test
    void gradientsGatheredBetweenStepsOutsideAreRight() {
        Both both = train(
                NET + "opt = sgd(net, lr=0.05)",
                "loss = mse_loss(net(x), y)\nloss.backward()",
                "if i % 2 == 1 { opt.step(); opt.zero_grad() }",
                14);
        assertEquals(both.usual, both.replayed);
    }

    /** The gradient of a sum is one number seen many times: gathering must not write into it. */
    @Test
    void gatheringForEverIsReplayed() {
        Both both = train(
                "net = linear(2, 1)\nopt = sgd(net, lr=0.0)",
                "loss = net.weight.sum()\nloss.backward()",
                "g = net.weight.grad.tolist(); losses.append(g[0][0]); losses.append(ones(2, 2).sum().item())",
                10);
        assertReplayed(both, 6);
        assertTrue(both.usual.contains("10.0"), both.usual);
    }

    @Test
    void clearedGradientsOutsideAreNoticed() {
        Both both = train(
                "net = linear(2, 1)\nopt = sgd(net, lr=0.0)",
                "loss = (net.weight * net.weight).sum()\nloss.backward()",
                "losses.append(net.weight.grad.sum().item()); if i == 6 { net.zero_grad() }",
                16);
        assertReplayed(both, 4);
    }

    @Test
    void gradientsNeedNotBeCleared() {
        assertReplayed(
                train(
                        NET + "opt = sgd(net, lr=0.01)",
                        "loss = mse_loss(net(x), y)\nloss.backward()\nopt.step()",
                        "",
                        8),
                4);
    }

    /** A step that only gathers, with the optimizer outside. */
    @Test
    void gradientsForAStepOutsideAreReplayed() {
        assertReplayed(
                train(
                        NET + "opt = adam(net, lr=0.05)",
                        "loss = mse_loss(net(x), y)\nloss.backward()",
                        "opt.step(); opt.zero_grad()",
                        12),
                8);
        assertReplayed(
                train(
                        NET + "opt = adam(net, lr=0.05)",
                        "opt.step()\nloss = net[0].weight.sum()",
                        "mse_loss(net(x), y).backward()",
                        12),
                6);
    }

    @Test
    void everyKindOfArgumentIsRecorded() {
        assertReplayed(
                train(NET + "opt = sgd(net, lr=0.05)", USUAL, "x = randn(4 + i % 3, 4); y = randn(4 + i % 3, 2)", 24),
                12);
    }

    @Test
    void parametersSetOutsideAreNoticed() {
        assertReplayed(
                train(
                        NET + "opt = adam(net, lr=0.05)\nfirst = net.state_dict()",
                        USUAL,
                        "if i == 6 { net.load_state_dict(first) }",
                        14),
                8);
        assertReplayed(
                train(
                        NET + "opt = adam(net, lr=0.05)\nfirst = opt.state_dict()\nstart = zeros(2)",
                        USUAL,
                        "if i == 6 { net[2].bias.set(start) }",
                        14),
                8);
        assertEquals("(0.0, 0.0)", text("start.tolist()"));
    }

    @Test
    void optimizersStateLoadedOutsideIsNoticed() {
        Both both = train(
                NET + "opt = adam(net, lr=0.05)\nsaved = none",
                USUAL,
                "if i == 5 { saved = opt.state_dict() }\nif i == 9 { opt.load_state_dict(saved) }",
                16);
        assertEquals(both.usual, both.replayed, both.reason);
    }

    /** The average of what a parameter was, by set: both move, one is read by the other. */
    @Test
    void parametersThatFollowOthersDo() {
        assertReplayed(
                train(
                        NET + "opt = adam(net, lr=0.05)\nslow = param(zeros(2))",
                        USUAL + "\nslow.set(0.9 * slow.detach() + 0.1 * net[2].bias.detach())",
                        "losses.append(slow.detach().sum().item())",
                        10),
                6);
    }

    @Test
    void parametersThatExchangeValuesDo() {
        assertReplayed(
                train(
                        "net = linear(2, 2)\nnet.bias.set([1., 2.])\na = param([1., 2.]); b = param([3., 5.])",
                        "t = a.detach(); a.set(b.detach()); b.set(t)\nloss = a.sum() * 1",
                        "losses.append(a.detach().tolist()); losses.append(b.detach().tolist())",
                        9),
                5);
    }

    @Test
    void printingIsRefused() {
        assertRefused(train(NET + "opt = sgd(net, lr=0.05)", USUAL + "\nprint(\"here\")", "", 6), "it prints");
        assertEquals(
                12,
                printed.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.equals("here"))
                        .count());
    }

    /** What a replay would leave out really happens at every call, because there is none. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "seen.append(loss.detach()) | it appends to a list from outside",
                "seen.extend((loss.detach(), loss.detach())) | it extends a list from outside",
                "seen.insert(0, loss.detach()) | it inserts into a list from outside",
                "more.pop() | it takes an item from a list from outside",
                "more.clear(); n = len(more) | it clears a list from outside",
                "more[0] = loss.detach() | it sets an item of a list from outside",
                "own.count += 1 | it sets the field 'count' of a model",
                "own.tick() | it sets the field 'count' of a model",
                "opt.lr = opt.lr * 0.9 | it sets 'lr' of an optimizer",
                "plan.step() | a scheduler takes a step",
                "net.eval(); net.train() | it switches the mode of a module",
                "net[0].bias.requires_grad = not net[0].bias.requires_grad | it sets requires_grad of a parameter",
                "sleep(0) | it sleeps",
                "exists(\"nothing\") | it uses a file",
            })
    void whatIsDoneOnTheHostIsRefused(String statement, String why) {
        String made = NET + """
            opt = sgd(net, lr=0.05); seen = list(); more = list(0..40); plan = exponential_lr(opt, 0.9)
            model Own() { count = 0; tick() { self.count = self.count + 1 } }
            own = Own()
            """;
        Both both = train(
                made,
                USUAL + "\n" + statement,
                "losses.append((len(seen), len(more), str(more), own.count, opt.lr, net[0].bias.requires_grad))",
                6);
        assertRefused(both, why);
    }

    @Test
    void settingWhatASurroundingCallHoldsIsRefused() {
        tns.eval("""
            fn counted(f) {
              n = 0
              r = {v: 0}
              g = fn(x) { if f == 0 { n += 1 } else { r.v = r.v + 1 }; x * 2 }
              h = compile(g)
              (h, () -> (n, r.v))
            }
            """);
        for (int f = 0; f < 2; f++) {
            tns.eval("h, seen = counted(" + f + ")\nfor i in 0..7 { y = h(ones(3)) }");
            assertEquals(f == 0 ? "(7, 0)" : "(0, 7)", text("seen()"));
            assertEquals(0L, tns.eval("h.replays"));
            assertTrue(
                    text("h.reason")
                            .contains(f == 0 ? "it sets 'n', a variable from outside" : "it sets a value of a record"),
                    text("h.reason"));
        }
    }

    /** What a call makes itself it may change as it likes. */
    @Test
    void whatIsMadeInsideMayBeChanged() {
        assertReplayed(train(NET + "opt = sgd(net, lr=0.05)", """
            outs = list()
            outs.append(x)
            for layer in (net[0], net[1], net[2]) { outs.append(layer(outs[len(outs) - 1])) }
            r = {v: outs.pop(), n: 0}
            r.n += 1
            count = 0
            add = fn() { count += 1; count }
            add()
            opt.zero_grad()
            loss = mse_loss(r.v, y) * add() * r.n
            loss.backward()
            opt.step()
            """, "", 10), 6);
    }

    @Test
    void anotherModeIsRecordedAnew() {
        assertReplayed(
                train(
                        "net = sequential(linear(4, 8), dropout(0.5), linear(8, 2))\nopt = sgd(net, lr=0.001)",
                        USUAL,
                        "if i == 7 { net.eval() }; if i == 15 { net.train() }",
                        24),
                10);
    }

    @Test
    void resultsOtherThanTensorsAreRefused() {
        tns.eval("run = compile(fn(x) { l = list(); l.append(x * 2); l })\nall = list()");
        tns.eval("for i in 0..6 { all.append(run(ones(2) * i)) }");
        assertEquals("tensor([2., 2.], device='" + TestedDevice.NAME + "')", text("all[1][0]"));
        assertEquals(0L, tns.eval("run.replays"));
        assertTrue(text("run.reason").contains("its result holds a list"), text("run.reason"));
    }

    @Test
    void lookingAtNumbersIsRefused() {
        assertRefused(
                train(NET + "opt = sgd(net, lr=0.05)", USUAL + "\nif loss > 100 { opt.lr = 0.01 }", "", 6),
                "numbers are read");
    }

    /** Where the program catches the refusal, the recorded work would not be what it does. */
    @Test
    void aRefusalCannotBeCaught() {
        assertRefused(
                train(
                        NET + "opt = sgd(net, lr=0.05)",
                        USUAL + "\nn = try { loss.item() } catch e { 0 }\nloss = loss + n",
                        "",
                        6),
                "numbers are read");
    }

    @Test
    void numbersOfTheHostAreRefused() {
        assertRefused(
                train(NET + "opt = sgd(net, lr=0.05)", USUAL.replace("net(x)", "net(x[randperm(6)])"), "", 6),
                "random numbers are drawn or set on the host");
        assertRefused(
                train(
                        NET + "opt = sgd(net, lr=0.05)",
                        "seed(i)\n" + USUAL.replace("net(x)", "net(x + rand(4))"),
                        "",
                        6),
                "random numbers are drawn or set on the host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "net(x + tensor((1., 2., 3., 4.)))",
                "net(x * arange(4) + linspace(0, 1, 4))",
                "net((x @ x.T).tril() @ x)",
                "net(x[arange(6), :])",
                "net(scaled_dot_product_attention(x, x, x, is_causal=true))",
                "net(scaled_dot_product_attention(x, x, x, attn_mask=ones(6, 6).triu(1).bool()))",
                "net(cat((x[:, :2], one_hot(tensor((0, 1, 1, 0, 1, 0)), 2).float()), dim=1))"
            })
    void numbersOfTheHostAreSentOnce(String output) {
        assertReplayed(train(NET + "opt = sgd(net, lr=0.001)", USUAL.replace("net(x)", output), "", 8), 4);
    }

    @Test
    void numbersOfTheHostMustStayAsTheyAre() {
        assertRefused(
                train(
                        NET + "opt = sgd(net, lr=0.05)",
                        "shift = tensor((1., 2., 3., 4.)); before = x + shift; shift[0] = 5.\n"
                                + USUAL.replace("net(x)", "net(before + shift)"),
                        "",
                        6),
                "numbers sent from the host change");
    }

    private static final String TOKENS = """
        seed(3)
        net = sequential(embedding(9, 4), (x) -> flatten(x, 1), linear(12, 5))
        opt = adam(net, lr=0.01)
        fn step(tokens, classes) {
          opt.zero_grad()
          loss = cross_entropy(net(tokens), classes, SETTING)
          loss.backward()
          opt.step()
          loss.detach()
        }
        run = STEP
        x = randint(0, 9, (40, 3))
        y = randint(0, 5, (40,))
        all = list()
        """;

    /** What tokens and classes there are is checked before each run. */
    @ParameterizedTest
    @ValueSource(strings = {"label_smoothing=0.0", "label_smoothing=0.1", "weight=[1., 2., 3., 4., 5.]"})
    void rowsAreLookedUpInReplays(String setting) {
        String[] losses = new String[2];
        for (int i = 0; i < 2; i++) {
            tns.eval(TOKENS.replace("SETTING", setting).replace("STEP", i == 0 ? "step" : "compile(step)"));
            tns.eval("for i in 0..10 { all.append(run(x[4 * i:4 * i + 4], y[4 * i:4 * i + 4]).item()) }");
            losses[i] = text("(tuple(all), net[0].weight.tolist())");
        }
        assertEquals(losses[0], losses[1]);
        assertEquals(7L, tns.eval("run.replays"), text("run.reason"));
        for (String bad : List.of("x[0, 0] = 9", "y[3] = 5", "x[1] += 9")) {
            tns.eval("x = randint(0, 9, (4, 3)); y = randint(0, 5, (4,)); run(x, y)\n" + bad);
            ScriptException e = assertThrows(ScriptException.class, () -> tns.eval("run(x, y)"), bad);
            assertTrue(e.getMessage().contains("is out of range"), e.getMessage());
        }
        tns.eval("x = randint(0, 9, (4, 3)); y = randint(0, 5, (4,)); for i in 0..5 { run(x, y) }");
        long before = (Long) tns.eval("run.replays");
        tns.eval("run(x, y)");
        assertEquals(before + 1, tns.eval("run.replays"));
    }

    @Test
    void rowsDrawnInTheStepAreLookedUp() {
        assertReplayed(
                train(
                        NET + "opt = sgd(net, lr=0.01)",
                        "i = randint(0, 6, (3,)); j = x[:, :2].argmax(dim=1)[i]\n"
                                + USUAL.replace("net(x), y", "net(x[i]) + net.state_dict().values()[3][j, none], y[i]"),
                        "",
                        8),
                4);
    }

    @Test
    void aResultToBeDifferentiatedIsRefused() {
        tns.eval("seed(0)\nnet = linear(3, 2)\nrun = compile(x -> net(x))\nx = ones(4, 3)");
        for (int i = 0; i < 6; i++) {
            tns.eval("net.zero_grad(); run(x).sum().backward()");
            assertEquals(8.0, tns.eval("net.bias.grad.sum().item()"));
        }
        assertTrue(tns.eval("run.reason").toString().contains("gradients are still to flow"));
        tns.eval("run = compile(x -> x * x)");
        for (int i = 0; i < 6; i++) {
            assertEquals(6.0, tns.eval("p = param([3.]); run(p * 1).sum().backward(); p.grad.item()"));
        }
    }

    @Test
    void forwardPassesAreReplayed() {
        tns.eval("seed(0)\nnet = linear(3, 2)\nrun = compile(x -> no_grad { net(x) })");
        for (int i = 0; i < 6; i++) {
            assertEquals(true, tns.eval("x = randn(4, 3); (run(x) == net(x)).all().item()"));
        }
        assertEquals(3L, tns.eval("run.replays"));
    }

    @Test
    void parametersThatAreOnlyReadMayChangeOutside() {
        tns.eval("seed(0)\nnet = sequential(linear(3, 4), batch_norm(4), linear(4, 2))\nopt = sgd(net, lr=0.1)"
                + "\nrun = compile(x -> no_grad { net(x) })\nx = randn(5, 3)");
        for (int i = 0; i < 8; i++) {
            tns.eval("net.train(); opt.zero_grad(); net(x).square().sum().backward(); opt.step(); net.eval()");
            assertEquals(text("net(x).tolist()"), text("run(x).tolist()"));
        }
        assertEquals(5L, tns.eval("run.replays"));
    }

    /** What state_dict() has given stays as it is. */
    @Test
    void savedStatesAreLeftAlone() {
        trained(NET + "opt = adam(net, lr=0.05)", USUAL, "", 6, true);
        tns.eval("best = net.state_dict(); memory = opt.state_dict()");
        String before = text("(best.values()[0].tolist(), memory.state[\"0\"].exp_avg.tolist())");
        tns.eval("for i in 0..6 { run(x, y) }");
        assertEquals(before, text("(best.values()[0].tolist(), memory.state[\"0\"].exp_avg.tolist())"));
    }

    /** What waits to be computed from a parameter is computed from what it was. */
    @Test
    void whatWaitsKeepsItsOperands() {
        trained(NET + "opt = adam(net, lr=0.05)", USUAL, "", 6, true);
        tns.eval("""
            w = net[0].bias
            now = (w * 2).tolist()
            t = (w.detach() * 2, {a: w.detach() * 2})
            q = list()
            q.append(w.detach() * 2)
            run(x, y)
            """);
        assertEquals(text("now"), text("t[0].tolist()"));
        assertEquals(text("now"), text("t[1].a.tolist()"));
        assertEquals(text("now"), text("q[0].tolist()"));
    }

    /** What a recording reads stays where it is, though the program has let go of it. */
    @Test
    void whatARecordingReadsIsNotGivenBack() {
        tns.eval("run = none\nfn make() { w = rand(64) + 1; compile(x -> x + w) }\nf = make()\nx = zeros(64)");
        String first = text("f(x).tolist()");
        for (int i = 0; i < 6; i++) {
            tns.eval("other = rand(64); other = rand(64); y = x + 1; y = x + 2");
            assertEquals(first, text("f(x).tolist()"));
        }
        tns.eval("w = rand(64)\ng = compile(x -> x + w)");
        String second = text("g(x).tolist()");
        tns.eval("for i in 0..4 { g(x) }");
        tns.eval("w = 0\nfor i in 0..8 { other = full(64, 7.0 + i); z = other * 2 }");
        assertEquals(second, text("g(x).tolist()"), "what is decided once stays as it was");
    }

    /** Training for long holds no more memory than training for short. */
    @Test
    void replaysLeaveNothingBehind() {
        CudaDevice device = (CudaDevice) ((Tensor) tns.eval("zeros(1)")).device();
        trained(NET + "opt = sgd(net, lr=0.01, momentum=0.9)", USUAL, "", 10, true);
        tns.eval("fn more(n) { for i in 0..n { loss = run(x, y) }; for i in 0..n { loss = step(x, y) } }\nmore(4)");
        long before = SettledMemory.bytes(device);
        tns.eval("more(80)");
        assertTrue(
                SettledMemory.bytes(device) <= before,
                before + " bytes in tensors before, " + SettledMemory.bytes(device) + " after");
    }
}
