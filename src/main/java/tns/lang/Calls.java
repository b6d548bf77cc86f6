package tns.lang;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.Diagnostic;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Span;
import tns.error.Suggestion;
import tns.error.TnsException;
import tns.op.Callable;
import tns.op.Held;
import tns.op.Members;
import tns.op.None;
import tns.op.Op;
import tns.op.Properties;
import tns.op.Record;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** Calls: {@code f(a)}, {@code x.f(a)} and {@code x |> f(a)}, one meaning in three spellings. */
public final class Calls {
    private Calls() {}

    /** One argument as written. */
    public record Argument(@Nullable String name, boolean spread, Node value) {}

    /** The arguments of a call, evaluated for an op (which only looks at them) or for a function (which keeps them). */
    public static final class Arguments {
        private final Argument[] arguments;
        private final Node[] values;
        private final boolean simple;

        public Arguments(List<Argument> arguments) {
            this.arguments = arguments.toArray(new Argument[0]);
            this.values = arguments.stream().map(Argument::value).toArray(Node[]::new);
            this.simple = arguments.stream().allMatch(a -> a.name == null && !a.spread);
        }

        boolean areSteady(Names names) {
            for (Argument argument : arguments) {
                if (argument.spread || !argument.value.isSteady(names)) {
                    return false;
                }
            }
            names.calls();
            return true;
        }

        /** Calls {@code callee}, with {@code first} before the arguments when it is not null. */
        Object call(
                Frame frame,
                Node at,
                Span calleeSpan,
                Object callee,
                @Nullable Node firstNode,
                @Nullable Object first) {
            if (callee instanceof Function f && fit(f, first == null ? 0 : 1)) {
                return direct(frame, at, f, firstNode, first);
            }
            // bool names a dtype and, called, the conversion to it.
            Object function = callee instanceof DType d ? conversion(frame, d) : callee;
            if (!(function instanceof Callable callable)) {
                throw notAFunction(calleeSpan, callee);
            }
            boolean looks = callable.onlyLooks();
            int lead = first == null ? 0 : 1;
            Object[] positional;
            Map<String, Object> named = Map.of();
            if (simple) {
                positional = new Object[lead + arguments.length];
                for (int i = 0; i < arguments.length; i++) {
                    Node value = arguments[i].value;
                    positional[lead + i] = looks ? value.borrow(frame) : value.eval(frame);
                }
            } else {
                List<Object> all = new ArrayList<>();
                if (first != null) {
                    all.add(first);
                }
                named = new LinkedHashMap<>();
                for (Argument argument : arguments) {
                    collect(frame, argument, all, named);
                }
                positional = all.toArray();
            }
            if (first != null) {
                positional[0] = looks ? first : Sharing.share(first);
            }
            Steadiness watched = frame.session.steadiness();
            if (watched != null) {
                watched.calls(callable, positional, named);
            }
            boolean lends = simple && callable instanceof Model;
            if (lends) {
                hold(firstNode, positional);
            }
            try {
                Object result = callable.call(frame.session, positional, named);
                if (looks) {
                    keep(callable, result, positional);
                }
                if (lends) {
                    letGo(firstNode, positional, result);
                } else if (looks && simple) {
                    lose(firstNode, positional, result);
                }
                return result;
            } catch (TnsException e) {
                throw placed(e, at, firstNode, lead);
            } catch (ScriptException e) {
                throw e.calledAt(callable.name(), at.span());
            }
        }

        /** Whether the arguments, after {@code lead} others, are bound by just putting them into the first slots. */
        private boolean fit(Function f, int lead) {
            return simple && f.takesAsGiven(values.length + lead);
        }

        /** The common call of a function of the script: the arguments go straight into its frame. */
        private Object direct(Frame frame, Node at, Function f, @Nullable Node firstNode, @Nullable Object first) {
            Frame inner = f.frame();
            int lead = 0;
            if (first != null) {
                inner.slots[0] = lent(firstNode, first);
                lead = 1;
            }
            for (int i = 0; i < values.length; i++) {
                inner.slots[lead + i] = lent(values[i], values[i].borrow(frame));
            }
            try {
                return f.run(inner);
            } catch (TnsException e) {
                throw at.at(e);
            } catch (ScriptException e) {
                throw e.calledAt(f.name(), at.span());
            }
        }

        /** What gave positional argument {@code i}. */
        private @Nullable Node giver(@Nullable Node firstNode, Object[] positional, int i) {
            int at = i - positional.length + values.length;
            return at >= 0 ? values[at] : firstNode;
        }

        /** Lets go of what nobody holds after the call. */
        private void lose(@Nullable Node firstNode, Object[] positional, Object result) {
            for (int i = 0; i < positional.length; i++) {
                if (positional[i] instanceof Tensor t && giver(firstNode, positional, i) instanceof Node node) {
                    Sharing.lose(node, t, result);
                }
            }
        }

