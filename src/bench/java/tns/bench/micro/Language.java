package tns.bench.micro;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import tns.Interpreter;
import tns.lang.Script;

/** What the language costs: reading a file, a loop, a call, and small statements over tensors. */
@State(Scope.Thread)
public class Language {
    private Interpreter tns;
    private String file;
    private Script loop;
    private Script calls;
    private Script addition;
    private Script step;

    @Setup
    public void start() throws IOException {
        tns = new Interpreter(
                new PrintStream(PrintStream.nullOutputStream()), new BufferedReader(Reader.nullReader()), List.of());
        file = Files.readString(Path.of("examples/tutorial.tns"));
        tns.eval("""
            seed(0)
            fn twice(x) = 2 * x
            a = param(randn(20))
            b = param(randn(20))
            net = sequential(linear(20, 10, bias=false), sigmoid, linear(10, 20))
            x = linspace(-1, 1, 20)
            y = x**3 - x
            optimizer = adam(net.parameters(), lr=0.01)
            """);
        loop = tns.compile("i = 0\nwhile i < 1000 { i += 1 }", "loop");
        calls = tns.compile("for i in 0..1000 { twice(i) }", "calls");
        addition = tns.compile("c = a + b", "addition");
        step = tns.compile("""
            optimizer.zero_grad()
            loss = mse_loss(net(x), y)
            loss.backward()
            optimizer.step()
            """, "step");
    }

    @Benchmark
    public Object parseTheTutorial() {
        return tns.compile(file, "tutorial.tns");
    }

    @Benchmark
    public Object whileOfAThousandTurns() {
        return tns.run(loop);
    }

    @Benchmark
    public Object thousandFunctionCalls() {
        return tns.run(calls);
    }

    @Benchmark
    public Object additionOf20Recording() {
        return tns.run(addition);
    }

    @Benchmark
    public Object tutorialsStep() {
        return tns.run(step);
    }
}
