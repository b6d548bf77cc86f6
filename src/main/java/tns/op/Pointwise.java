package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.expr.Expr;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.PendingBuffer;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * An op that applies one scalar expression at every position, with broadcasting and PyTorch's promotion. Its gradient is
 * derived from the expression, to any order.
 */
public final class Pointwise {
    /** What the name of an op ends with that computes the derivative of another. */
    static final String DERIVATIVE = "'";

    /** Which dtype the result has, given the promoted dtype of the operands. */
    public enum Result {
        /** The promoted dtype. */
        SAME,
        /** The promoted dtype, or the default float dtype for ints and bools. */
        FLOAT,
        /** Bool, computed in the promoted dtype. */
        BOOL
    }

    /** An expression over three operands. */
    @FunctionalInterface
    public interface Ternary {
        Expr apply(Expr first, Expr second, Expr third);
    }

    private final String name;
    private final int arity;
    private final Result result;
    private final Expr expr;
    /** By lane. Read without a lock: what it holds never changes, and two who make the same make it equal. */
    private final @Nullable Program[] programs = new @Nullable Program[Lane.values().length];

    private final @Nullable Derived[] gradients;
    private final Map<Fusion.Plan, Pointwise> fusions = new HashMap<>();
    private final Map<Long, Program> together = new HashMap<>();
    /** Whether this stands for several ops of a script, whose result need not be kept for the gradient. */
    private final boolean composite;

    /** The op that applies {@code expr}, whose inputs 0 to {@code arity} - 1 are the operands. */
    public Pointwise(String name, int arity, Result result, Expr expr) {
        this(name, arity, result, expr, false);
    }

    private Pointwise(String name, int arity, Result result, Expr expr, boolean composite) {
        this.composite = composite;
        this.name = name;
        this.arity = arity;
        this.result = result;
        this.expr = expr;
        this.gradients = new @Nullable Derived[arity];
    }

    public String name() {
        return name;
    }

    int arity() {
        return arity;
    }

    /** Applies to tensors on one device. */
    public Tensor apply(Tensor... operands) {
        return on(operands, Promotion.of(operands));
    }

    /**
     * Applies to tensors and host numbers; only host numbers give a host number.
     *
     * @throws TnsException for shapes that do not broadcast, or operands on different devices
     */
    public Object call(Context context, Object[] given) {
        Object[] operands = new Object[arity];
        Device device = null;
        for (int i = 0; i < arity; i++) {
            Object operand = Conversion.operand(given[i]);
            if (operand == null) {
                throw new TnsException(
                                ErrorKind.VALUE,
                                name + ": expected a tensor or number, found " + TypeName.describe(given[i]))
                        .argument(i);
            }
            operands[i] = operand;
            if (operand instanceof Tensor t && (device == null || t.rank() > 0)) {
                device = t.device();
            }
        }
        if (device == null) {
            return host(context, operands);
        }
        DType promoted = Promotion.of(operands, context.defaultDType());
        DType compute = compute(promoted, context.defaultDType());
        Tensor[] tensors = new Tensor[arity];
        for (int i = 0; i < arity; i++) {
            tensors[i] = operands[i] instanceof Tensor t ? t : Tensor.scalar(device, compute, number(operands[i]));
        }
        return on(tensors, compute);
    }

    private static Number number(Object host) {
        return host instanceof Boolean b ? (Number) (b ? 1L : 0L) : (Number) host;
    }

    private Object host(Context context, Object[] operands) {
        DType compute = compute(Promotion.of(operands, DType.FLOAT64), DType.FLOAT64);
        Tensor[] tensors = new Tensor[arity];
        for (int i = 0; i < arity; i++) {
            tensors[i] = Tensor.scalar(context.cpu(), compute, number(operands[i]));
        }
        return on(tensors, compute).item();
    }

    private DType compute(DType promoted, DType defaultFloat) {
        return result == Result.FLOAT && !promoted.isFloat() ? defaultFloat : promoted;
    }

