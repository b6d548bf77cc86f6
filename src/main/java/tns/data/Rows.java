package tns.data;

import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Casts;
import tns.op.Movement;
import tns.op.Selection;
import tns.op.ShapeOps;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Param;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** One or several tensors whose first dims belong together: row i of each is the same example. */
final class Rows {
    private final List<Tensor> tensors;
    private final boolean alone;

    private Rows(List<Tensor> tensors, boolean alone) {
        this.tensors = tensors;
        this.alone = alone;
    }

    /**
     * The rows of {@code values}, the arguments of {@code op} from the first on, or of the one tuple among them.
     *
     * @throws TnsException when one is no tensor, has no rows, or not as many as the first
     */
    static Rows of(String op, List<Object> values) {
        if (values.size() == 1 && values.getFirst() instanceof Tuple several && several.size() > 0) {
            return new Rows(checked(op, several.items(), true), false);
        }
        return new Rows(checked(op, values, false), values.size() == 1);
    }

    private static List<Tensor> checked(String op, List<Object> values, boolean packed) {
        if (values.isEmpty()) {
            throw new TnsException(ErrorKind.VALUE, op + ": needs at least one tensor")
                    .help(op + "(x, y, …) takes tensors with one example in each row");
        }
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            Tensor t = tensor(op, values.get(i), packed ? 0 : i);
            int n = tensors.isEmpty() ? t.size(0) : tensors.getFirst().size(0);
            if (t.size(0) != n) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                op + ": the tensors must have as many rows each, found "
                                        + tensors.getFirst().describe() + " and " + t.describe() + " (" + n + " vs "
                                        + t.size(0) + ")")
                        .help("the first dim counts the examples")
                        .argument(packed ? 0 : i);
            }
            tensors.add(Casts.contiguous(t));
        }
        return tensors;
    }

    private static Tensor tensor(String op, Object value, int argument) {
        Tensor t = value instanceof Tensor given ? given : value instanceof Param p ? p.value() : null;
        if (t == null) {
            TnsException wrong = new TnsException(
                            ErrorKind.VALUE, op + ": needs tensors, found " + TypeName.describe(value))
                    .argument(argument);
            throw value instanceof Iterable<?> ? wrong.help("tensor(x) makes one of a tuple or list") : wrong;
        }
        if (t.rank() == 0) {
            throw new TnsException(ErrorKind.SHAPE, op + ": a 0-d tensor has no rows")
                    .help("the first dim counts the examples")
                    .argument(argument);
        }
        return t;
    }

    /** The number of examples. */
    int count() {
        return tensors.getFirst().size(0);
    }

    List<Tensor> tensors() {
        return tensors;
    }

    /** The rows from {@code start} to before {@code stop}: views. */
    Rows range(int start, int stop) {
        return new Rows(
                tensors.stream().map(t -> Movement.range(t, 0, start, stop)).toList(), alone);
    }

    /** The rows at these places: copies. */
    Rows at(Order order, int start, int stop) {
        return new Rows(
                tensors.stream()
                        .map(t -> Selection.rows(t, Movement.range(order.on(t.device()), 0, start, stop)))
                        .toList(),
                alone);
    }

    /** The tensor when there is one alone, else the tuple of them. */
    Object value() {
        return alone ? tensors.getFirst() : Tuple.of(tensors);
    }

    /** Places of rows in some order, on whichever device they are asked for. */
    static final class Order {
        private final Device host;
        private final long[] places;
        private final List<Tensor> uploaded = new ArrayList<>();

        Order(Device host, long[] places) {
            this.host = host;
            this.places = places;
        }

        private Tensor on(Device device) {
            for (Tensor there : uploaded) {
                if (there.device() == device) {
                    return there;
                }
            }
            Tensor here = Tensor.upload(host, DType.INT64, Shape.of(places.length), places.clone());
            Tensor there = ShapeOps.onDevice(here, device);
            uploaded.add(there);
            return there;
        }
    }
}
