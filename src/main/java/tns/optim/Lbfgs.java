package tns.optim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Family;
import tns.op.None;
import tns.op.Tuple;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * lbfgs: Newton's method with a curvature remembered from the last steps (Nocedal and Wright, Numerical Optimization,
 * algorithm 7.5), with the stopping rules and first step of PyTorch. All parameters are one vector, held in double.
 */
final class Lbfgs {
    /** Below this curvature along the step a pair is not remembered. */
    private static final double LEAST_CURVATURE = 1e-10;

    /** One remembered step: how the gradient changed, how the parameters changed, and 1 over their product. */
    private record Pair(double[] gradient, double[] step, double inverse) {}

    private final Optimizer optimizer;
    private final Settings s;
    private final ParamGroup.State state;
    private final Optimizer.Closure closure;
    private final Deque<Pair> pairs = new ArrayDeque<>();
    private double curvature = 1;
    private double[] gradient = {};
    private double loss;
    private int evaluations;

    private Lbfgs(Optimizer optimizer, Optimizer.Closure closure) {
        ParamGroup group = optimizer.groups().get(0);
        this.optimizer = optimizer;
        this.s = group.settings();
        this.state = group.state(0);
        this.closure = closure;
    }

    static void define(Family family) {
        family.define("lbfgs(params: any, lr: float = 1.0, max_iter: int = 20, max_eval: any = none,"
                        + " tolerance_grad: float = 1e-07, tolerance_change: float = 1e-09, history_size: int = 100,"
                        + " line_search_fn: any = none)")
                .doc("L-BFGS with PyTorch's stopping rules. Each step calls a function for the loss as often as it"
                        + " needs: opt.step(() -> loss(net)). line_search_fn=\"strong_wolfe\" searches the length of"
                        + " each move.")
                .example(
                        "x = param([3., 4.]); opt = lbfgs((x,)); opt.step(() -> (x ** 2).sum()); x.detach().abs().max()"
                                + " < 1e-6",
                        "tensor(true)")
                .is(Lbfgs::make);
    }

