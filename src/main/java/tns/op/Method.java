package tns.op;

import java.util.Map;
import tns.error.TnsException;
import tns.profile.Profile;

/** A method of a built-in value, bound to it: {@code optimizer.step}, {@code scheduler.get_last_lr}. */
public record Method(Form form) implements Callable {
    /** The method with the parameters of {@code signature}; see {@link Signature#parse}. */
    public static Method of(String signature, Op.Body body) {
        return new Method(Form.of(signature, body));
    }

    @Override
    public String name() {
        return form.signature().name();
    }

    @Override
    public Object call(Context context, Object[] positional, Map<String, Object> named) {
        Profile profile = context.profile();
        try {
            return profile == null
                    ? form.call(context, positional, named)
                    : profile.op(name(), () -> form.call(context, positional, named));
        } catch (TnsException e) {
            e.ended(name());
            throw e;
        }
    }

    @Override
    public String toString() {
        return "method " + name();
    }
}
