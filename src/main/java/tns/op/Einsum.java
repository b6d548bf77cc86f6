package tns.op;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Sums of products named by subscripts, as {@code einsum("ij,jk->ik", a, b)}: operands are contracted two at a time, from
 * the left, each pair by one batched matrix product.
 */
public final class Einsum {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("matrix products");

    static {
        FAMILY.define("einsum(equation: string, *operands: tensors)")
                .doc("The sum of products that subscripts name, a letter for each dim: one given twice is multiplied"
                        + " elementwise, one missing behind -> is summed over, ... are any dims. Without -> the letters"
                        + " that occur once are kept in alphabetical order.")
                .example("einsum(\"ij,jk->ik\", [[1, 2], [3, 4]], [[1], [1]])", "tensor([[3],\n        [7]])")
                .example("einsum(\"ii\", [[1, 2], [3, 4]])", "tensor(5)")
                .gradient("einsum(\"ij,jk->ik\", x, y)", "x: [2, 3]", "y: [3, 2]")
                .gradient("einsum(\"bij, bjk , bk -> bi\", x, y, z)", "x: [2, 2, 3]", "y: [2, 3, 2]", "z: [2, 2]")
                .gradient("einsum(\"...ii->...i\", x)", "x: [2, 3, 3]")
                .gradient("einsum(\"i...,j->...\", x, y)", "x: [2, 3]", "y: [2]")
                .is(args -> new Einsum(args.text("equation"), args.tensors("operands")).result());
    }

    /** A tensor and a label for each of its dims: letters, and -1, -2 … for the dims of an ellipsis from the last. */
    private record Labelled(Tensor tensor, List<Integer> labels) {
        int size(int label) {
            return tensor.size(labels.indexOf(label));
        }

        /** The dims in the order of {@code wanted}, which are all of its labels. */
        Tensor ordered(List<Integer> wanted) {
            return Movement.permute(
                    tensor, wanted.stream().mapToInt(labels::indexOf).toArray());
        }

        int product(List<Integer> some) {
            return some.stream().mapToInt(this::size).reduce(1, (a, b) -> a * b);
        }
    }

    private final String equation;
    private final List<Labelled> operands = new ArrayList<>();
    private final Map<Integer, Integer> sizes = new TreeMap<>();
    private final Map<Integer, Integer> uses = new TreeMap<>();
    private final List<Integer> output;

    private Einsum(String given, Tensor[] tensors) {
        equation = given.replaceAll("\\s", "");
        int arrow = equation.indexOf("->");
        String left = arrow < 0 ? equation : equation.substring(0, arrow);
        String[] subscripts = left.split(",", -1);
        if (subscripts.length != tensors.length) {
            throw wrong(subscripts.length + " subscripts for " + tensors.length + " tensors");
        }
        Broadcasting.device("einsum", tensors);
        for (Tensor t : tensors) {
            if (t.dtype() != tensors[0].dtype()) {
                throw new TnsException(
                                ErrorKind.DTYPE,
                                "einsum: dtypes differ: " + tensors[0].describe() + " and " + t.describe())
                        .help("convert one of them: x.to(" + DType.promote(t.dtype(), tensors[0].dtype()) + ")");
            }
        }
        for (int i = 0; i < tensors.length; i++) {
            operands.add(operand(subscripts[i], tensors[i]));
        }
        output = arrow < 0 ? implicit() : labels(equation.substring(arrow + 2), ellipsis(), "the result");
        for (int label : output) {
            if (!sizes.containsKey(label)) {
                throw wrong("'" + (char) label + "' of the result is in no operand");
            }
            if (output.indexOf(label) != output.lastIndexOf(label)) {
                throw wrong("'" + (char) label + "' is twice in the result");
            }
        }
    }

    private TnsException wrong(String what) {
        return new TnsException(ErrorKind.VALUE, "einsum: " + what + " in \"" + equation + '"')
                .help("einsum(\"ij,jk->ik\", a, b) is the matrix product");
    }

    /** The number of dims that an ellipsis stands for. */
    private int ellipsis() {
        int most = 0;
        for (int label : sizes.keySet()) {
            most = Math.max(most, -label);
        }
        return most;
    }

    private List<Integer> implicit() {
        List<Integer> kept = new ArrayList<>();
        for (int d = ellipsis(); d > 0; d--) {
            kept.add(-d);
        }
        uses.forEach((label, count) -> {
            if (label > 0 && count == 1) {
                kept.add(label);
            }
        });
        return kept;
    }

