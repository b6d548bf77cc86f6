package tns.script;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.script.Bindings;
import javax.script.ScriptContext;
import javax.script.SimpleScriptContext;
import org.jspecify.annotations.Nullable;
import tns.Interpreter;
import tns.error.ScriptException;
import tns.lang.Script;

/**
 * The interpreter behind one set of engine bindings, and what keeps the two alike: bindings go in before a run, variables
 * come out after it.
 */
final class Space {
    private final Interpreter tns;
    private ScriptContext context = new SimpleScriptContext();
    /** What the interpreter had of its own: constants and dtypes. */
    private final Map<String, Object> given = new HashMap<>();
    /** What stands in the bindings for each variable, and the variable's value then. */
    private final Map<String, Exchanged> exchanged = new HashMap<>();

    private record Exchanged(@Nullable Object bound, Object value) {}

    /** A run on the interpreter. */
    @FunctionalInterface
    interface Run {
        Object on(Interpreter tns);
    }

    Space() {
        tns = new Interpreter(
                CurrentStreams.out(() -> context.getWriter()),
                CurrentStreams.in(() -> context.getReader()),
                java.util.List.of());
        for (String name : tns.names()) {
            given.put(name, Objects.requireNonNull(tns.get(name)));
        }
    }

    Script compile(String text, String name) throws javax.script.ScriptException {
        try {
            return tns.compile(text, name);
        } catch (ScriptException e) {
            throw converted(e);
        }
    }

    /** Runs with the context's streams and bindings, and brings the variables back whether or not it fails. */
    Object run(ScriptContext with, Run run) throws javax.script.ScriptException {
        ScriptContext before = context;
        context = with;
        try {
            Bindings global = with.getBindings(ScriptContext.GLOBAL_SCOPE);
            Bindings engine = with.getBindings(ScriptContext.ENGINE_SCOPE);
            forgetRemoved(global, engine);
            bringIn(global);
            bringIn(engine);
            return run.on(tns);
        } catch (ScriptException e) {
            throw converted(e);
        } finally {
            bringOut(with.getBindings(ScriptContext.ENGINE_SCOPE));
            tns.flush();
            context = before;
        }
    }

    /** A variable whose binding was taken away is unset. */
    private void forgetRemoved(@Nullable Bindings global, Bindings engine) {
        exchanged.keySet().removeIf(name -> {
            boolean gone = !engine.containsKey(name) && (global == null || !global.containsKey(name));
            if (gone) {
                tns.remove(name);
            }
            return gone;
        });
    }

    private void bringIn(@Nullable Bindings bindings) {
        if (bindings == null) {
            return;
        }
        for (Map.Entry<String, Object> entry : bindings.entrySet()) {
            Exchanged known = exchanged.get(entry.getKey());
            // Names with dots are the engine's own, such as javax.script.argv.
            if (entry.getKey().indexOf('.') < 0 && (known == null || known.bound != entry.getValue())) {
                Object value = HostValues.toTns(tns, entry.getValue());
                tns.set(entry.getKey(), value);
                exchanged.put(entry.getKey(), new Exchanged(entry.getValue(), value));
            }
        }
    }

    private void bringOut(Bindings bindings) {
        for (String name : tns.names()) {
            Object value = Objects.requireNonNull(tns.get(name));
            Exchanged known = exchanged.get(name);
            if (value != given.get(name) && (known == null || known.value != value)) {
                Object bound = HostValues.fromTns(value);
                bindings.put(name, bound);
                exchanged.put(name, new Exchanged(bound, value));
            }
        }
    }

    /** The file, line and column of a failure, and its whole rendered text as the message. */
    private static javax.script.ScriptException converted(ScriptException e) {
        var span = e.diagnostic().span();
        String text = e.diagnostic().toString();
        javax.script.ScriptException converted = span == null
                ? new javax.script.ScriptException(text)
                : new Placed(text, span.source().name(), span.line(), span.column());
        converted.initCause(e);
        return converted;
    }

    /** JSR-223's exception appends the place to its message, which the diagnostic already shows. */
    private static final class Placed extends javax.script.ScriptException {
        private static final long serialVersionUID = 1L;

        private final String text;

        Placed(String text, String file, int line, int column) {
            super(text, file, line, column);
            this.text = text;
        }

        @Override
        public String getMessage() {
            return text;
        }
    }

    /** Whether there is a function of that name or, with a receiver, a method. */
    boolean has(@Nullable Object receiver, String name) {
        return tns.isCallable(receiver == null ? null : HostValues.toTns(tns, receiver), name);
    }
}
