package tns.lang;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Display;
import tns.op.Family;
import tns.op.None;
import tns.op.Op;
import tns.op.OpTable;
import tns.op.Tuple;
import tns.op.TypeName;

/** The functions on host values, and among them those that talk to the user, wait and fail. */
public final class HostFunctions {
    private HostFunctions() {}

    /** The family for one interpreter; where a tensor op has the same name, that op takes over for tensors. */
    public static Family family(OpTable tensorOps) {
        Family f = new Family("host functions");
        output(f);
        ContainerFunctions.define(f);
        NumberFunctions.define(f, tensorOps);
        StringFunctions.define(f, tensorOps);
        SettingFunctions.define(f);
        return f;
    }

    private static Session session(Args args) {
        return (Session) args.context();
    }

    private static void output(Family f) {
        f.define("print(*values: any, sep: string = ' ', end: string = '\n')")
                .doc("Prints the values, sep between them and end after them.")
                .example("print(1, 2, sep=\"-\")", "1-2\nnone")
                .keepsNothing()
                .is(args -> {
                    List<String> texts = new ArrayList<>();
                    ((Tuple) args.get("values")).forEach(v -> texts.add(Display.text(v)));
                    args.context().refuseWhileRecording("it prints");
                    session(args).out().print(String.join(args.text("sep"), texts) + args.text("end"));
                    session(args).out().flush();
                    return None.NONE;
                });
        f.define("str(x: any)")
                .doc("The text that print shows.")
                .example("str(1.5)", "1.5")
                .is(args -> Display.text(args.get("x")));
        f.define("type(x: any)")
                .doc("The name of a value's type.")
                .example("type(1)", "int")
                .is(args -> TypeName.of(args.get("x")));
        f.define("time()")
                .doc("Seconds on a clock that only goes forward.")
                .example("time() > 0", "true")
                .is(args -> {
                    args.context().refuseWhileRecording("it looks at the clock");
                    return System.nanoTime() * 1e-9;
                });
        f.define("sleep(seconds: float)")
                .doc("Waits.")
                .example("sleep(0)", "none")
                .is(args -> {
                    if (!(args.real("seconds") >= 0)) {
                        throw new TnsException(
                                ErrorKind.VALUE, "sleep: the time must not be negative, found " + args.real("seconds"));
                    }
                    args.context().refuseWhileRecording("it sleeps");
                    sleep(session(args), args.real("seconds"));
                    return None.NONE;
                });
        f.define("input(prompt: string = '')")
                .doc("A line read from the user; none at the end.")
                .example("input(\"name: \")", "name: typed")
                .is(args -> {
                    args.context().refuseWhileRecording("it asks for input");
                    session(args).out().print(args.text("prompt"));
                    session(args).out().flush();
                    try {
                        String line = session(args).in().readLine();
                        return line == null ? None.NONE : line;
                    } catch (IOException e) {
                        throw new TnsException(ErrorKind.IO, "input: " + e.getMessage(), e);
                    }
                });
        f.define("error(message: string)")
                .doc("Stops with a message that try can catch.")
                .example("error(\"no data\")", "error: no data")
                .is(args -> {
                    throw new TnsException(ErrorKind.VALUE, args.text("message"));
                });
        f.define("assert(condition: bool, message: string = 'assertion failed')")
                .doc("Stops with the message unless the condition holds.")
                .example("assert(1 < 2)", "none")
                .is(args -> {
                    if (!args.flag("condition")) {
                        throw new TnsException(ErrorKind.VALUE, args.text("message"));
                    }
                    return None.NONE;
                });
        f.define("help(x: any)")
                .doc("What a function does.")
                .example("help(3)", "a value of type int: 3\nnone")
                .is(args -> {
                    args.context().refuseWhileRecording("it prints");
                    session(args).out().println(help(args.get("x")));
                    return None.NONE;
                });
    }

    /** Waits in short pieces, so that it can be cancelled. */
    private static void sleep(Session session, double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        try {
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                session.check();
                Thread.sleep(Math.min(20, left / 1_000_000 + 1));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new TnsException(ErrorKind.LIMIT, "interrupted");
        }
    }

    /** The help text of a function. */
    public static String help(Object value) {
        return switch (value) {
            case Op op -> {
                StringBuilder text = new StringBuilder();
                op.signatures().forEach(form -> text.append(form).append('\n'));
                text.append(op.doc());
                for (Op.Example e : op.examples()) {
                    text.append("\n\n> ").append(e.call()).append('\n').append(e.result());
                }
                yield text.toString();
            }
            case Function fn -> fn.signature() + (fn.doc().isEmpty() ? "" : "\n" + fn.doc());
            default -> "a value of type " + TypeName.of(value) + ": " + Display.text(value);
        };
    }
}
