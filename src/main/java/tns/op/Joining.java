package tns.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Origin;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** Tensors put together along a dim, and taken apart again. */
public final class Joining {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("joining and splitting");

    static {
        FAMILY.define("cat(tensors: tensors, dim: int = 0)")
                .doc("The tensors one after the other along a dim.")
                .example("cat(([1, 2], [3]))", "tensor([1, 2, 3])")
                .alias("concat")
                .alias("concatenate")
                .gradient("cat((x, y), dim=1)", "x: [2, 3]", "y: [2, 1]")
                .is(args -> {
                    Tensor[] parts = joinable(args, "cat");
                    Tensor model = parts[0];
                    for (Tensor part : parts) {
                        model = part.rank() > model.rank() ? part : model;
                    }
                    return cat(parts, model.shape().dim(args.integer("dim"), "cat"));
                });
        FAMILY.define("stack(tensors: tensors, dim: int = 0)")
                .doc("The tensors, of one shape, side by side along a new dim.")
                .example("stack(([1, 2], [3, 4]))", "tensor([[1, 2],\n        [3, 4]])")
                .gradient("stack((x, y), dim=1)", "x: [2, 3]", "y: [2, 3]")
                .is(args -> {
                    Tensor[] parts = joinable(args, "stack");
                    int dim = args.integer("dim");
                    int rank = parts[0].rank() + 1;
                    if (dim < -rank || dim >= rank) {
                        throw new TnsException(
                                ErrorKind.INDEX, "stack: dim " + dim + " is out of range for " + rank + " dims");
                    }
                    return stack(parts, dim < 0 ? dim + rank : dim);
                });
        FAMILY.define("split(x: tensor, split_size: ints, dim: int = 0)")
                .doc("The tuple of parts of a given size along a dim, the last one smaller; or of the given sizes.")
                .example("split([1, 2, 3], 2)", "(tensor([1, 2]), tensor([3]))")
                .gradient("split(x, 2, dim=1)[0]", "x: [2, 3]")
                .is(Joining::split);
        FAMILY.define("chunk(x: tensor, chunks: int, dim: int = 0)")
                .doc("The tuple of at most that many parts of equal size along a dim; as many as asked for where it"
                        + " is empty.")
                .example("chunk([1, 2, 3], 2)", "(tensor([1, 2]), tensor([3]))")
                .gradient("chunk(x, 2, dim=1)[1]", "x: [2, 3]")
                .is(args -> {
                    Tensor x = args.tensor("x");
                    int d = Dims.one(x, args.integer("dim"), "chunk");
                    int chunks = args.integer("chunks");
                    if (chunks < 1) {
                        throw new TnsException(ErrorKind.VALUE, "chunk: needs at least 1 chunk, found " + chunks);
                    }
                    int size = (x.size(d) + chunks - 1) / chunks;
                    return size == 0 ? Tuple.of(Collections.nCopies(chunks, x)) : pieces(x, d, size);
                });
        for (String name : new String[] {"repeat", "tile"}) {
            FAMILY.define(name + "(x: tensor, *repeats: ints)")
                    .doc("The tensor repeated that many times along each dim; new dims come first.")
                    .example(name + "([1, 2], 2)", "tensor([1, 2, 1, 2])")
                    .gradient(name + "(x, 2, 1, 2)", "x: [2, 3]")
                    .is(args -> repeat(name, args.tensor("x"), args.ints("repeats")));
        }
    }

    private Joining() {}

    private static Tensor[] joinable(Args args, String op) {
        Tensor[] parts = args.tensors("tensors");
        if (parts.length == 0) {
            throw new TnsException(ErrorKind.VALUE, op + ": needs at least one tensor");
        }
        return parts;
    }

    /** Along {@code dim}, from 0; dtypes are promoted, and 1-d tensors without elements are skipped. */
    public static Tensor cat(Tensor[] tensors, int dim) {
        DType dtype = Promotion.of(tensors);
        Tensor[] parts = new Tensor[tensors.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Casts.to(tensors[i], dtype);
        }
        Broadcasting.device("cat", parts);
        Tensor y = Tensor.room(parts[0].device(), dtype, joinedShape(parts, dim));
        int at = 0;
        boolean tracked = false;
        for (Tensor part : parts) {
            if (part.elements() > 0) {
                Casts.write(part, y.window(y.view().slice(dim, at, 1, part.size(dim))));
                at += part.size(dim);
            }
            tracked |= part.requiresGrad();
        }
        return tracked && GradMode.enabled() ? y.withOrigin(new CatOrigin(parts, dim)) : y;
    }

