package tns.lang;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Span;
import tns.error.TnsException;
import tns.op.None;
import tns.op.Scoped;
import tns.op.TypeName;
import tns.tensor.GradMode;
import tns.tensor.Turns;

/** The constructs that decide what runs: blocks, branches, loops, early exits, recovery and contexts. */
public final class Control {
    private Control() {}

    /** Statements in turn; the value is the last one's. */
    public static final class Block extends Node {
        private final Node[] statements;

        public Block(Span span, List<Node> statements) {
            super(span);
            this.statements = statements.toArray(new Node[0]);
        }

        Node[] statements() {
            return statements;
        }

        @Override
        boolean isSteady(Names names) {
            return Names.areSteady(names, statements);
        }

        @Override
        public Object eval(Frame frame) {
            Object value = None.NONE;
            for (Node statement : statements) {
                value = placed(statement, frame);
                if (value instanceof Exit) {
                    return value;
                }
            }
            return value;
        }
    }

    /** {@code if c { } else { }}: the value of the branch taken, {@code none} without one. */
    public static final class If extends Node {
        private final Node condition;
        private final Node consequence;
        private final @Nullable Node alternative;

        public If(Span span, Node condition, Node consequence, @Nullable Node alternative) {
            super(span);
            this.condition = condition;
            this.consequence = consequence;
            this.alternative = alternative;
        }

        @Override
        boolean isSteady(Names names) {
            return names.mayBranch()
                    && condition.isSteady(names)
                    && consequence.isSteady(names)
                    && (alternative == null || alternative.isSteady(names));
        }

        @Override
        public Object eval(Frame frame) {
            if (condition.test(frame)) {
                return consequence.eval(frame);
            }
            return alternative == null ? None.NONE : alternative.eval(frame);
        }
    }

    /** {@code while c { }}. */
    public static final class While extends Node {
        private final Node condition;
        private final Node body;
        private final Stretches stretches;

        public While(Span span, Node condition, Node body) {
            super(span);
            this.condition = condition;
            this.body = body;
            this.stretches = new Stretches(body);
        }

        @Override
        public Object eval(Frame frame) {
            Turns turns = frame.session.turns(this);
            if (turns == null) {
                return loop(frame, null);
            }
            try {
                return loop(frame, turns);
            } finally {
                turns.end();
            }
        }

        private Object loop(Frame frame, @Nullable Turns turns) {
            SteadyTurns steady = stretches.turns(frame);
            if (steady == null) {
                return loop(frame, turns, null);
            }
            try {
                return loop(frame, turns, steady);
            } finally {
                steady.end();
            }
        }

        private Object loop(Frame frame, @Nullable Turns turns, @Nullable SteadyTurns steady) {
            while (true) {
                if (turns != null) {
                    turns.next();
                }
                if (!condition.test(frame)) {
                    return None.NONE;
                }
                checked(frame, this);
                Object value = steady == null ? turn(body, frame) : steady.turn();
                if (value == Exit.BREAK) {
                    return None.NONE;
                }
                if (value == Exit.RETURN) {
                    return value;
                }
            }
        }
    }

    /** {@code for x in xs { }}: the variable is fresh at each turn. */
    public static final class For extends Node {
        private final Variable[] targets;
        private final Node iterable;
        private final Node body;
        private final Stretches stretches;

        public For(Span span, List<Variable> targets, Node iterable, Node body) {
            super(span);
            this.targets = targets.toArray(new Variable[0]);
            this.iterable = iterable;
            this.body = body;
            this.stretches = new Stretches(body, this.targets);
        }

        @Override
        public Object eval(Frame frame) {
            Iterator<?> items = Iteration.over(iterable.eval(frame), iterable).iterator();
            Turns turns = frame.session.turns(this);
            if (turns == null) {
                return loop(frame, items, null);
            }
            try {
                return loop(frame, items, turns);
            } finally {
                turns.end();
            }
        }

        private Object loop(Frame frame, Iterator<?> items, @Nullable Turns turns) {
            SteadyTurns steady = stretches.turns(frame);
            if (steady == null) {
                return loop(frame, items, turns, null);
            }
            try {
                return loop(frame, items, turns, steady);
            } finally {
                steady.end();
            }
        }

