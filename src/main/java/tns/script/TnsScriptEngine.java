package tns.script;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import javax.script.AbstractScriptEngine;
import javax.script.Bindings;
import javax.script.Compilable;
import javax.script.CompiledScript;
import javax.script.Invocable;
import javax.script.ScriptContext;
import javax.script.ScriptEngine;
import javax.script.ScriptEngineFactory;
import javax.script.ScriptException;
import javax.script.SimpleBindings;
import org.jspecify.annotations.Nullable;
import tns.lang.Script;

/**
 * The engine {@code tns}: evaluates, compiles and invokes.
 *
 * <p>Every set of engine bindings has an interpreter of its own, so that scripts run with other bindings see nothing of
 * each other. Used by one thread at a time. Values are converted as {@link HostValues} says; a failure is a
 * {@link ScriptException} with file, line and column, whose message is the whole diagnostic.
 */
final class TnsScriptEngine extends AbstractScriptEngine implements Compilable, Invocable {
    /** Where a set of bindings keeps its interpreter; the dot keeps it out of the language. */
    private static final String SPACE = "tns.space";

    private final ScriptEngineFactory factory;

    TnsScriptEngine(ScriptEngineFactory factory) {
        this.factory = factory;
    }

    private static Space space(ScriptContext context) {
        Bindings bindings = context.getBindings(ScriptContext.ENGINE_SCOPE);
        return (Space) bindings.computeIfAbsent(SPACE, key -> new Space());
    }

    @Override
    public @Nullable Object eval(String text, ScriptContext context) throws ScriptException {
        Space space = space(context);
        Script script = space.compile(text, fileName(context));
        return HostValues.fromTns(space.run(context, tns -> tns.run(script)));
    }

    @Override
    public @Nullable Object eval(Reader reader, ScriptContext context) throws ScriptException {
        return eval(text(reader), context);
    }

    private static String fileName(ScriptContext context) {
        return context.getAttribute(ScriptEngine.FILENAME) instanceof String name ? name : "<script>";
    }

    private static String text(Reader reader) throws ScriptException {
        try {
            StringWriter text = new StringWriter();
            reader.transferTo(text);
            return text.toString();
        } catch (IOException e) {
            throw new ScriptException(e);
        }
    }

    @Override
    public CompiledScript compile(String text) throws ScriptException {
        return new Compiled(text, fileName(context));
    }

    @Override
    public CompiledScript compile(Reader reader) throws ScriptException {
        return compile(text(reader));
    }

    /** A script whose names are looked up once for each set of bindings. */
    private final class Compiled extends CompiledScript {
        private final String text;
        private final String name;
        private Space space;
        private Script script;

        Compiled(String text, String name) throws ScriptException {
            this.text = text;
            this.name = name;
            space = space(context);
            script = space.compile(text, name);
        }

        @Override
        public @Nullable Object eval(ScriptContext context) throws ScriptException {
            Space wanted = space(context);
            if (wanted != space) {
                script = wanted.compile(text, name);
                space = wanted;
            }
            Script ready = script;
            return HostValues.fromTns(wanted.run(context, tns -> tns.run(ready)));
        }

        @Override
        public ScriptEngine getEngine() {
            return TnsScriptEngine.this;
        }
    }

    @Override
    public @Nullable Object invokeFunction(String name, Object... arguments)
            throws ScriptException, NoSuchMethodException {
        return HostValues.fromTns(called(null, name, arguments));
    }

    @Override
    public @Nullable Object invokeMethod(Object receiver, String name, Object... arguments)
            throws ScriptException, NoSuchMethodException {
        return HostValues.fromTns(called(receiver, name, arguments));
    }

    /** Calls a function, or the method of a receiver. */
    private Object called(@Nullable Object receiver, String name, Object @Nullable [] arguments)
            throws ScriptException, NoSuchMethodException {
        Space space = space(context);
        if (!space.has(receiver, name)) {
            throw new NoSuchMethodException(
                    receiver == null ? "no function " + name : "no method " + name + " of " + receiver);
        }
        return space.run(context, tns -> {
            Object[] given = arguments == null ? new Object[0] : arguments.clone();
            for (int i = 0; i < given.length; i++) {
                given[i] = HostValues.toTns(tns, given[i]);
            }
            return receiver == null ? tns.call(name, given) : tns.invoke(HostValues.toTns(tns, receiver), name, given);
        });
    }

    @Override
    public <T> @Nullable T getInterface(Class<T> type) {
        return proxy(null, type);
    }

    @Override
    public <T> @Nullable T getInterface(Object receiver, Class<T> type) {
        return proxy(receiver, type);
    }

    /** An implementation of {@code type} by functions or methods of its names; null when one is missing. */
    private <T> @Nullable T proxy(@Nullable Object receiver, Class<T> type) {
        if (!type.isInterface()) {
            throw new IllegalArgumentException(type.getName() + " is not an interface");
        }
        Space space = space(context);
        for (Method method : type.getMethods()) {
            if (java.lang.reflect.Modifier.isAbstract(method.getModifiers())
                    && !space.has(receiver, method.getName())) {
                return null;
            }
        }
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
            return switch (method.getDeclaringClass() == Object.class ? method.getName() : "") {
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                case "toString" -> type.getSimpleName() + " of a tns script";
                default -> HostValues.as(method.getReturnType(), called(receiver, method.getName(), arguments));
            };
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public Bindings createBindings() {
        return new SimpleBindings();
    }

    @Override
    public ScriptEngineFactory getFactory() {
        return factory;
    }
}