        /** Holds what nobody holds after the call, for a model, which lends it to a function. */
        private void hold(@Nullable Node firstNode, Object[] positional) {
            for (int i = 0; i < positional.length; i++) {
                if (isLost(firstNode, positional, i)) {
                    ((Tensor) positional[i]).hold();
                }
            }
        }

        private void letGo(@Nullable Node firstNode, Object[] positional, Object result) {
            for (int i = 0; i < positional.length; i++) {
                if (isLost(firstNode, positional, i)) {
                    Sharing.drop(positional[i], result);
                }
            }
        }

        private boolean isLost(@Nullable Node firstNode, Object[] positional, int i) {
            return positional[i] instanceof Tensor t
                    && t.requiresGrad()
                    && giver(firstNode, positional, i) instanceof Node node
                    && !node.givesHeld();
        }

        /** An argument, borrowed, for a name of the function. */
        private static Object lent(@Nullable Node node, Object value) {
            return node == null || node.givesHeld() ? Sharing.lendOrShare(value) : Sharing.lend(value);
        }

        /** Marks what the result of what only looks may hold of the values that were only borrowed. */
        private static void keep(Callable by, Object result, Object[] borrowed) {
            if (result == None.NONE && by instanceof Op op && op.keepsNothing()) {
                return;
            }
            for (Object argument : borrowed) {
                keep(result, argument);
            }
        }

        private static void keep(Object result, Object argument) {
            if (result instanceof Tuple parts) {
                parts.forEach(part -> keep(part, argument));
            } else if (result == argument) {
                Sharing.share(result);
            } else {
                Held.keep(result, argument);
            }
        }

        /** What calling a dtype means: converting to it. */
        private static Object conversion(Frame frame, DType dtype) {
            Op op = frame.session.ops().find(dtype.word());
            return op == null ? dtype : op;
        }

        private void collect(Frame frame, Argument argument, List<Object> all, Map<String, Object> named) {
            Object value = argument.value.eval(frame);
            if (argument.spread) {
                if (value instanceof Record record) {
                    record.entries().forEach((name, part) -> give(named, name, Sharing.share(part), argument.value));
                    return;
                }
                for (Object item : Iteration.over("*", value, argument.value)) {
                    all.add(Sharing.share(item));
                }
            } else if (argument.name == null) {
                all.add(value);
            } else {
                give(named, argument.name, value, argument.value);
            }
        }

        private static void give(Map<String, Object> named, String name, Object value, Node at) {
            if (named.put(name, value) != null) {
                throw at.fail(ErrorKind.VALUE, "call: '" + name + "' is given twice");
            }
        }

        private ScriptException placed(TnsException e, Node at, @Nullable Node firstNode, int lead) {
            if (e.argument() == 0 && lead == 1 && firstNode != null) {
                return firstNode.at(e);
            }
            int i = e.argument() - lead;
            boolean known = e.argument() >= 0 && i >= 0 && i < arguments.length;
            for (int k = 0; known && k <= i; k++) {
                known = !arguments[k].spread;
            }
            return known ? arguments[i].value.at(e) : at.at(e);
        }
    }

    /** {@code f(a, b)}. */
    public static final class Call extends Node {
        private final Node callee;
        private final Arguments arguments;

        public Call(Span span, Node callee, Arguments arguments) {
            super(span);
            this.callee = callee;
            this.arguments = arguments;
        }

        @Override
        boolean isSteady(Names names) {
            return callee.isSteady(names) && arguments.areSteady(names);
        }

        @Override
        public Object eval(Frame frame) {
            return called(frame);
        }

        @Override
        public Object borrow(Frame frame) {
            return called(frame);
        }

        @Override
        long whole(Frame frame) {
            return frame.whole(called(frame));
        }

        /** The commonest case stands by itself, so that it is small enough to be compiled into its caller. */
        private Object called(Frame frame) {
            Object function = read(callee, frame);
            return function instanceof Function f && arguments.fit(f, 0)
                    ? arguments.direct(frame, this, f, null, null)
                    : arguments.call(frame, this, callee.span(), function, null, null);
        }
    }

    /** {@code x |> f(a)}: x goes first. */
    public static final class Pipe extends Node {
        private final Node input;
        private final Node callee;
        private final Arguments arguments;

        public Pipe(Span span, Node input, Node callee, Arguments arguments) {
            super(span);
            this.input = input;
            this.callee = callee;
            this.arguments = arguments;
        }

        @Override
        boolean isSteady(Names names) {
            return input.isSteady(names) && callee.isSteady(names) && arguments.areSteady(names);
        }

        @Override
        public Object eval(Frame frame) {
            Object first = input.borrow(frame);
            return arguments.call(frame, this, callee.span(), read(callee, frame), input, first);
        }
    }

    /** {@code x.f(a)}: a member of x, or the nearest callable named f with x first. */
    public static final class MethodCall extends Node {
        private final Span nameSpan;
        private final Node object;
        private final String name;
        private final Variable[] candidates;
        private final Arguments arguments;

