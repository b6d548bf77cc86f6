package tns.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Family;
import tns.op.None;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.Tensor;

/** The functions of the language that prepare data: batches and parts. */
public final class DataOps {
    public static final Family FAMILY = new Family("data");

    static {
        FAMILY.define("batches(*xs: any, batch_size: int = none, shuffle: bool = false, drop_last: bool = false)")
                .doc("The rows of one or several tensors, batch_size at a time, for a loop:"
                        + " for xb, yb in batches(x, y, 32, shuffle=true) { … }. The last int is the batch size."
                        + " Every loop shuffles anew, by randperm; drop_last=true leaves out a last batch that is"
                        + " smaller. len(b) is the number of batches.")
                .example(
                        "tuple(batches([1, 2, 3], [4, 5, 6], 2))",
                        "((tensor([1, 2]), tensor([4, 5])), (tensor([3]), tensor([6])))")
                .example("[b.sum() for b in batches([1, 2, 3, 4], batch_size=2)]", "tensor([3, 7])")
                .example("len(batches(zeros(100, 2), 32, shuffle=true))", "4")
                .gradient("cat(tuple(batches(x, 2)))", "x: [3, 2]")
                .is(DataOps::batches);
        FAMILY.define("train_test_split(*xs: any, test_size: number = 0.25, shuffle: bool = true)")
                .doc("Each tensor in two parts, (x_train, x_test, y_train, y_test): rows in random order, by"
                        + " randperm, of which test_size, a fraction or a number of rows, are for the test.")
                .example(
                        "train_test_split([1, 2, 3, 4], [5, 6, 7, 8], shuffle=false)",
                        "(tensor([1, 2, 3]), tensor([4]), tensor([5, 6, 7]), tensor([8]))")
                .example("x_train, x_test = train_test_split(arange(10), test_size=3); x_test.shape", "(3,)")
                .gradient("train_test_split(x, shuffle=false)[0]", "x: [3, 2]")
                .is(DataOps::trainTestSplit);
        FAMILY.define("random_split(x: any, lengths: any)")
                .doc("The rows of a tensor, or of a tuple of tensors together, in random order, by randperm, in"
                        + " parts of the given lengths, or fractions that add up to 1.")
                .example("map(random_split(arange(10), (8, 2)), len)", "(8, 2)")
                .example("train, test = random_split((arange(10), arange(10)), (0.8, 0.2)); len(train[0])", "8")
                .gradient("random_split(x, (3,))[0].sum(dim=0)", "x: [3, 2]")
                .is(DataOps::randomSplit);
    }

    private DataOps() {}

    private static List<Object> given(Args args) {
        return new ArrayList<>(((Tuple) args.get("xs")).items());
    }

    private static Object batches(Args args) {
        List<Object> given = given(args);
        Object size = args.get("batch_size");
        if (!args.has("batch_size")
                && !given.isEmpty()
                && (given.getLast() instanceof Long || given.size() > 1 && !(given.getLast() instanceof Tensor))) {
            size = given.removeLast();
        }
        Rows rows = Rows.of("batches", given);
        if (!(size instanceof Long rowsEach)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            size == None.NONE
                                    ? "batches: the batch size is missing"
                                    : "batches: the batch size must be an int, found " + TypeName.describe(size))
                    .help("batches(x, y, 32), or batches(x, y, batch_size=32)");
        }
        if (rowsEach < 1) {
            throw new TnsException(ErrorKind.VALUE, "batches: the batch size must be at least 1, found " + rowsEach);
        }
        return new Batches(
                args.context(),
                rows,
                (int) Math.min(rowsEach, Integer.MAX_VALUE),
                args.flag("shuffle"),
                args.flag("drop_last"));
    }

    /** scikit-learn's: the number of test rows is rounded up, and they come first in the random order. */
    private static Object trainTestSplit(Args args) {
        Rows rows = Rows.of("train_test_split", given(args));
        int n = rows.count();
        Object size = args.get("test_size");
        double wanted = size instanceof Long count ? count : Math.ceil(args.real("test_size") * n);
        boolean fraction = size instanceof Double;
        if (!(wanted >= 1 && wanted < n) || fraction && !(args.real("test_size") < 1)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "train_test_split: test_size " + size + " of " + n
                                    + " rows leaves no row for the training or for the test")
                    .help("a fraction between 0 and 1, or a number of rows");
        }
        int test = (int) wanted;
        List<Object> parts = new ArrayList<>();
        Rows first;
        Rows second;
        if (args.flag("shuffle")) {
            Rows.Order order = shuffled(args, n);
            first = rows.at(order, test, n);
            second = rows.at(order, 0, test);
        } else {
            first = rows.range(0, n - test);
            second = rows.range(n - test, n);
        }
        for (int i = 0; i < rows.tensors().size(); i++) {
            parts.add(first.tensors().get(i));
            parts.add(second.tensors().get(i));
        }
        return Tuple.of(parts);
    }

    private static Rows.Order shuffled(Args args, int n) {
        return new Rows.Order(args.context().cpu(), args.context().random().permutation(n));
    }

    private static Object randomSplit(Args args) {
        Rows rows = Rows.of("random_split", List.of(args.get("x")));
        int[] lengths = lengths(args, rows.count());
        Rows.Order order = shuffled(args, rows.count());
        List<Object> parts = new ArrayList<>();
        int start = 0;
        for (int length : lengths) {
            parts.add(rows.at(order, start, start + length).value());
            start += length;
        }
        return Tuple.of(parts);
    }

    /** The lengths as given, or PyTorch's for fractions: rounded down, and the rows left over one by one to the first. */
    private static int[] lengths(Args args, int n) {
        List<Number> given = new ArrayList<>();
        if (args.get("lengths") instanceof Tuple all) {
            all.forEach(length -> given.add(length instanceof Number number ? number : Double.NaN));
        }
        double total = given.stream().mapToDouble(Number::doubleValue).sum();
        boolean counts = given.stream().allMatch(Long.class::isInstance);
        boolean sound = !given.isEmpty() && given.stream().allMatch(v -> v.doubleValue() >= 0);
        if (!sound || (counts ? total != n : !(Math.abs(total - 1) < 1e-6))) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "random_split: the lengths must add up to the " + n + " rows, or fractions to 1, found "
                                    + (given.isEmpty() ? TypeName.describe(args.get("lengths")) : given))
                    .help("(" + (n - n / 5) + ", " + n / 5 + ") or (0.8, 0.2)")
                    .argument(1);
        }
        if (counts) {
            return given.stream().mapToInt(Number::intValue).toArray();
        }
        int[] lengths = given.stream()
                .mapToInt(fraction -> (int) Math.floor(n * fraction.doubleValue()))
                .toArray();
        int left = n - Arrays.stream(lengths).sum();
        for (int i = 0; i < left; i++) {
            lengths[i % lengths.length]++;
        }
        return lengths;
    }
}
