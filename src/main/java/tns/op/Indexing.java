package tns.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Shape;
import tns.tensor.Tensor;
import tns.tensor.View;

/**
 * {@code x[…]} and {@code x[…] = v}: ints, slices, {@code ...}, {@code none}, bools, int tensors and masks, with
 * PyTorch's placement of the indexed dims.
 */
public final class Indexing {
    private Indexing() {}

    /** The part of {@code x} that {@code index} names; a view where no tensor is among the items. Differentiable. */
    public static Object get(Context context, Tensor x, Object[] index) {
        if (!x.requiresGrad()) {
            int at = element(x, index);
            if (at >= 0) {
                // A copy: a view would keep x from being written in place, and a loop that reads and writes would copy
                // it.
                return Tensor.of(x.device().element(x.buffer(), at), Shape.SCALAR);
            }
        }
        Plan plan = plan(x, items(context, x, index));
        return plan.picked == null ? plan.base : pick(plan);
    }

    /**
     * {@code target} with {@code value}, which broadcasts, at {@code index}; the same tensor, written in place, when
     * nobody else can see it and nothing is tracked.
     */
    public static Tensor set(Context context, Tensor target, Object[] index, Object value) {
        Object[] items = items(context, target, index);
        Tensor part = Conversion.beside(context, target, value);
        if (part == null) {
            throw new TnsException(ErrorKind.VALUE, "assignment: a tensor cannot hold " + TypeName.describe(value));
        }
        if (part.device() != target.device()) {
            part = beside(target, part, "assignment");
        }
        boolean recorded = GradMode.enabled() && (target.requiresGrad() || part.requiresGrad());
        if (!recorded && target.isExclusive()) {
            write(target, items, part);
            return target;
        }
        if (!recorded) {
            Tensor copy = Casts.duplicate(target.detach());
            write(copy, items, part);
            return copy;
        }
        return recorded(target, items, part);
    }

    /** The part of an untracked {@code x} under one int, for a reader who keeps nothing; null for any other index. */
    public static @Nullable Tensor peek(Tensor x, Object[] index) {
        boolean row = index.length == 1 && x.rank() > 1 && index[0] instanceof Long && !x.requiresGrad();
        return row ? x.window(x.view().select(0, place((Long) index[0], x, 0))) : null;
    }

    /**
     * Writes a host number to one element in place, where {@code index} names one and nobody else can see {@code target};
     * otherwise it changes nothing and returns false.
     */
    public static boolean put(Tensor target, Object[] index, Object value) {
        if (!target.isExclusive()) {
            return false;
        }
        Number number = value instanceof Number n ? n : value instanceof Boolean b ? (Number) (b ? 1L : 0L) : null;
        int at = number == null ? -1 : element(target, index);
        if (at < 0 || number == null) {
            return false;
        }
        target.device().store(target.buffer(), at, number);
        return true;
    }

    /** The position in the buffer of the one element that ints name, or -1 when {@code index} is anything else. */
    private static int element(Tensor x, Object[] index) {
        if (index.length != x.rank() || index.length == 0) {
            return -1;
        }
        for (Object item : index) {
            if (!(item instanceof Long)) {
                return -1;
            }
        }
        int at = x.view().offset();
        for (int d = 0; d < index.length; d++) {
            at += x.view().strides()[d] * place((Long) index[d], x, d);
        }
        return at;
    }

    /** The items with tuples of ints as int tensors, and those in host memory where {@code x} is. */
    private static Object[] items(Context context, Tensor x, Object[] index) {
        for (Object item : index) {
            if (item instanceof Tuple || item instanceof Tensor t && t.device() != x.device()) {
                return Arrays.stream(index)
                        .map(i -> i instanceof Tuple t ? Creation.convert(context, t) : i)
                        .map(i -> i instanceof Tensor t ? beside(x, t, "index") : i)
                        .toArray();
            }
        }
        return index;
    }

