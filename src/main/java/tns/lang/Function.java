package tns.lang;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Span;
import tns.error.Suggestion;
import tns.error.TnsException;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Display;
import tns.op.Tuple;
import tns.op.TypeName;

/** A function of the script: its code, and the surrounding variables it was made with. */
public final class Function implements Callable, TypeName.Typed {
    /**
     * One declared parameter.
     *
     * @param variable its slot
     * @param rest whether it takes all remaining positional arguments as a tuple
     */
    public record Parameter(
            String name,
            Variable variable,
            @Nullable Annotation annotation,
            @Nullable Node fallback,
            boolean rest) {}

    /** What is the same for every value made by one {@code fn}: known when the tree is built. */
    public static final class Code {
        final String name;
        final String doc;
        final Parameter[] parameters;
        /** How many arguments are bound by just putting them into the first slots; -1 when binding takes more. */
        final int plainArity;

        final @Nullable Annotation result;
        final Span span;
        private @Nullable Node body;
        private int slots;

        public Code(String name, String doc, List<Parameter> parameters, @Nullable Annotation result, Span span) {
            this.name = name;
            this.doc = doc;
            this.parameters = parameters.toArray(new Parameter[0]);
            this.result = result;
            this.span = span;
            boolean simple = result == null;
            for (int i = 0; i < this.parameters.length; i++) {
                Parameter p = this.parameters[i];
                simple &= !p.rest
                        && p.annotation == null
                        && p.variable instanceof Variable.Local local
                        && local.slot == i;
            }
            this.plainArity = simple ? this.parameters.length : -1;
        }

        /** Completes the code once its body, which may refer to itself, is built. */
        public void complete(Node body, int slots) {
            this.body = body;
            this.slots = slots;
        }

        /** The names that all of it reads from outside of its frame; null where it is not steady. */
        @Nullable
        Names names() {
            Names names = new Names(true);
            boolean steady = result == null || result.isSteady(names);
            for (Parameter p : parameters) {
                steady &= (p.annotation == null || p.annotation.isSteady(names))
                        && (p.fallback == null || p.fallback.isSteady(names));
            }
            return steady && body().isSteady(names) && names.setsOwn() ? names : null;
        }

        Node body() {
            Node built = body;
            if (built == null) {
                throw new IllegalStateException(name + " was called before it was built");
            }
            return built;
        }
    }

    private final Code code;
    private final Session session;
    private final Cell[] captured;
    /** Frames of calls that have ended, to be used again. */
    private @Nullable Frame spare;

    Function(Code code, Session session, Cell[] captured) {
        this.code = code;
        this.session = session;
        this.captured = captured;
    }

    Code code() {
        return code;
    }

    /** The variables of surrounding calls that it uses. */
    Cell[] captured() {
        return captured;
    }

    @Override
    public String name() {
        return code.name;
    }

    /** Its {@code ##} comment, empty without one. */
    public String doc() {
        return code.doc;
    }

    /** The text it was written as. */
    public String source() {
        return code.span.text();
    }

    /** The names of the parameters that can be given by name. */
    public List<String> parameterNames() {
        return java.util.Arrays.stream(code.parameters)
                .filter(p -> !p.rest)
                .map(Parameter::name)
                .toList();
    }

    /** The signature as written, for help. */
    public String signature() {
        StringBuilder text = new StringBuilder(code.name).append('(');
        for (int i = 0; i < code.parameters.length; i++) {
            Parameter p = code.parameters[i];
            text.append(i == 0 ? "" : ", ").append(p.rest ? "*" : "").append(p.name);
            if (p.annotation != null) {
                text.append(": ").append(p.annotation.text());
            }
            if (p.fallback != null) {
                text.append('=').append(p.fallback.span().text());
            }
        }
        text.append(')');
        return code.result == null ? text.toString() : text + " -> " + code.result.text();
    }

    /** Whether {@code count} positional arguments are bound by just putting them into the first slots. */
    boolean takesAsGiven(int count) {
        return count == code.plainArity;
    }

    /**
     * A frame for a call, with nothing bound yet; parameters stand first. Where it can be, one of an earlier call: frames
     * are most of what calls allocate, and memory that is touched for the first time takes longer than the call.
     */
    Frame frame() {
        Frame free = spare;
        if (free == null) {
            return new Frame(session, new @Nullable Object[code.slots], captured);
        }
        spare = free.next;
        return free;
    }

    /** Lets go of what the frame of an ended call holds. */
    private void end(Frame frame, Object result) {
        @Nullable Object[] slots = frame.slots;
        for (int i = 0; i < slots.length; i++) {
            Sharing.drop(slots[i], result);
            slots[i] = null;
        }
        frame.result = null;
        frame.next = spare;
        spare = frame;
    }