        private Object loop(Frame frame, Iterator<?> items, @Nullable Turns turns, @Nullable SteadyTurns steady) {
            while (true) {
                if (turns != null) {
                    turns.next(); // what makes the item is part of the turn
                }
                if (!items.hasNext()) {
                    return None.NONE;
                }
                Object item = items.next();
                checked(frame, this);
                Iteration.bind(targets, item, frame, iterable);
                Object value = steady == null ? turn(body, frame) : steady.turn();
                if (value == Exit.BREAK) {
                    return None.NONE;
                }
                if (value == Exit.RETURN) {
                    return value;
                }
            }
        }
    }

    /** Evaluates; what fails without a place, as putting off a computation and memory can, gets the statement's. */
    static Object placed(Node statement, Frame frame) {
        try {
            return statement.eval(frame);
        } catch (TnsException e) {
            throw statement.at(e);
        } catch (OutOfMemoryError full) {
            throw statement.at(TnsException.outOfMemory(full));
        }
    }

    private static Object turn(Node body, Frame frame) {
        try {
            return placed(body, frame);
        } catch (ExitThrown thrown) {
            return thrown.exit();
        }
    }

    static void checked(Frame frame, Node at) {
        try {
            frame.session.check();
        } catch (TnsException e) {
            throw at.at(e);
        }
    }

    /** {@code return v}. */
    public static final class Return extends Node {
        private final @Nullable Node value;

        public Return(Span span, @Nullable Node value) {
            super(span);
            this.value = value;
        }

        @Override
        boolean isSteady(Names names) {
            return names.mayBranch() && (value == null || value.isSteady(names));
        }

        @Override
        public Object eval(Frame frame) {
            frame.result = value == null ? None.NONE : value.eval(frame);
            return Exit.RETURN;
        }
    }

    /** {@code break} or {@code continue}. */
    public static final class Leave extends Node {
        private final boolean loop;

        public Leave(Span span, boolean loop) {
            super(span);
            this.loop = loop;
        }

        @Override
        public Object eval(Frame frame) {
            return loop ? Exit.BREAK : Exit.CONTINUE;
        }
    }

    /** A block construct in the middle of an expression: an early exit out of it passes as an exception. */
    public static final class Throwing extends Node {
        private final Node inner;

        public Throwing(Node inner) {
            super(inner.span());
            this.inner = inner;
        }

        @Override
        public Object eval(Frame frame) {
            Object value = inner.eval(frame);
            if (value instanceof Exit exit) {
                throw new ExitThrown(exit);
            }
            return value;
        }
    }

    /** {@code no_grad { }}: nothing inside is recorded. */
    public static final class NoGrad extends Node {
        private final Node body;

        public NoGrad(Span span, Node body) {
            super(span);
            this.body = body;
        }

        @Override
        boolean isSteady(Names names) {
            return body.isSteady(names);
        }

        @Override
        public Object eval(Frame frame) {
            return GradMode.without(() -> body.eval(frame));
        }
    }

    /** {@code with seed(1), dtype(float64) { }}: the contexts hold over the block. */
    public static final class With extends Node {
        private final Node[] contexts;
        private final Node body;

        public With(Span span, List<Node> contexts, Node body) {
            super(span);
            this.contexts = contexts.toArray(new Node[0]);
            this.body = body;
        }

        @Override
        public Object eval(Frame frame) {
            return entered(frame, 0);
        }

        private Object entered(Frame frame, int i) {
            if (i == contexts.length) {
                return body.eval(frame);
            }
            Object context = contexts[i].eval(frame);
            if (!(context instanceof Scoped scoped)) {
                throw contexts[i].fail(
                        ErrorKind.VALUE,
                        "with: " + TypeName.describe(context) + " is not a context",
                        "device(cpu), seed(1) and dtype(float64) are");
            }
            Runnable leave = scoped.enter(frame.session);
            try {
                return entered(frame, i + 1);
            } finally {
                leave.run();
            }
        }
    }

    /** {@code try { } catch e { }}: cancellation and limits pass through. */
    public static final class Try extends Node {
        private final Node attempt;
        private final Variable name;
        private final Node rescue;

        public Try(Span span, Node attempt, Variable name, Node rescue) {
            super(span);
            this.attempt = attempt;
            this.name = name;
            this.rescue = rescue;
        }

        @Override
        public Object eval(Frame frame) {
            try {
                return attempt.eval(frame);
            } catch (ScriptException e) {
                if (e.kind() == ErrorKind.LIMIT) {
                    throw e;
                }
                name.begin(frame, new Caught(e));
                return rescue.eval(frame);
            }
        }
    }
}
