package tns.repl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import tns.cpu.x86.MatrixStrip;
import tns.cpu.x86.PointwiseLoop;
import tns.cpu.x86.Processor;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;

/**
 * What the launcher runs to fill the start-up cache: the classes of an everyday session, and which of their methods are
 * worth compiling.
 *
 * <p>Caution: it must do too little to need the Vector API. The JVM cannot archive classes of a module that was added while
 * it ran, and one class that needs them costs the whole archive.
 */
final class TrainingRun {
    /** Undocumented, as it is nothing for users. */
    static final String NAME = "start-up-training";

    /** Runs of each script, so that the profiles kept with the classes name what is worth compiling early. */
    private static final int TIMES = 5;

    private static final int ELEMENTS = 99;

    private static final String DIALOGUE = """
        x = linspace(-1, 1, 5)
        x.sum()
        ?sum
        [i ** 2 for i in 0..3]
        fn twice(a) {
          2 * a
        }
        plot(x, twice(x))
        y = x @ ones(4)
        """;

    private TrainingRun() {}

    /** What a program does that works enough for machine code, and would need the Vector API too. */
    private static void machineCode() {
        if (Processor.isSuitable()) {
            float[] x = new float[ELEMENTS];
            int[] at = new int[2];
            Program program = Program.of(Lane.F32, Expr.input(0).sigmoid());
            Objects.requireNonNull(PointwiseLoop.of(program, 0)).run(new Object[] {x, x}, at, ELEMENTS);
            MatrixStrip.of(false, 2, 2, true, true).run(x, 0, 1, 1, x, 0, 1, x, 0, 16, 1, 9, 3);
        }
    }

    /** Runs the scripts, an expression, a prompt. */
    static int run(List<String> scripts) {
        for (int i = 0; i < TIMES; i++) {
            for (String script : scripts) {
                Main.run(List.of(script));
            }
        }
        Main.run(List.of("-e", "(randn(3, 3) @ ones(3, 3)).shape"));
        machineCode();
        try (Terminal system = TerminalScreen.systemTerminal().build();
                Terminal terminal = new DumbTerminal(
                        "training",
                        "xterm-256color",
                        new ByteArrayInputStream(DIALOGUE.getBytes(StandardCharsets.UTF_8)),
                        new ByteArrayOutputStream(),
                        StandardCharsets.UTF_8)) {
            terminal.setSize(Size.of(80, 24));
            system.getSize();
            Streams streams = Streams.of("012", "xterm-256color", null, "truecolor");
            Prompt prompt = new Prompt(terminal, streams, null, Path.of(""));
            prompt.greet();
            return prompt.run();
        } catch (IOException e) {
            throw new IllegalStateException("the terminal cannot be opened", e);
        }
    }
}