    private static Shape joinedShape(Tensor[] parts, int dim) {
        Shape joined = null;
        int total = 0;
        for (Tensor t : parts) {
            if (t.rank() == 0) {
                throw new TnsException(ErrorKind.SHAPE, "cat: a 0-d tensor cannot be joined")
                        .help("stack joins scalars");
            }
            if (t.rank() == 1 && t.elements() == 0) {
                continue;
            }
            if (dim >= t.rank()) {
                throw new TnsException(
                                ErrorKind.SHAPE, "cat: " + t.describe() + " has no dim " + dim + " to be joined along")
                        .help("all tensors must have as many dims; x[none] adds one");
            }
            Shape rest = t.shape().with(dim, 0);
            if (joined != null && !joined.equals(rest)) {
                throw new TnsException(
                                ErrorKind.SHAPE,
                                "cat: shapes " + joined.with(dim, total) + " and " + t.shape() + " differ outside dim "
                                        + dim)
                        .help("all other dims must be equal");
            }
            joined = rest;
            total += t.size(dim);
        }
        return joined == null ? parts[0].shape() : joined.with(dim, total);
    }

    /** Along a new dim {@code dim}, from 0. */
    public static Tensor stack(Tensor[] tensors, int dim) {
        Tensor[] parts = new Tensor[tensors.length];
        for (int i = 0; i < parts.length; i++) {
            if (!tensors[i].shape().equals(tensors[0].shape())) {
                throw new TnsException(
                        ErrorKind.SHAPE, "stack: shapes differ: " + tensors[0].shape() + " and " + tensors[i].shape());
            }
            parts[i] = Movement.unsqueeze(tensors[i], dim);
        }
        return cat(parts, dim);
    }

    private static Object split(Args args) {
        Tensor x = args.tensor("x");
        int d = Dims.one(x, args.integer("dim"), "split");
        int[] sizes = args.ints("split_size");
        if (args.get("split_size") instanceof int[] given && given.length == 1 && given[0] < x.size(d)) {
            if (given[0] < 1) {
                throw new TnsException(ErrorKind.VALUE, "split: the size must be at least 1, found " + given[0]);
            }
            return pieces(x, d, given[0]);
        }
        if (sizes.length == 1 && sizes[0] >= x.size(d)) {
            return Tuple.of(x);
        }
        int total = 0;
        for (int size : sizes) {
            total += size;
        }
        if (total != x.size(d)) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "split: sizes " + java.util.Arrays.toString(sizes) + " do not sum to " + x.size(d)
                            + ", the size of dim " + d);
        }
        Object[] parts = new Object[sizes.length];
        int at = 0;
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Movement.range(x, d, at, at + sizes[i]);
            at += sizes[i];
        }
        return Tuple.of(parts);
    }

    private static Tuple pieces(Tensor x, int d, int size) {
        List<Object> parts = new ArrayList<>();
        for (int at = 0; at < x.size(d) || at == 0; at += size) {
            parts.add(Movement.range(x, d, at, Math.min(at + size, x.size(d))));
        }
        return Tuple.of(parts);
    }

    private static Tensor repeat(String op, Tensor x, int[] given) {
        int rank = Math.max(given.length, x.rank());
        if (given.length < x.rank() && op.equals("repeat")) {
            throw new TnsException(
                    ErrorKind.SHAPE,
                    "repeat: " + given.length + " counts for the " + x.rank() + " dims of " + x.describe());
        }
        int[] wide = new int[2 * rank];
        int[] split = new int[2 * rank];
        int[] joined = new int[rank];
        for (int d = 0; d < rank; d++) {
            int times = d < rank - given.length ? 1 : given[d - (rank - given.length)];
            int size = d < rank - x.rank() ? 1 : x.size(d - (rank - x.rank()));
            split[2 * d] = 1;
            split[2 * d + 1] = size;
            wide[2 * d] = times;
            wide[2 * d + 1] = size;
            joined[d] = times * size;
        }
        Tensor spread = Movement.expand(Movement.reshape(x, Shape.of(split)), Shape.of(wide));
        return Movement.reshape(spread, Shape.of(joined));
    }

    private static final class CatOrigin extends Origin {
        private final int dim;

        CatOrigin(Tensor[] parts, int dim) {
            super("cat", parts);
            this.dim = dim;
        }

        @Override
        public @Nullable Tensor gradient(int i, Tensor y, Tensor dy) {
            int at = 0;
            for (int k = 0; k < i; k++) {
                at += input(k).elements() == 0 ? 0 : input(k).size(dim);
            }
            Tensor part = input(i);
            return part.elements() == 0
                    ? Tensor.allocate(part.device(), part.dtype(), part.shape())
                    : Movement.range(dy, dim, at, at + part.size(dim));
        }
    }
}
