package tns.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.TnsException;
import tns.profile.Profile;
import tns.tensor.Param;
import tns.tensor.Tensor;

/**
 * One function of the language, said once: signature, doc, examples, test cases and body. Help, completion, the
 * reference and the generic tests are all derived from it.
 */
public final class Op implements Callable {
    /** What an op computes from its bound arguments. */
    @FunctionalInterface
    public interface Body {
        Object call(Args args);
    }

    /** The positional-only shortcut of an op that checks its own operands (arithmetic in a hot loop); gets no Param. */
    @FunctionalInterface
    public interface Direct {
        Object call(Context context, Object[] operands);
    }

    /**
     * A call a user can paste, and what it prints followed by the text of its value; {@code "error: …"} when it fails.
     */
    public record Example(String call, String result) {}

    /**
     * A differentiable use of the op for the generic gradient tests.
     *
     * @param call one expression over the inputs
     * @param inputs each {@code "name: [shape]"} or {@code "name: [shape] in lo..hi"} of random float64 values
     */
    public record GradientCase(String call, List<String> inputs) {}

    private static final Object[] NOTHING = {};

    private final String family;
    private final Form form;
    private final @Nullable Form maker;
    private final String doc;
    private final List<Example> examples;
    private final List<GradientCase> gradientCases;
    private final List<String> aliases;
    private final boolean keepsNothing;
    private final Direct direct;
    private final int directArity;

    private Op(Definition d, Body body, int directArity, Direct direct) {
        this.family = d.family.name();
        this.form = new Form(d.signature, body);
        this.maker = d.maker;
        this.doc = d.doc;
        this.examples = List.copyOf(d.examples);
        this.gradientCases = List.copyOf(d.gradientCases);
        this.aliases = List.copyOf(d.aliases);
        this.keepsNothing = d.keepsNothing;
        this.direct = direct;
        this.directArity = directArity;
    }

    private Op(Op function, Form maker, String sentence) {
        this.family = function.family;
        this.form = function.form;
        this.maker = maker;
        this.doc = function.doc + " " + sentence;
        this.examples = function.examples;
        this.gradientCases = function.gradientCases;
        this.aliases = function.aliases;
        this.keepsNothing = function.keepsNothing;
        this.direct = function.direct;
        this.directArity = function.directArity;
    }

    /** This function with a {@link Definition#maker} beside it, and a sentence for users that says so. */
    public Op making(String makerSignature, Body body, String sentence) {
        return new Op(this, Form.of(makerSignature, body), sentence);
    }

    /** The form with a tensor first. */
    public Form function() {
        return form;
    }

    @Override
    public String name() {
        return form.signature().name();
    }

    @Override
    public boolean onlyLooks() {
        return true;
    }

    /** Whether nobody holds an argument once it has answered none. */
    public boolean keepsNothing() {
        return keepsNothing;
    }

    /** The group of the reference it belongs to, such as {@code "reductions"}. */
    public String family() {
        return family;
    }

    public Signature signature() {
        return form.signature();
    }

    /** The signatures of all its forms: the one with a tensor first, then the one that makes a layer. */
    public List<Signature> signatures() {
        return maker == null ? List.of(form.signature()) : List.of(form.signature(), maker.signature());
    }

    public String doc() {
        return doc;
    }

    public List<Example> examples() {
        return examples;
    }

    public List<GradientCase> gradientCases() {
        return gradientCases;
    }

    /** Its other names, as PyTorch has them. */
    public List<String> aliases() {
        return aliases;
    }

    @Override
    public Object call(Context context, Object[] positional, Map<String, Object> named) {
        Profile profile = context.profile();
        try {
            return profile == null ? called(context, positional, named) : seen(profile, context, positional, named);
        } catch (TnsException e) {
            e.ended(name());
            throw e;
        }
    }

    private Object seen(Profile profile, Context context, Object[] positional, Map<String, Object> named) {
        return profile.op(name(), () -> called(context, positional, named));
    }

