package tns.lang;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Span;
import tns.error.Suggestion;
import tns.op.Op;

/** A name where it is used: where its value is, decided when the tree was built. */
public abstract class Variable extends Node {
    final String name;

    Variable(Span span, String name) {
        super(span);
        this.name = name;
    }

    public final String name() {
        return name;
    }

    @Override
    final boolean givesHeld() {
        return true;
    }

    @Override
    boolean isSteady(Names names) {
        names.reads(this);
        return true;
    }

    /** The value, or null when it has not been set. */
    abstract @Nullable Object peek(Frame frame);

    abstract void set(Frame frame, Object value);

    /** Sets it as a loop does at each turn: a closure made in an earlier turn keeps the earlier variable. */
    void begin(Frame frame, Object value) {
        set(frame, value);
    }

    /** The cell of a variable that lives in one. */
    Cell cell(Frame frame) {
        throw new IllegalStateException(name + " lives in no cell");
    }

    /** Why there is no value. */
    abstract ScriptException unset(Frame frame);

    @Override
    public Object borrow(Frame frame) {
        Object value = peek(frame);
        if (value == null) {
            throw unset(frame);
        }
        return value;
    }

    @Override
    public Object eval(Frame frame) {
        return Sharing.share(borrow(frame));
    }

    /** The message for a name of the function that is read too early. */
    private ScriptException readBeforeSet(int assignedLine) {
        return fail(
                ErrorKind.NAME,
                "'" + name + "' is read before it is set",
                "line " + assignedLine + " sets it, which makes it local here; a function cannot change a file-level"
                        + " name: pass it in and return it");
    }

    /** A name of this call. */
    public static final class Local extends Variable {
        final int slot;
        private final int assignedLine;

        public Local(Span span, String name, int slot, int assignedLine) {
            super(span, name);
            this.slot = slot;
            this.assignedLine = assignedLine;
        }

        @Override
        public Object eval(Frame frame) {
            Object value = frame.local(slot);
            return value instanceof Long ? value : super.eval(frame);
        }

        @Override
        public Object borrow(Frame frame) {
            Object value = frame.local(slot);
            if (value == null) {
                throw unset(frame);
            }
            return value;
        }

        @Override
        long whole(Frame frame) {
            return frame.slots[slot] == Frame.INT ? frame.ints[slot] : super.whole(frame);
        }

        @Override
        @Nullable
        Object peek(Frame frame) {
            return frame.local(slot);
        }

        @Override
        void set(Frame frame, Object value) {
            frame.slots[slot] = value;
        }

        @Override
        ScriptException unset(Frame frame) {
            return super.readBeforeSet(assignedLine);
        }
    }

    /** A name of this call that a closure captures: it lives in a cell. */
    public static final class Celled extends Variable {
        private final int slot;
        private final int assignedLine;

        public Celled(Span span, String name, int slot, int assignedLine) {
            super(span, name);
            this.slot = slot;
            this.assignedLine = assignedLine;
        }

        @Override
        @Nullable
        Object peek(Frame frame) {
            return frame.slots[slot] instanceof Cell cell ? cell.value : null;
        }

        @Override
        void set(Frame frame, Object value) {
            if (frame.slots[slot] instanceof Cell cell) {
                cell.value = value;
            } else {
                begin(frame, value);
            }
        }

        @Override
        void begin(Frame frame, Object value) {
            Cell cell = new Cell(value);
            frame.session.made(cell);
            frame.slots[slot] = cell;
        }

        @Override
        Cell cell(Frame frame) {
            return (Cell) java.util.Objects.requireNonNull(frame.slots[slot]);
        }

        @Override
        ScriptException unset(Frame frame) {
            return super.readBeforeSet(assignedLine);
        }
    }

    /** A name of a surrounding call. */
    public static final class Captured extends Variable {
        private final int index;
        private final int assignedLine;

        public Captured(Span span, String name, int index, int assignedLine) {
            super(span, name);
            this.index = index;
            this.assignedLine = assignedLine;
        }