    private static Object make(Args args) {
        Object search = args.get("line_search_fn");
        if (search != None.NONE && !search.equals("strong_wolfe")) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "lbfgs: line_search_fn must be \"strong_wolfe\" or none, found " + tns.op.Display.quoted(search));
        }
        Optimizer made = new Optimizer(args, (self, closure) -> {
            if (closure == null) {
                throw new TnsException(ErrorKind.VALUE, "lbfgs: step needs a function that gives the loss")
                        .help("opt.step(() -> mse_loss(net(x), y))");
            }
            return new Lbfgs(self, closure).step();
        });
        if (made.groups().size() > 1) {
            throw new TnsException(ErrorKind.VALUE, "lbfgs: takes one group of parameters only").argument(0);
        }
        return made;
    }

    private List<Param> params() {
        return optimizer.groups().get(0).params();
    }

    private Tensor step() {
        Tensor first = evaluate();
        if (largest(gradient) <= s.real("tolerance_grad")) {
            count(0);
            return first;
        }
        double[] direction = {};
        double[] before = {};
        double length = state.real("t", 0);
        recall();
        if (state.tensor("d") instanceof Tensor d && state.tensor("prev_flat_grad") instanceof Tensor g) {
            direction = HostArray.doubles(d);
            before = HostArray.doubles(g);
        }
        long iterations = (long) s.real("max_iter");
        double limit = s.get("max_eval") instanceof Number n ? n.doubleValue() : Math.floor(iterations * 1.25);
        double tolerance = s.real("tolerance_change");
        long done = (long) state.real("n_iter", 0);
        for (long i = 1; i <= iterations; i++) {
            done++;
            if (done > 1) {
                remember(minus(gradient, before), times(direction, length));
            }
            direction = direction();
            before = gradient;
            double previous = loss;
            length = done == 1 ? Math.min(1, 1 / total(gradient)) * s.real("lr") : s.real("lr");
            double slope = dot(gradient, direction);
            if (slope > -tolerance) {
                break;
            }
            length = move(direction, length, slope, i == iterations);
            boolean flat = largest(gradient) <= s.real("tolerance_grad");
            if (flat
                    || evaluations >= limit
                    || largest(times(direction, length)) <= tolerance
                    || Math.abs(loss - previous) < tolerance) {
                break;
            }
        }
        params().forEach(Param::markGradUsed);
        keep(direction, before, length);
        count(done);
        return first;
    }

    /** Moves along the direction, and evaluates there unless it is the last move; the length in the end. */
    private double move(double[] direction, double length, double slope, boolean last) {
        double[] start = flat(params().stream().map(p -> p.value().detach()).toList());
        if (s.get("line_search_fn") == None.NONE) {
            set(start, direction, length);
            if (!last) {
                evaluate();
            }
            return length;
        }
        LineSearch.Point found = LineSearch.strongWolfe(
                t -> {
                    set(start, direction, t);
                    evaluate();
                    return new LineSearch.Point(t, loss, gradient, dot(gradient, direction));
                },
                length,
                new LineSearch.Point(0, loss, gradient, slope),
                largest(direction));
        set(start, direction, found.length());
        loss = found.loss();
        gradient = found.gradient();
        return found.length();
    }

    private Tensor evaluate() {
        Tensor value = closure.loss();
        evaluations++;
        loss = ((Number) value.item()).doubleValue();
        gradient = flat(params().stream()
                .map(p -> p.grad() instanceof Tensor g
                        ? g
                        : Tensor.allocate(
                                p.look().device(), p.look().dtype(), p.look().shape()))
                .toList());
        return value;
    }

    /** The direction of descent, by the two loops over the remembered pairs. */
    private double[] direction() {
        double[] q = times(gradient, -1);
        List<Pair> all = new ArrayList<>(pairs);
        double[] weights = new double[all.size()];
        for (int i = all.size() - 1; i >= 0; i--) {
            Pair pair = all.get(i);
            weights[i] = dot(pair.step, q) * pair.inverse;
            q = plus(q, pair.gradient, -weights[i]);
        }
        double[] r = times(q, curvature);
        for (int i = 0; i < all.size(); i++) {
            Pair pair = all.get(i);
            r = plus(r, pair.step, weights[i] - dot(pair.gradient, r) * pair.inverse);
        }
        return r;
    }

    private void remember(double[] y, double[] step) {
        double product = dot(y, step);
        if (product > LEAST_CURVATURE) {
            if (pairs.size() == (int) s.real("history_size") && !pairs.isEmpty()) {
                pairs.removeFirst();
            }
            pairs.add(new Pair(y, step, 1 / product));
            curvature = product / dot(y, y);
        }
    }

    private void recall() {
        curvature = state.real("H_diag", 1);
        if (state.other("old_dirs") instanceof Tuple ys
                && state.other("old_stps") instanceof Tuple steps
                && state.other("ro") instanceof Tuple inverses) {
            for (int i = 0; i < ys.size(); i++) {
                pairs.add(new Pair(
                        HostArray.doubles((Tensor) ys.get(i)),
                        HostArray.doubles((Tensor) steps.get(i)),
                        ((Number) inverses.get(i)).doubleValue()));
            }
        }
    }

    private void keep(double[] direction, double[] before, double length) {
        state.put("d", tensor(direction));
        state.put("t", length);
        state.put("prev_flat_grad", tensor(before));
        state.put("H_diag", curvature);
        state.put(
                "old_dirs", Tuple.of(pairs.stream().map(p -> tensor(p.gradient)).toArray()));
        state.put("old_stps", Tuple.of(pairs.stream().map(p -> tensor(p.step)).toArray()));
        state.put("ro", Tuple.of(pairs.stream().map(p -> (Object) p.inverse).toArray()));
    }

    private void count(long iterations) {
        state.put("n_iter", Math.max(iterations, (long) state.real("n_iter", 0)));
        state.put("func_evals", (long) state.real("func_evals", 0) + evaluations);
    }

    private Tensor tensor(double[] vector) {
        return Tensor.upload(params().get(0).value().device(), DType.FLOAT64, Shape.of(vector.length), vector.clone());
    }

    /** Sets the parameters to {@code start + length * direction}. */
    private void set(double[] start, double[] direction, double length) {
        double[] next = plus(start, direction, length);
        int at = 0;
        for (Param p : params()) {
            Tensor value = p.value();
            double[] part = Arrays.copyOfRange(next, at, at + value.elements());
            at += part.length;
            p.set(Casts.to(Tensor.upload(value.device(), DType.FLOAT64, value.shape(), part), value.dtype()));
        }
    }

    private static double[] flat(List<Tensor> tensors) {
        double[] all = new double[tensors.stream().mapToInt(Tensor::elements).sum()];
        int at = 0;
        for (Tensor t : tensors) {
            double[] part = HostArray.doubles(t);
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] plus(double[] a, double[] b, double factor) {
        double[] sum = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + factor * b[i];
        }
        return sum;
    }

    private static double[] minus(double[] a, double[] b) {
        return plus(a, b, -1);
    }

    private static double[] times(double[] a, double factor) {
        return Arrays.stream(a).map(x -> factor * x).toArray();
    }

    private static double total(double[] a) {
        return Arrays.stream(a).map(Math::abs).sum();
    }

    private static double largest(double[] a) {
        return Arrays.stream(a).map(Math::abs).max().orElse(0);
    }
}