    /** The labels of one term, with {@code dims} in place of an ellipsis. */
    private List<Integer> labels(String subscript, int dims, String place) {
        List<Integer> labels = new ArrayList<>();
        boolean seen = false;
        for (int i = 0; i < subscript.length(); i++) {
            char c = subscript.charAt(i);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
                labels.add((int) c);
            } else if (!seen && subscript.startsWith("...", i)) {
                seen = true;
                i += 2;
                for (int d = dims; d > 0; d--) {
                    labels.add(-d);
                }
            } else {
                throw wrong("'" + c + "' is no subscript for " + place);
            }
        }
        return labels;
    }

    private Labelled operand(String subscript, Tensor given) {
        boolean open = subscript.contains("...");
        int letters = subscript.length() - (open ? 3 : 0);
        if (open ? letters > given.rank() : letters != given.rank()) {
            throw new TnsException(
                            ErrorKind.SHAPE,
                            "einsum: '" + subscript + "' names " + letters + " dims, but the tensor is "
                                    + given.describe())
                    .help("... stands for any number of dims");
        }
        List<Integer> labels = labels(subscript, given.rank() - letters, "an operand");
        for (int d = 0; d < labels.size(); d++) {
            int label = labels.get(d);
            int size = given.size(d);
            int known = sizes.merge(label, size, (a, b) -> a == 1 ? b : a);
            if (size != known && size != 1) {
                throw new TnsException(
                        ErrorKind.SHAPE,
                        "einsum: "
                                + (label > 0 ? "'" + (char) label + "'" : "a dim of the ellipsis")
                                + " is " + known + " in one place and " + size + " in another of \"" + equation + '"');
            }
            uses.merge(label, 1, Integer::sum);
        }
        return new Labelled(given, labels);
    }

    private Tensor result() {
        Labelled all = prepared(operands.getFirst());
        for (int i = 1; i < operands.size(); i++) {
            Labelled next = prepared(operands.get(i));
            Set<Integer> later = new LinkedHashSet<>(output);
            operands.subList(i + 1, operands.size()).forEach(o -> later.addAll(o.labels));
            all = contracted(summed(all, next, later), summed(next, all, later), later);
        }
        all = summed(all, new Labelled(all.tensor, List.of()), new LinkedHashSet<>(output));
        Tensor y = all.tensor;
        List<Integer> labels = new ArrayList<>(all.labels);
        int[] shape = new int[output.size()];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = sizes.getOrDefault(output.get(d), 1);
            if (!labels.contains(output.get(d))) {
                // A dim of size 1 in every operand was dropped.
                y = Movement.unsqueeze(y, labels.size());
                labels.add(output.get(d));
            }
        }
        return Movement.expand(new Labelled(y, labels).ordered(output), Shape.of(shape));
    }

    /** Repeated labels become a diagonal, and dims of size 1 are dropped: they broadcast. */
    private static Labelled prepared(Labelled operand) {
        Tensor x = operand.tensor;
        List<Integer> labels = new ArrayList<>(operand.labels);
        for (int d = labels.size() - 1; d >= 0; d--) {
            if (x.size(d) == 1) {
                x = Movement.squeeze(x, d);
                labels.subList(d, d + 1).clear();
            }
        }
        for (int d = 0; d < labels.size(); d++) {
            int first = labels.indexOf(labels.get(d));
            if (first < d) {
                int label = labels.get(d);
                x = Movement.diagonal(x, 0, first, d);
                labels.subList(d, d + 1).clear();
                labels.subList(first, first + 1).clear();
                labels.add(label);
                d = -1;
            }
        }
        return new Labelled(x, labels);
    }

    /** {@code x} without the labels that neither the other operand nor anything later has. */
    private static Labelled summed(Labelled x, Labelled other, Set<Integer> later) {
        List<Integer> kept = new ArrayList<>();
        List<Integer> folded = new ArrayList<>();
        for (int label : x.labels) {
            (later.contains(label) || other.labels.contains(label) ? kept : folded).add(label);
        }
        if (folded.isEmpty()) {
            return x;
        }
        int[] dims = folded.stream().mapToInt(x.labels::indexOf).toArray();
        return new Labelled(Reductions.sum(x.tensor, Dims.of(x.tensor, dims, false)), kept);
    }

    private static Labelled contracted(Labelled x, Labelled y, Set<Integer> later) {
        List<Integer> batch = new ArrayList<>();
        List<Integer> inner = new ArrayList<>();
        List<Integer> left = new ArrayList<>();
        for (int label : x.labels) {
            (!y.labels.contains(label) ? left : later.contains(label) ? batch : inner).add(label);
        }
        List<Integer> right = new ArrayList<>(y.labels);
        right.removeAll(x.labels);
        int groups = x.product(batch);
        int rows = x.product(left);
        int columns = y.product(right);
        Tensor a = x.ordered(joined(batch, left, inner));
        Tensor b = y.ordered(joined(batch, inner, right));
        Tensor product;
        if (inner.isEmpty()) {
            product = Arithmetic.MUL.apply(
                    Movement.reshape(a, Shape.of(groups, rows, 1)), Movement.reshape(b, Shape.of(groups, 1, columns)));
        } else {
            int k = x.product(inner);
            if (x.tensor.dtype() == DType.BOOL) {
                throw new TnsException(ErrorKind.DTYPE, "einsum: products of bools cannot be summed")
                        .help("convert them first: x.int()");
            }
            product = Contraction.matmul(
                    Movement.reshape(a, Shape.of(groups, rows, k)), Movement.reshape(b, Shape.of(groups, k, columns)));
        }
        List<Integer> labels = joined(batch, left, right);
        int[] shape = labels.stream()
                .mapToInt(l -> x.labels.contains(l) ? x.size(l) : y.size(l))
                .toArray();
        return new Labelled(Movement.reshape(product, Shape.of(shape)), labels);
    }

    private static List<Integer> joined(List<Integer> a, List<Integer> b, List<Integer> c) {
        List<Integer> all = new ArrayList<>(a);
        all.addAll(b);
        all.addAll(c);
        return all;
    }
}