    private Tensor on(Tensor[] given, DType promoted) {
        Tensor[] operands = Broadcasting.together(name, given);
        DType compute = compute(promoted, DType.FLOAT32);
        DType out = result == Result.BOOL ? DType.BOOL : compute;
        Shape shape = Broadcasting.shape(name, operands);
        Device device = operands[0].device();
        boolean records = result != Result.BOOL && compute.isFloat() && tracked(operands);
        if (Fusion.worthwhile(device, compute, shape)) {
            Fusion.Application later = Fusion.of(this, operands, compute, out, shape, device);
            Tensor y = Tensor.of(new PendingBuffer(device, out, shape.elements(), later), shape);
            Tensor recorded = records ? y.withOrigin(new PointwiseOrigin(later.op(), later.inputs())) : y;
            if (later.op() != this) {
                for (Tensor operand : operands) {
                    if (!later.reads(operand)) {
                        operand.absorbed();
                    }
                }
            }
            return recorded;
        }
        Tensor y = Tensor.room(device, out, shape);
        device.map(program(compute.lane()), operands, shape, new Tensor[] {y});
        return records ? y.withOrigin(new PointwiseOrigin(this, operands)) : y;
    }

    /** Whether {@code y} has this application, and nothing else, as its history. */
    static boolean isOrigin(Tensor y, Fusion.Application application) {
        return y.origin() instanceof PointwiseOrigin origin
                && origin.op == application.op()
                && origin.operands == application.inputs();
    }

    /** Whether a pass back reads {@code y} itself: the derivatives of exp are written with its result. */
    static boolean isNeededBack(Tensor y) {
        return y.origin() instanceof PointwiseOrigin origin && origin.usesResult();
    }

    Expr expr() {
        return expr;
    }

    /** This op with others worked into it. */
    synchronized Pointwise fused(Fusion.Plan plan) {
        return fusions.computeIfAbsent(plan, p -> {
            Expr whole = Fusion.expression(expr, p);
            return new Pointwise(name, Collections.max(p.places()) + 1, result, whole, true);
        });
    }

    private static boolean tracked(Tensor[] operands) {
        for (Tensor operand : operands) {
            if (operand.requiresGrad()) {
                return GradMode.enabled();
            }
        }
        return false;
    }

    /** Writes the result for operands of one dtype into {@code target}, which may be one of them; records nothing. */
    void into(Tensor target, Tensor... operands) {
        target.device().map(program(target.dtype().lane()), operands, target.shape(), new Tensor[] {target});
    }

    Program program(Lane lane) {
        Program known = programs[lane.ordinal()];
        if (known == null) {
            known = Program.of(lane, expr);
            programs[lane.ordinal()] = known;
        }
        return known;
    }

    /** The derivative with respect to one input, as an op over (some of) the inputs, the result y and dy. */
    private record Derived(@Nullable Pointwise op, int[] uses) {
        /** Whether it is dy as it comes, which is input {@code dy} of the derivative: so it is for a sum's terms. */
        boolean passes(int dy) {
            return op != null && uses.length == 1 && uses[0] == dy && op.expr.equals(Expr.input(0));
        }

        /** Whether it reads input {@code k}, the result or dy among them. */
        boolean uses(int k) {
            for (int use : uses) {
                if (use == k) {
                    return true;
                }
            }
            return false;
        }
    }

    private Derived derived(int input) {
        Derived known = gradients[input];
        if (known == null) {
            known = derive(input);
            gradients[input] = known;
        }
        return known;
    }

