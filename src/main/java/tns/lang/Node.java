package tns.lang;

import java.util.List;
import tns.error.Diagnostic;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Span;
import tns.error.TnsException;

/** One construct of a script: final children, the stretch of source it was written as, and what it means. */
public abstract class Node {
    /** What {@link #whole} answers when the value waits in the frame. Scripts hardly ever compute it. */
    static final long BOXED = 0x8f3c_5a97_d1e6_2b4dL;

    private final Span span;

    protected Node(Span span) {
        this.span = span;
    }

    public final Span span() {
        return span;
    }

    /**
     * The value, for the caller to keep: what a variable holds is marked as shared, so that a later element assignment
     * cannot show through.
     */
    public abstract Object eval(Frame frame);

    /** The value for use on the spot: as an operand, an index base or something to print, never to keep. */
    public Object borrow(Frame frame) {
        return eval(frame);
    }

    /** Whether what {@link #borrow} gives is held by a variable, or as a part of something. */
    boolean givesHeld() {
        return false;
    }

    /**
     * Whether it means the same wherever what it reads is the same: it computes, calls and gives names of its own frame values,
     * and does nothing else itself. What it calls and finds is looked at when it is evaluated ({@link Steadiness}).
     *
     * @param names told of the names it reads and sets, in that order
     */
    boolean isSteady(Names names) {
        return false;
    }

    /** The value as the condition of {@code if}, {@code while}, {@code and}, {@code or} or {@code not}. */
    public boolean test(Frame frame) {
        Object value = borrow(frame);
        return value instanceof Boolean b ? b : Truth.of(value, this);
    }

    /**
     * The value for use on the spot as an int without a box; {@link #BOXED} when it is none, or that very int: then
     * {@link Frame#boxed} has it, to be taken before anything else is evaluated.
     */
    long whole(Frame frame) {
        return frame.whole(borrow(frame));
    }

    /** {@code node.borrow(frame)}, with the kinds of node that are called or compared most read on the spot. */
    static Object read(Node node, Frame frame) {
        if (node instanceof Variable.Local local) {
            Object value = frame.local(local.slot);
            if (value != null) {
                return value;
            }
        } else if (node instanceof Values.Constant constant) {
            return constant.value;
        } else if (node instanceof Variable.Global global && global.cell.value != null) {
            return global.cell.value;
        }
        return node.borrow(frame);
    }

    /** Gives a failure from an op this node's place. */
    final ScriptException at(TnsException e) {
        return ScriptException.at(span, e);
    }

    final ScriptException fail(ErrorKind kind, String message, String... help) {
        return new ScriptException(new Diagnostic(kind, message, span, List.of(help)), null);
    }
}