    private Object called(Context context, Object[] positional, Map<String, Object> named) {
        if (positional.length == directArity && named.isEmpty()) {
            Object[] values = values(positional);
            Object result = direct.call(context, values);
            if (values != positional) {
                keepParameters(result, positional);
            }
            return result;
        }
        Form chosen = maker == null || takesTensor(positional, named) ? form : maker;
        Object[] waiting = waiting(positional, named);
        Object result;
        try {
            result = chosen.call(context, positional, named);
        } finally {
            for (Object operand : waiting) {
                ((Tensor) operand).handOn();
            }
        }
        for (Object operand : waiting) {
            if (operand != result) {
                ((Tensor) operand).absorbed();
            }
        }
        keepParameters(result, positional);
        if (!named.isEmpty()) {
            keepParameters(result, named.values().toArray());
        }
        return result;
    }

    /** The operands that wait to be computed, held: the op may use them more than once. */
    private static Object[] waiting(Object[] positional, Map<String, Object> named) {
        List<Tensor> waiting = null;
        for (Object operand : positional) {
            waiting = ifWaiting(operand, waiting);
        }
        if (!named.isEmpty()) {
            for (Object operand : named.values()) {
                waiting = ifWaiting(operand, waiting);
            }
        }
        return waiting == null ? NOTHING : waiting.toArray();
    }

    private static @Nullable List<Tensor> ifWaiting(Object operand, @Nullable List<Tensor> waiting) {
        if (!(operand instanceof Tensor t && t.pending() != null)) {
            return waiting;
        }
        List<Tensor> all = waiting == null ? new ArrayList<>() : waiting;
        all.add(t.hold());
        return all;
    }

    /** What parameters hold was only looked at: notes where the result holds it too. */
    private void keepParameters(Object result, Object[] operands) {
        if (result == None.NONE && keepsNothing) {
            return;
        }
        for (Object operand : operands) {
            if (operand instanceof Param p && result != p) {
                Held.keep(result, p.look());
            }
        }
    }

    /** The operands with parameters replaced by their values, as binding does it. */
    private static Object[] values(Object[] operands) {
        Object[] values = operands;
        for (int i = 0; i < operands.length; i++) {
            if (operands[i] instanceof Param p) {
                values = values == operands ? operands.clone() : values;
                values[i] = p.look();
            }
        }
        return values;
    }

    @Override
    public String toString() {
        return name();
    }

    /** Whether a call gives the first parameter of {@link #form}, which is a tensor. */
    private boolean takesTensor(Object[] positional, Map<String, Object> named) {
        return positional.length > 0
                ? positional[0] instanceof Tensor || positional[0] instanceof Param
                : named.keySet().stream().anyMatch(form.signature()::startsWith);
    }

    /** An op being defined; {@link #is} completes it. */
    public static final class Definition {
        private final Family family;
        private final Signature signature;
        private @Nullable Form maker;
        private String doc = "";
        private final List<Example> examples = new ArrayList<>();
        private final List<GradientCase> gradientCases = new ArrayList<>();
        private final List<String> aliases = new ArrayList<>();
        private boolean keepsNothing;

        Definition(Family family, Signature signature) {
            this.family = family;
            this.signature = signature;
        }

        /** One sentence for users: what is computed. */
        public Definition doc(String sentence) {
            this.doc = sentence;
            return this;
        }

        /** A call and its printed result, both run by the build. */
        public Definition example(String call, String result) {
            examples.add(new Example(call, result));
            return this;
        }

        /** A use whose first and second derivatives the build checks against central differences. */
        public Definition gradient(String call, String... inputs) {
            gradientCases.add(new GradientCase(call, List.of(inputs)));
            return this;
        }

        /** Says that nobody holds an argument once it has answered none. */
        public Definition keepsNothing() {
            keepsNothing = true;
            return this;
        }

        /** Another name for the same op. */
        public Definition alias(String name) {
            aliases.add(name);
            return this;
        }

        /**
         * What a call computes whose first argument is not a tensor: a name that is a function of tensors and also makes the
         * layer with those parameters, as {@code linear(x, w, b)} and {@code linear(20, 10)} do.
         */
        public Definition maker(String makerSignature, Body body) {
            this.maker = Form.of(makerSignature, body);
            return this;
        }

        public Op is(Body body) {
            return is(body, -1, (context, operands) -> operands);
        }

        /** Completes the op with a shortcut for calls of {@code arity} positional arguments, which binds for itself. */
        public Op is(Body body, int arity, Direct direct) {
            return family.add(new Op(this, body, arity, direct));
        }
    }
}