    private Derived derive(int input) {
        Expr dy = Expr.input(arity + 1);
        Expr derivative = expr.derivative(input, dy);
        if (derivative.isZero() || !derivative.uses(arity + 1)) {
            return new Derived(null, new int[0]);
        }
        if (!composite) {
            // The result is at hand: naming it saves its recomputation.
            derivative = derivative.replace(expr, Expr.input(arity));
        }
        int[] uses = new int[arity + 2];
        int count = 0;
        for (int i = 0; i < arity + 2; i++) {
            if (derivative.uses(i)) {
                derivative = i == count ? derivative : derivative.replace(Expr.input(i), Expr.input(count));
                uses[count++] = i;
            }
        }
        Pointwise op = new Pointwise(name + DERIVATIVE, count, Result.SAME, derivative);
        return new Derived(op, Arrays.copyOf(uses, count));
    }

    /**
     * The program that gives the derivatives with respect to those inputs in the bit set, over the inputs, the result
     * and dy.
     */
    private synchronized Program together(long wanted, Lane lane) {
        return together.computeIfAbsent(wanted << 2 | lane.ordinal(), k -> {
            List<Expr> derivatives = new ArrayList<>();
            for (int i = 0; i < arity; i++) {
                if ((wanted >> i & 1) != 0) {
                    derivatives.add(inPlace(derived(i)));
                }
            }
            return Program.of(lane, derivatives.toArray(new Expr[0]));
        });
    }

    /** A derivative as an expression over the inputs, the result and dy. */
    private static Expr inPlace(Derived derived) {
        List<Expr> inputs = new ArrayList<>();
        for (int use : derived.uses) {
            inputs.add(Expr.input(use));
        }
        return derived.op == null ? Expr.ZERO : derived.op.expr.substitute(inputs);
    }

    /** The recorded application of a pointwise op. */
    private static final class PointwiseOrigin extends Origin {
        private final Pointwise op;
        private final Tensor[] operands;
        /** All derivatives of one pass over large operands, until each has been asked for. */
        private @Nullable Tensor @Nullable [] computed;

        private @Nullable Tensor computedFor;

        PointwiseOrigin(Pointwise op, Tensor[] operands) {
            super(op.name, operands);
            this.op = op;
            this.operands = operands;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            Derived derived = op.derived(i);
            if (derived.op == null) {
                return null;
            }
            Tensor full = derived.passes(op.arity + 1) && dy.dtype() == y.dtype()
                    ? dy
                    : computed(derived, derived.op, i, y, dy);
            Tensor summed = Reductions.sumTo(full, input(i).shape());
            if (full != dy && !summed.sharesMemory(full)) {
                full.lost();
            }
            return Casts.to(summed, input(i).dtype());
        }

        private Tensor computed(Derived derived, Pointwise derivative, int i, Tensor y, Tensor dy) {
            boolean together = dy.device().isHost() || wanted() > 1;
            return together && !GradMode.enabled() && Fusion.worthwhile(dy.device(), y.dtype(), y.shape())
                    ? inOnePass(i, y, dy)
                    : derivative.on(operands(derived.uses, y, dy), y.dtype());
        }

        /** How many derivatives a pass back may ask for. */
        private int wanted() {
            int count = 0;
            for (Tensor operand : operands) {
                count += operand.requiresGrad() ? 1 : 0;
            }
            return count;
        }

        private boolean usesResult() {
            for (int i = 0; i < op.arity; i++) {
                if (operands[i].requiresGrad() && op.derived(i).uses(op.arity)) {
                    return true;
                }
            }
            return false;
        }

        private Tensor[] operands(int[] uses, Tensor y, Tensor dy) {
            Tensor[] given = new Tensor[uses.length];
            for (int k = 0; k < given.length; k++) {
                int use = uses[k];
                given[k] = use < op.arity ? operands[use] : use == op.arity ? y : dy;
            }
            return given;
        }

        /** The derivative by input {@code i}, computed with those by the others so that memory is read once for all. */
        private Tensor inOnePass(int i, Tensor y, Tensor dy) {
            @Nullable Tensor[] all = computed;
            if (all == null || computedFor != dy || all[i] == null) {
                all = compute(i, y, dy);
                computed = all;
                computedFor = dy;
            }
            Tensor own = java.util.Objects.requireNonNull(all[i]);
            all[i] = null;
            return own;
        }