    @Override
    public Object call(Context context, Object[] positional, Map<String, Object> named) {
        if (!named.isEmpty() || !takesAsGiven(positional.length)) {
            return run(bound(positional, named));
        }
        Frame frame = frame();
        for (int i = 0; i < positional.length; i++) {
            frame.slots[i] = Sharing.lendOrShare(positional[i]);
        }
        return run(frame);
    }

    Object run(Frame frame) {
        if (session.isAlert()) {
            session.enters(this);
        }
        Object value;
        try {
            value = code.body().eval(frame);
        } catch (ExitThrown thrown) {
            value = thrown.exit();
        } catch (StackOverflowError deep) {
            throw new ScriptException(
                    new tns.error.Diagnostic(
                            ErrorKind.LIMIT,
                            "recursion of " + code.name + " is too deep",
                            code.span,
                            List.of("a function that calls itself needs a case that does not")),
                    null);
        }
        Object result = value == Exit.RETURN ? frame.returned() : value;
        if (code.result != null) {
            code.result.check(frame, code.name, "the result", result);
        }
        end(frame, result);
        return result;
    }

    /** The frame of a call with its arguments bound, defaults evaluated and shapes checked. */
    Frame bound(Object[] positional, Map<String, Object> named) {
        requireKnown(named, positional.length);
        Frame frame = frame();
        int given = 0;
        for (Parameter p : code.parameters) {
            if (p.rest) {
                Object[] rest = Arrays.copyOfRange(positional, Math.min(given, positional.length), positional.length);
                Arrays.setAll(rest, i -> Sharing.share(rest[i])); // a model's are only borrowed
                p.variable.begin(frame, Tuple.of(rest));
                given = positional.length;
            } else if (given < positional.length) {
                if (named.containsKey(p.name)) {
                    throw new TnsException(ErrorKind.VALUE, code.name + ": '" + p.name + "' is given twice")
                            .help("it is " + signature())
                            .argument(positional.length
                                    + List.copyOf(named.keySet()).indexOf(p.name));
                }
                set(frame, p, positional[given], given);
                given++;
            } else if (named.containsKey(p.name)) {
                set(
                        frame,
                        p,
                        named.get(p.name),
                        positional.length + List.copyOf(named.keySet()).indexOf(p.name));
            } else if (p.fallback != null) {
                set(frame, p, p.fallback.eval(frame), -1);
            } else {
                throw new TnsException(ErrorKind.VALUE, code.name + ": '" + p.name + "' is missing")
                        .help("it is " + signature());
            }
        }
        if (given < positional.length) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            code.name + ": takes " + code.parameters.length + " argument"
                                    + (code.parameters.length == 1 ? "" : "s") + ", " + positional.length + " given")
                    .help("it is " + signature())
                    .argument(given);
        }
        return frame;
    }

    private void requireKnown(Map<String, Object> named, int position) {
        int at = position;
        for (String name : named.keySet()) {
            List<String> known = Arrays.stream(code.parameters)
                    .filter(p -> !p.rest)
                    .map(Parameter::name)
                    .toList();
            if (!known.contains(name)) {
                String near = Suggestion.nearest(name, known);
                throw new TnsException(
                                ErrorKind.NAME,
                                code.name + ": no parameter '" + name + "'"
                                        + (near == null ? "" : "; did you mean '" + near + "'?"))
                        .help("it is " + signature())
                        .argument(at);
            }
            at++;
        }
    }

    private void set(Frame frame, Parameter p, @Nullable Object value, int argument) {
        Object present = java.util.Objects.requireNonNull(value);
        p.variable.begin(frame, Sharing.share(present));
        if (p.annotation != null) {
            try {
                p.annotation.check(frame, code.name, p.name, present);
            } catch (TnsException e) {
                throw e.argument(argument);
            }
        }
    }

    @Override
    public String typeName() {
        return "function";
    }

    @Override
    public String toString() {
        return "function " + signature();
    }

    /** {@code fn} or a lambda: makes the function value. */
    public static final class Make extends Node {
        private final Code code;
        private final Capture[] captures;

        public Make(Span span, Code code, List<Capture> captures) {
            super(span);
            this.code = code;
            this.captures = captures.toArray(new Capture[0]);
        }

        @Override
        public Function eval(Frame frame) {
            Cell[] cells = new Cell[captures.length];
            for (int i = 0; i < cells.length; i++) {
                cells[i] = captures[i].cell(frame);
            }
            return new Function(code, frame.session, cells);
        }
    }

    /** Where a closure finds a variable of its surroundings: a slot that holds a cell, or a cell captured before. */
    public record Capture(int index, boolean fromSlot) {
        Cell cell(Frame frame) {
            if (!fromSlot) {
                return frame.captured[index];
            }
            if (frame.slots[index] instanceof Cell cell) {
                return cell;
            }
            Cell fresh = new Cell();
            frame.session.made(fresh);
            frame.slots[index] = fresh;
            return fresh;
        }
    }

    /** The one-line text of a call for the script's own call stack. */
    static String shown(Object callee) {
        return callee instanceof Callable c ? c.name() : Display.text(callee);
    }
}
