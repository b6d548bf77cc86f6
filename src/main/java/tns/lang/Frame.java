package tns.lang;

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

    Frame(Session session, @Nullable Object[] slots, Cell[] captured) {
        this.session = session;
        this.slots = slots;
        this.captured = captured;
    }
}