        private @Nullable Tensor[] compute(int asked, Tensor y, Tensor dy) {
            long wanted = 0;
            boolean usesResult = false;
            List<Tensor> outputs = new ArrayList<>();
            @Nullable Tensor[] all = new @Nullable Tensor[op.arity];
            for (int i = 0; i < op.arity; i++) {
                Derived derived = op.derived(i);
                if (derived.op == null || i != asked && (derived.passes(op.arity + 1) || !operands[i].requiresGrad())) {
                    continue;
                }
                wanted |= 1L << i;
                usesResult |= derived.uses(op.arity);
                Tensor gradient = Tensor.room(dy.device(), y.dtype(), y.shape());
                all[i] = gradient;
                outputs.add(gradient);
            }
            Tensor[] inputs = Arrays.copyOf(operands, op.arity + 2);
            inputs[op.arity] = usesResult ? y : dy;
            inputs[op.arity + 1] = dy;
            Program program = op.together(wanted, y.dtype().lane());
            dy.device().map(program, inputs, y.shape(), outputs.toArray(new Tensor[0]));
            return all;
        }
    }

    /** A pointwise op being defined from its signature; {@link #is} completes it. */
    public static final class Definition {
        private final Op.Definition op;
        private final Signature signature;
        private Result result = Result.SAME;
        private String[] domains = {};

        Definition(Op.Definition op, Signature signature) {
            this.op = op;
            this.signature = signature;
        }

        public Definition doc(String sentence) {
            op.doc(sentence);
            return this;
        }

        public Definition example(String call, String text) {
            op.example(call, text);
            return this;
        }

        public Definition alias(String name) {
            op.alias(name);
            return this;
        }

        /** The result is a float whatever the operands. */
        public Definition floating() {
            result = Result.FLOAT;
            return this;
        }

        /** The result is bool. */
        public Definition predicate() {
            result = Result.BOOL;
            return this;
        }

        /** The interval each operand in turn is drawn from in the gradient tests, {@code "-2..2"} unless given. */
        public Definition domain(String... intervals) {
            domains = intervals;
            return this;
        }

        /** Completes the op from its expression over one operand. */
        public Pointwise is(UnaryOperator<Expr> expression) {
            return complete(expression.apply(Expr.input(0)));
        }

        /** Completes the op from its expression over two operands. */
        public Pointwise is(BinaryOperator<Expr> expression) {
            return complete(expression.apply(Expr.input(0), Expr.input(1)));
        }

        /** Completes the op from its expression over three operands. */
        public Pointwise is(Ternary expression) {
            return complete(expression.apply(Expr.input(0), Expr.input(1), Expr.input(2)));
        }

        private Pointwise complete(Expr expr) {
            int arity = signature.parameters().size();
            Pointwise pointwise = new Pointwise(signature.name(), arity, result, expr);
            if (result != Result.BOOL) {
                test();
            }
            op.is(args -> pointwise.call(args.context(), args.all()), arity, pointwise::call);
            return pointwise;
        }

        /** Operands for the gradient tests: the first [2, 3], the next ones narrower, so that broadcasting is tried. */
        private void test() {
            List<String> operands = new ArrayList<>();
            for (Parameter parameter : signature.parameters()) {
                if (!parameter.optional()) {
                    operands.add(parameter.name());
                }
            }
            String[] inputs = new String[operands.size()];
            for (int i = 0; i < inputs.length; i++) {
                String shape = i == 0 ? "[2, 3]" : i == 1 ? "[3]" : "[2, 1]";
                String domain = i < domains.length ? domains[i] : "-2..2";
                inputs[i] = operands.get(i) + ": " + shape + " in " + domain;
            }
            op.gradient(signature.name() + "(" + String.join(", ", operands) + ")", inputs);
        }
    }
}
