package tns.lang;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tns.op.None;

/** The variables of one open call. */
public final class Frame {
    static final Cell[] NO_CELLS = {};

    final Session session;

    /** Parameters first, then locals; null until set. A slot that a closure captures holds a {@link Cell}. */
    final @Nullable Object[] slots;

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
