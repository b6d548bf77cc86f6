package tns.op;

import java.util.Map;

/** One way to call a function: its parameters, and what it computes from them. */
public record Form(Signature signature, Op.Body body) {
    /** The form of a signature text; see {@link Signature#parse}. */
    public static Form of(String signature, Op.Body body) {
        return new Form(Signature.parse(signature), body);
    }

    /** Binds the arguments of a call and computes. */
    public Object call(Context context, Object[] positional, Map<String, Object> named) {
        return body.call(new Args(context, signature, signature.bind(context, positional, named)));
    }
}
