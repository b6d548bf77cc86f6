package tns.op;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.Interpreter;
import tns.error.ScriptException;
import tns.error.TnsException;

/** A fresh interpreter to try ops in, which keeps what it prints. */
final class Bench {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    final Interpreter tns = new Interpreter(
            new PrintStream(printed, true, StandardCharsets.UTF_8),
            new BufferedReader(new StringReader("typed\n")),
            List.of());

    /** Every op of the language. */
    static Collection<Op> ops() {
        return new Bench().tns.ops().ops();
    }

    Object eval(String call) {
        return tns.eval(call);
    }

    /** What a call prints, and the text of its value. */
    String text(String call) {
        printed.reset();
        Object value = eval(call);
        return printed.toString(StandardCharsets.UTF_8) + Display.text(value);
    }

    /** The value of a call, or null when the language refuses it. Any other failure is a fault of tns. */
    @Nullable
    Object answer(String call) {
        try {
            return eval(call);
        } catch (ScriptException refused) {
            Throwable cause = refused.getCause();
            if (cause instanceof RuntimeException && !(cause instanceof TnsException)) {
                throw new AssertionError(call + ": " + refused.getMessage(), cause);
            }
            return null;
        } catch (RuntimeException | StackOverflowError fault) {
            throw new AssertionError(call + ": " + fault, fault);
        }
    }
}