    /** A tensor of host memory where {@code x} is; one of another device stays an error. */
    private static Tensor beside(Tensor x, Tensor t, String op) {
        if (t.device().isHost()) {
            return ShapeOps.onDevice(t, x.device());
        }
        Broadcasting.device(op, x, t);
        return t;
    }

    private static void write(Tensor target, Object[] index, Tensor part) {
        Tensor positions = positions(target, index);
        if (positions == null) {
            Tensor window = target.window(basicView(target, index));
            Casts.write(fitted(part.detach(), window.shape()), window);
            return;
        }
        Tensor column = Movement.reshape(
                Casts.to(fitted(part.detach(), positions.shape()), target.dtype()), Shape.of(positions.elements(), 1));
        Tensor flat = Tensor.of(target.buffer(), Shape.of(target.buffer().size(), 1));
        target.device().put(flat, Movement.reshape(positions, Shape.of(positions.elements())), column, false);
    }

    /** The differentiable form: elements put into a flat copy at the positions the index names. */
    private static Tensor recorded(Tensor target, Object[] index, Tensor part) {
        long[] all = new long[target.elements()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        Tensor numbered = Tensor.upload(target.device(), DType.INT64, target.shape(), all);
        Plan plan = plan(numbered, index);
        Tensor places = plan.picked == null ? plan.base : pick(plan);
        Tensor source = Casts.to(fitted(part, places.shape()), target.dtype());
        Tensor flat = Selection.putRows(
                Movement.reshape(target, Shape.of(target.elements(), 1)),
                Casts.contiguous(Movement.reshape(places, Shape.of(places.elements()))),
                Movement.reshape(source, Shape.of(places.elements(), 1)),
                false);
        return Movement.reshape(flat, target.shape());
    }

    private static Tensor fitted(Tensor part, Shape shape) {
        Shape own = part.shape();
        while (own.rank() > shape.rank() && own.size(0) == 1) {
            own = own.without(0);
        }
        if (!shape.equals(Shape.broadcast(own, shape))) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "assignment: a value of shape " + part.shape() + " does not fit a place of shape " + shape)
                    .help("each dim of the value must be equal or 1");
        }
        return Movement.expand(Movement.reshape(part, own), shape);
    }

    /** Buffer positions of the elements a tensor index names in a contiguous target; null without a tensor index. */
    private static @Nullable Tensor positions(Tensor target, Object[] index) {
        boolean basic = true;
        for (Object item : index) {
            basic &= !(item instanceof Tensor t && !isPlainInt(t)) && !(item instanceof Boolean);
        }
        if (basic) {
            return null;
        }
        long[] all = new long[target.elements()];
        for (int i = 0; i < all.length; i++) {
            all[i] = (long) target.view().offset() + i;
        }
        Plan plan = plan(Tensor.upload(target.device(), DType.INT64, target.shape(), all), index);
        return Casts.contiguous(plan.picked == null ? plan.base : pick(plan));
    }

    private static View basicView(Tensor target, Object[] index) {
        if (index.length == 1 && index[0] instanceof Long i && target.rank() > 0) {
            return target.view().select(0, place(i, target, 0));
        }
        return plan(target.window(target.view()), index).base.view();
    }

    private static int place(long i, Tensor x, int dim) {
        int size = x.size(dim);
        if (i < -size || i >= size) {
            throw new TnsException(
                    ErrorKind.INDEX, "index: " + i + " is out of range for dim " + dim + " of size " + size);
        }
        return (int) (i < 0 ? i + size : i);
    }

    /**
     * An index half done.
     *
     * @param base x after every int, slice, none and ellipsis
     * @param picked for each dim of {@code base} the int tensor that indexes it, or null; null when none does
     */
    private record Plan(Tensor base, @Nullable Tensor @Nullable [] picked) {}

    private static boolean isPlainInt(Tensor t) {
        return t.rank() == 0 && t.dtype() == DType.INT64;
    }

    private static Plan plan(Tensor x, Object[] index) {
        Object[] items = expanded(x, index);
        List<@Nullable Tensor> picks = new ArrayList<>();
        Tensor base = x;
        int original = 0;
        for (Object item : items) {
            int d = picks.size();
            switch (item) {
                case None n -> {
                    base = Movement.unsqueeze(base, d);
                    picks.add(null);
                }
                case Boolean b -> {
                    base = Movement.unsqueeze(base, d);
                    picks.add(Tensor.upload(x.device(), DType.INT64, Shape.of(b ? 1 : 0), new long[b ? 1 : 0]));
                }
                case Long i -> {
                    base = Movement.select(base, d, place(i, x, original));
                    original++;
                }
                case Tensor t
                when isPlainInt(t) -> {
                    long i = (Long) t.item();
                    base = Movement.select(base, d, place(i, x, original));
                    original++;
                }
                case Slice s -> {
                    base = sliced(base, d, s);
                    picks.add(null);
                    original++;
                }
                case Tensor t
                when t.dtype() == DType.BOOL -> {
                    requireMaskFits("index", t, x, original);
                    // Its dims are one to what follows, so that a mask is one index however many it has.
                    base = Movement.reshape(base, merged(base.shape(), d, t.rank()));
                    picks.add(Masks.places(t));
                    original += t.rank();
                }
                case Tensor t -> {
                    Selection.requireInts("index", t);
                    picks.add(Selection.wrapped("index", t, x.size(original), original));
                    original++;
                }
                default ->
                    throw new TnsException(
                                    ErrorKind.INDEX,
                                    "index: " + TypeName.describe(item) + " is not an index of a tensor")
                            .help("ints, slices a:b, ..., none, int tensors and bool masks are");
            }
        }
        @Nullable Tensor[] picked = picks.toArray(new Tensor[0]);
        boolean any = Arrays.stream(picked).anyMatch(p -> p != null);
        return new Plan(base, any ? picked : null);
    }

    /** The shape with {@code count} dims from {@code d} on as one; with one of size 1 there where they are none. */
    private static Shape merged(Shape shape, int d, int count) {
        Shape held = shape.part(d, d + count);
        return shape.part(0, d).concat(Shape.of(held.elements())).concat(shape.part(d + count, shape.rank()));
    }

    /** Refuses a mask that is not of the sizes of x's dims from {@code from} on. */
    static void requireMaskFits(String op, Tensor mask, Tensor x, int from) {
        for (int k = 0; k < mask.rank(); k++) {
            if (from + k >= x.rank() || mask.size(k) != x.size(from + k)) {
                throw new TnsException(
                        ErrorKind.INDEX,
                        op + ": the mask " + mask.shape() + " does not fit " + x.shape() + " from dim " + from);
            }
        }
    }

    /** The items with {@code ...} and missing trailing dims written out as whole slices. */
    private static Object[] expanded(Tensor x, Object[] index) {
        int used = 0;
        int ellipsis = -1;
        for (int i = 0; i < index.length; i++) {
            Object item = index[i];
            if (item == Ellipsis.ELLIPSIS) {
                if (ellipsis >= 0) {
                    throw new TnsException(ErrorKind.INDEX, "index: at most one ...");
                }
                ellipsis = i;
            } else if (item instanceof Tensor t && t.dtype() == DType.BOOL) {
                used += t.rank();
            } else if (item != None.NONE && !(item instanceof Boolean)) {
                used++;
            }
        }
        if (used > x.rank()) {
            throw x.rank() == 0
                    ? new TnsException(ErrorKind.INDEX, "index: a 0-d tensor has no dims to index")
                            .help("item() gives its number")
                    : new TnsException(
                            ErrorKind.INDEX,
                            "index: " + used + " indices for the " + x.rank() + " dims of " + x.describe());
        }
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < index.length; i++) {
            if (i == ellipsis) {
                for (int k = used; k < x.rank(); k++) {
                    all.add(Slice.ALL);
                }
            } else {
                all.add(index[i]);
            }
        }
        if (ellipsis < 0) {
            for (int k = used; k < x.rank(); k++) {
                all.add(Slice.ALL);
            }
        }
        return all.toArray();
    }

    private static Tensor sliced(Tensor x, int d, Slice s) {
        int size = x.size(d);
        long step = s.step() == null ? 1 : s.step();
        if (step == 0) {
            throw new TnsException(ErrorKind.INDEX, "slice: the step cannot be 0");
        }
        long start = bound(s.start(), step > 0 ? 0 : size - 1, size, step);
        long stop = bound(s.stop(), step > 0 ? size : -1, size, step);
        long span = step > 0 ? stop - start : start - stop;
        int count = span <= 0 ? 0 : (int) ((span + Math.abs(step) - 1) / Math.abs(step));
        return Movement.slice(x, d, count == 0 ? 0 : (int) start, (int) step, count);
    }

    private static long bound(@Nullable Long bound, long natural, int size, long step) {
        if (bound == null) {
            return natural;
        }
        long from = bound < 0 ? bound + size : bound;
        return Math.max(step > 0 ? 0 : -1, Math.min(step > 0 ? size : size - 1, from));
    }

    /** Applies the int tensors: their dims are indexed together and stand where the first of them stood, or first. */
    private static Tensor pick(Plan plan) {
        Tensor base = plan.base;
        @Nullable Tensor[] picked = java.util.Objects.requireNonNull(plan.picked);
        List<Integer> dims = new ArrayList<>();
        List<Tensor> indices = new ArrayList<>();
        for (int d = 0; d < picked.length; d++) {
            Tensor index = picked[d];
            if (index != null) {
                dims.add(d);
                indices.add(index);
            }
        }
        if (indices.size() == 1 && Selection.goesAlong(base, dims.getFirst())) {
            return picked(base, dims.getFirst(), indices.getFirst());
        }
        boolean adjacent = dims.getLast() - dims.getFirst() == dims.size() - 1;
        int[] order = new int[base.rank()];
        int at = 0;
        for (int d : dims) {
            order[at++] = d;
        }
        for (int d = 0; d < base.rank(); d++) {
            if (!dims.contains(d)) {
                order[at++] = d;
            }
        }
        Tensor front = Movement.permute(base, order);
        int k = dims.size();
        Shape indexed = front.shape().part(0, k);
        Shape rest = front.shape().part(k, front.rank());
        Shape shape = Broadcasting.shape("index", indices.toArray(new Tensor[0]));
        int[] strides = indexed.contiguousStrides();
        Tensor rows = Movement.expand(indices.getLast(), shape); // the last stride is 1
        for (int i = 0; i < k - 1; i++) {
            Tensor step = Reductions.scalar(indices.get(i), strides[i]);
            rows = Arithmetic.ADD.apply(rows, Arithmetic.MUL.apply(indices.get(i), step));
        }
        Tensor table = Movement.reshape(front, Shape.of(indexed.elements(), rest.elements()));
        Tensor taken = Selection.takeRows(table, Movement.reshape(rows, Shape.of(rows.elements())));
        Tensor y = Movement.reshape(taken, shape.concat(rest));
        if (!adjacent || dims.getFirst() == 0) {
            return y;
        }
        int first = dims.getFirst();
        int[] back = new int[y.rank()];
        int next = 0;
        for (int d = 0; d < first; d++) {
            back[next++] = shape.rank() + d;
        }
        for (int d = 0; d < shape.rank(); d++) {
            back[next++] = d;
        }
        for (int d = first; d < rest.rank(); d++) {
            back[next++] = shape.rank() + d;
        }
        return Movement.permute(y, back);
    }

    /** The slices of one dim, in the index's shape where that dim was. */
    private static Tensor picked(Tensor base, int dim, Tensor index) {
        Tensor slices = Selection.slices(base, dim, Movement.reshape(index, Shape.of(index.elements())));
        Shape shape = base.shape();
        return Movement.reshape(
                slices, shape.part(0, dim).concat(index.shape()).concat(shape.part(dim + 1, shape.rank())));
    }
}