        /**
         * @param nameSpan where the name stands
         * @param candidates the variables of that name, nearest first; the last is the file-level one
         */
        public MethodCall(
                Span span, Span nameSpan, Node object, String name, List<Variable> candidates, Arguments arguments) {
            super(span);
            this.nameSpan = nameSpan;
            this.object = object;
            this.name = name;
            this.candidates = candidates.toArray(new Variable[0]);
            this.arguments = arguments;
        }

        @Override
        boolean isSteady(Names names) {
            boolean steady = object.isSteady(names);
            for (Variable candidate : candidates) {
                names.mayCall(candidate);
            }
            return steady && arguments.areSteady(names);
        }

        /** The value before the dot; a name without one may be that of a library of Python's. */
        private Object receiver(Frame frame) {
            try {
                return object.borrow(frame);
            } catch (ScriptException e) {
                String help = object instanceof Variable v && v.peek(frame) == null
                        ? ForeignNames.libraryHelp(
                                v.name(), name, f -> frame.session.ops().find(f) != null)
                        : null;
                throw help == null ? e : object.fail(e.kind(), e.summary(), help);
            }
        }

        @Override
        public Object eval(Frame frame) {
            Object value = receiver(frame);
            if (value instanceof Members members && members.member(name) instanceof Object member) {
                Steadiness watched = frame.session.steadiness();
                if (watched != null) {
                    watched.finds(members, name, member);
                }
                return arguments.call(frame, this, nameSpan, member, null, null);
            }
            for (Variable candidate : candidates) {
                if (candidate.peek(frame) instanceof Callable callable) {
                    return arguments.call(frame, this, nameSpan, callable, object, value);
                }
            }
            if (frame.session.ops().find(name) instanceof Op op) {
                return arguments.call(frame, this, nameSpan, op, object, value);
            }
            throw noMember(nameSpan, frame, value, name, true);
        }
    }

    /** {@code x.f} without parentheses: a member or a property. */
    public static final class Attribute extends Node {
        private final Span nameSpan;
        private final Node object;
        private final String name;

        public Attribute(Span span, Span nameSpan, Node object, String name) {
            super(span);
            this.nameSpan = nameSpan;
            this.object = object;
            this.name = name;
        }

        String name() {
            return name;
        }

        @Override
        boolean isSteady(Names names) {
            return object.isSteady(names);
        }

        @Override
        public Object eval(Frame frame) {
            return Sharing.share(borrow(frame));
        }

        @Override
        boolean givesHeld() {
            return true;
        }

        @Override
        public Object borrow(Frame frame) {
            return get(frame, object.borrow(frame));
        }

        /** The member of {@code value}. */
        Object get(Frame frame, Object value) {
            Steadiness watched = frame.session.steadiness();
            if (watched != null) {
                watched.looksAt(value, name);
            }
            if (value instanceof Members members && members.member(name) instanceof Object member) {
                return member;
            }
            if (value instanceof Tuple tuple) {
                int i = tuple.names().indexOf(name);
                if (i >= 0) {
                    return tuple.get(i);
                }
            }
            if (Properties.get(value, name) instanceof Object property) {
                return property;
            }
            throw noMember(nameSpan, frame, value, name, false);
        }
    }

    private static ScriptException notAFunction(Span at, Object value) {
        String help = switch (value) {
            case Tensor t -> "x[i] picks an item; 2 * (x) multiplies";
            case Tuple t -> "x[i] picks an item";
            case ListValue l -> "x[i] picks an item";
            case Number n -> "2 * (x) multiplies";
            case DType d -> "x.to(" + d.word() + ") converts";
            default -> null;
        };
        return failure(at, ErrorKind.VALUE, "call: " + TypeName.describe(value) + " is not a function", help);
    }

    private static ScriptException noMember(Span at, Frame frame, Object value, String name, boolean call) {
        List<String> known = new ArrayList<>();
        if (value instanceof Members members) {
            known.addAll(members.memberNames());
        } else {
            known.addAll(Properties.NAMES);
        }
        String what = TypeName.describe(value);
        if (!call && !(value instanceof Members) && frame.session.ops().find(name) != null) {
            return failure(at, ErrorKind.NAME, what + " has no property '" + name + "'", "call it: ." + name + "()");
        }
        String foreign = ForeignNames.memberHelp(name, f -> frame.session.ops().find(f) != null);
        if (foreign == null && call && !(value instanceof FileValue) && !(value instanceof Record)) {
            known.addAll(frame.session.ops().names());
        }
        String near = Suggestion.nearest(name, known);
        String help = foreign != null
                ? foreign
                : near != null
                        ? "did you mean '" + near + "'?"
                        : value instanceof Members members
                                        && !members.memberNames().isEmpty()
                                ? "it has " + String.join(", ", members.memberNames())
                                : null;
        return failure(at, ErrorKind.NAME, what + " has no " + (call ? "method" : "member") + " '" + name + "'", help);
    }

    private static ScriptException failure(Span at, ErrorKind kind, String message, @Nullable String help) {
        List<String> sentences = help == null ? List.of() : List.of(help);
        return new ScriptException(new Diagnostic(kind, message, at, sentences), null);
    }
}
