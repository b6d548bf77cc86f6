package tns.op;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.HostArray;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Elements sent to places of a tensor and folded there: torch.scatter_reduce. Where a fold has no order of its own, a
 * place that is named several times gets its elements in as many rounds.
 */
final class ScatterReduction {
    private final Tensor x;
    /** The elements of x, [n, 1], and those that are sent, [k, 1]. */
    private final Tensor table;

    private final Tensor column;
    /** Where they are sent, [k]. */
    private final Tensor rows;

    /** Whether a place that is named keeps what x has there. */
    private final boolean include;

    /** @param op what messages call it */
    ScatterReduction(String op, Tensor x, int dim, Tensor index, Tensor source, boolean include) {
        Selection.requireInts(op, index);
        Broadcasting.device(op, x, index, source);
        this.x = x;
        this.table = Movement.reshape(x, Shape.of(x.elements(), 1));
        this.column = Selection.column(op, x, index, source);
        this.rows = Selection.places(op, x, dim, index);
        this.include = include;
    }

    /** The fold of that name. */
    Tensor reduced(String reduce) {
        return switch (reduce) {
            case "sum" -> Movement.reshape(sums(), x.shape());
            case "prod" -> product();
            case "mean" -> mean();
            case "amax" -> extreme(Arithmetic.MAXIMUM);
            case "amin" -> extreme(Arithmetic.MINIMUM);
            default ->
                throw new TnsException(ErrorKind.VALUE, "scatter_reduce: unknown reduce \"" + reduce + '"')
                        .help("\"sum\", \"prod\", \"mean\", \"amax\" or \"amin\"");
        };
    }

    Tensor product() {
        return Movement.reshape(inRounds(table, column, Arithmetic.MUL), x.shape());
    }

    private Tensor sums() {
        Tensor start = include ? table : Selection.putRows(table, rows, like(column, 0), false);
        return Selection.putRows(start, rows, column, true);
    }

    /** A mean of ints is rounded down, as in PyTorch. */
    private Tensor mean() {
        Tensor counts = Selection.putRows(like(table, include ? 1 : 0), rows, like(column, 1), true);
        Tensor some = Arithmetic.MAXIMUM.apply(counts, Reductions.scalar(x, 1));
        Pointwise divide = x.dtype().isFloat() ? Arithmetic.DIV : Arithmetic.FLOOR_DIVIDE;
        return Movement.reshape(divide.apply(sums(), some), x.shape());
    }

    /** Elements equal to the extreme share its gradient. */
    private Tensor extreme(Pointwise better) {
        Tensor extremes = inRounds(table.detach(), column.detach(), better);
        Tensor y = Matrices.tracked(
                "scatter_reduce",
                extremes,
                (i, found, dy) -> {
                    Tensor own = same(table.detach(), found.detach());
                    own = include ? own : Selection.putRows(own, rows, like(column, 0), false);
                    Tensor sent = same(column.detach(), Selection.takeRows(found.detach(), rows));
                    Tensor share = Arithmetic.DIV.apply(dy, Selection.putRows(own, rows, sent, true));
                    return i == 0
                            ? Arithmetic.MUL.apply(share, own)
                            : Arithmetic.MUL.apply(Selection.takeRows(share, rows), sent);
                },
                table,
                column);
        return Movement.reshape(y, x.shape());
    }

    private static Tensor same(Tensor a, Tensor b) {
        return Casts.to(Reductions.SAME.apply(a, b), a.dtype());
    }

    private static Tensor like(Tensor t, double value) {
        return Movement.expand(Reductions.scalar(t, value), t.shape());
    }

    /** {@code start} with the elements combined into it one by one; where x is not included, the first takes its place. */
    private Tensor inRounds(Tensor start, Tensor elements, Pointwise combine) {
        Tensor result = start;
        long[] places = HostArray.longs(rows);
        boolean first = !include;
        for (List<Integer> round : rounds(places)) {
            Tensor chosen = Selection.ints(x.device(), round.stream().mapToLong(i -> i));
            Tensor where = Selection.ints(x.device(), round.stream().mapToLong(i -> places[i]));
            Tensor sent = Selection.takeRows(elements, chosen);
            Tensor next = first ? sent : combine.apply(Selection.takeRows(result, where), sent);
            result = Selection.putRows(result, where, next, false);
            first = false;
        }
        return result;
    }

    /** The positions in {@code places}, so that in none of the lists two have the same place. */
    private static List<List<Integer>> rounds(long[] places) {
        List<List<Integer>> rounds = new ArrayList<>();
        Map<Long, Integer> times = new HashMap<>();
        for (int i = 0; i < places.length; i++) {
            int round = times.merge(places[i], 1, Integer::sum) - 1;
            if (round == rounds.size()) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(round).add(i);
        }
        return rounds;
    }

    /** Refuses elements of another dtype than x, as PyTorch does. */
    static void requireDType(Tensor x, Tensor source) {
        if (x.dtype() != source.dtype() || x.dtype() == DType.BOOL) {
            throw new TnsException(
                            ErrorKind.DTYPE,
                            "scatter_reduce: x and src must be numbers of one dtype, found " + x.describe() + " and "
                                    + source.describe())
                    .help("src.to(x.dtype) converts");
        }
    }
}
