package tns.lang;

import org.jspecify.annotations.Nullable;
import tns.op.None;

/** A source made ready to run, as often as wanted. */
public final class Script {
    private final Node body;
    private final int slots;

    public Script(Node body, int slots) {
        this.body = body;
        this.slots = slots;
    }

    /** Runs it; the value is the last expression's. */
    public Object run(Session session) {
        Frame frame = new Frame(session, new @Nullable Object[slots], Frame.NO_CELLS);
        try {
            Object value = body.eval(frame);
            return value instanceof Exit ? frame.returned() : value;
        } catch (ExitThrown thrown) {
            return thrown.exit() == Exit.RETURN ? frame.returned() : None.NONE;
        }
    }
}