        @Override
        @Nullable
        Object peek(Frame frame) {
            return frame.captured[index].value;
        }

        @Override
        void set(Frame frame, Object value) {
            Cell cell = frame.captured[index];
            frame.session.changes(cell, "it sets '" + name + "', a variable from outside");
            cell.value = value;
        }

        @Override
        ScriptException unset(Frame frame) {
            return fail(
                    ErrorKind.NAME,
                    "'" + name + "' is read before it is set",
                    "the surrounding function sets it in line " + assignedLine);
        }
    }

    /** A file-level name; until a script binds it, the built-in of that name if there is one. */
    public static final class Global extends Variable {
        final Cell cell;
        private final @Nullable Object builtin;
        private final Namespace names;

        public Global(Span span, String name, Namespace names, @Nullable Object builtin) {
            super(span, name);
            this.cell = names.cell(name);
            this.builtin = builtin;
            this.names = names;
        }

        @Override
        public Object borrow(Frame frame) {
            Object value = cell.value;
            return value == null ? super.borrow(frame) : value;
        }

        @Override
        long whole(Frame frame) {
            Object value = cell.value;
            return frame.whole(value == null ? super.borrow(frame) : value);
        }

        @Override
        @Nullable
        Object peek(Frame frame) {
            Object value = cell.value;
            return value == null ? builtin : value;
        }

        /** The value a script gave it, or null; the built-in does not count. */
        @Nullable
        Object own() {
            return cell.value;
        }

        @Override
        void set(Frame frame, Object value) {
            cell.value = value;
        }

        @Override
        ScriptException unset(Frame frame) {
            return undefined(this, name, names, frame.session, List.of());
        }
    }

    /** A file-level loop variable that closures made in the loop capture: a fresh cell at each turn, and the file's name. */
    public static final class Turning extends Variable {
        private final Celled turn;
        private final Global file;

        public Turning(Celled turn, Global file) {
            super(turn.span(), turn.name);
            this.turn = turn;
            this.file = file;
        }

        @Override
        @Nullable
        Object peek(Frame frame) {
            Object value = turn.peek(frame);
            return value == null ? file.peek(frame) : value;
        }

        @Override
        void set(Frame frame, Object value) {
            turn.set(frame, value);
            file.set(frame, Sharing.share(value));
        }

        @Override
        void begin(Frame frame, Object value) {
            turn.begin(frame, value);
            file.set(frame, Sharing.share(value));
        }

        @Override
        ScriptException unset(Frame frame) {
            return file.unset(frame);
        }
    }

    /** A file-level name as the target of an assignment inside a function, which may change cells but not the name. */
    public static final class ReadOnly extends Variable {
        private final Global file;

        public ReadOnly(Global file) {
            super(file.span(), file.name);
            this.file = file;
        }

        @Override
        @Nullable
        Object peek(Frame frame) {
            Object value = file.peek(frame);
            return value == null ? null : Sharing.share(value);
        }

        @Override
        void set(Frame frame, Object value) {
            throw fail(
                    ErrorKind.NAME,
                    "'" + name + "' is a file-level name, which a function cannot change",
                    "pass it in and return the changed value: " + name + " = f(" + name + ")");
        }

        @Override
        ScriptException unset(Frame frame) {
            return file.unset(frame);
        }
    }

    /** The failure of a name that nothing defines, with the nearest known one. */
    static ScriptException undefined(
            Node at, String name, Namespace names, Session session, Collection<String> others) {
        String foreign = ForeignNames.help(name);
        if (foreign != null) {
            return at.fail(ErrorKind.NAME, "'" + name + "' is not defined", foreign);
        }
        List<String> known = new ArrayList<>(others);
        known.addAll(names.names());
        for (Op op : session.ops().ops()) {
            known.add(op.name());
        }
        String near = Suggestion.nearest(name, known);
        return near == null
                ? at.fail(ErrorKind.NAME, "'" + name + "' is not defined")
                : at.fail(ErrorKind.NAME, "'" + name + "' is not defined", "did you mean '" + near + "'?");
    }
}
