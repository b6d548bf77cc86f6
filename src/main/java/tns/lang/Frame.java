package tns.lang;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tns.op.None;

/** The variables of one open call. */
public final class Frame {
    static final Cell[] NO_CELLS = {};

    /** What the slot of a variable holds that is an int without a box. */
    static final Object INT = new Object();

    private static final long[] NONE = {};

    final Session session;

    /** Parameters first, then locals; null until set. A slot that a closure captures holds a {@link Cell}. */
    final @Nullable Object[] slots;

    /** The ints of those slots that hold {@link #INT}; of no length before there is one. */
    long[] ints = NONE;

    /** The variables of surrounding calls that this code uses. */
    final Cell[] captured;

    /** The value of the {@code return} under way. */
    @Nullable
    Object result;

    /** The value of the {@code return} under way, which has been set. */
    Object returned() {
        Object value = result;
        return value == null ? None.NONE : value;
    }

    /** Another frame whose call has ended; see {@link Function#frame}. */
    @Nullable
    Frame next;

    /** The value of a slot; null until set. */
    @Nullable
    Object local(int slot) {
        Object value = slots[slot];
        return value == INT ? (Object) ints[slot] : value;
    }

    /** Gives a slot what {@link Node#whole} answered. */
    void local(int slot, long answer) {
        if (answer == Node.BOXED) {
            slots[slot] = boxed();
            return;
        }
        if (slots[slot] != INT) {
            ints = ints.length == 0 ? new long[slots.length] : ints;
            slots[slot] = INT;
        }
        ints[slot] = answer;
    }

    /** What {@link Node#whole} could not answer. */
    private @Nullable Object boxed;

    /** {@code value} as {@link Node#whole} answers it. */
    long whole(Object value) {
        if (value instanceof Long n && n != Node.BOXED) {
            return n;
        }
        boxed = value;
        return Node.BOXED;
    }

    /** The value of a slot as {@link Node#whole} answers it; {@code variable}, which has that slot, says why there is none. */
    long whole(int slot, Node variable) {
        Object value = slots[slot];
        return value == INT ? ints[slot] : value == null ? variable.whole(this) : whole(value);
    }

    /** What {@link Node#whole} answered, as a value. */
    Object box(long answer) {
        return answer == Node.BOXED ? boxed() : (Object) answer;
    }

    /** The value of the last {@link Node#whole} in this frame, which answered {@link Node#BOXED}. */
    Object boxed() {
        Object value = Objects.requireNonNull(boxed);
        boxed = null;
        return value;
    }

    Frame(Session session, @Nullable Object[] slots, Cell[] captured) {
        this.session = session;
        this.slots = slots;
        this.captured = captured;
    }
}
