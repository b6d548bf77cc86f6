package tns.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;

/** The sizes of a tensor's dims, outermost first; a scalar has none. Immutable. */
public final class Shape {
    public static final Shape SCALAR = new Shape(new int[0]);

    /** What a Java array can hold. */
    private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    private static final String LIMIT = "one tensor holds at most 2^31 - 9 elements";

    private final int[] sizes;
    private final int elements;
    /**
     * What follows from the shape and is asked for again and again, at first null: the row-major view of a whole buffer,
     * that view as a matrix with its dims exchanged or of one row, and the first dim alone.
     */
    private @Nullable View contiguous;

    private @Nullable View turned;
    private @Nullable View row;
    private @Nullable Shape first;

    private Shape(int[] sizes) {
        this.sizes = sizes;
        long product = 1;
        for (int size : sizes) {
            if (size < 0) {
                throw new TnsException(
                        ErrorKind.SHAPE, "a dim cannot be negative: " + size + " in " + Arrays.toString(sizes));
            }
            product = Math.multiplyExact(product, (long) size);
            if (product > MOST_ELEMENTS) {
                throw new TnsException(
                                ErrorKind.LIMIT,
                                "a tensor of shape " + Arrays.toString(sizes) + " has too many elements")
                        .help(LIMIT);
            }
        }
        this.elements = (int) product;
    }

    /** The shape with these sizes. */
    public static Shape of(int... sizes) {
        return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
    }

    /**
     * A computed size of a dim as an int.
     *
     * @throws TnsException of kind LIMIT for one that no tensor can have; negative ones are left to {@link #of}
     */
    public static int checkedSize(long computed) {
        if (computed > MOST_ELEMENTS || computed < Integer.MIN_VALUE) {
            throw new TnsException(ErrorKind.LIMIT, "a tensor cannot have a dim of size " + computed).help(LIMIT);
        }
        return (int) computed;
    }

    /** The shape of a matrix. */
    static Shape matrix(int rows, int columns) {
        return new Shape(new int[] {rows, columns});
    }

    public int rank() {
        return sizes.length;
    }

    /** The size of dim {@code d}, counted from 0; negative counts from the end. */
    public int size(int d) {
        return sizes[d < 0 ? d + sizes.length : d];
    }

    /** The number of elements; 1 for a scalar. */
    public int elements() {
        return elements;
    }

    public int[] toArray() {
        return sizes.clone();
    }

    /**
     * The dim that {@code d} names, from 0.
     *
     * @throws TnsException when it is out of range; a scalar accepts 0 and -1 as PyTorch does
     */
    public int dim(int d, String op) {
        int rank = Math.max(sizes.length, 1);
        if (d < -rank || d >= rank) {
            throw new TnsException(ErrorKind.INDEX, op + ": dim " + d + " is out of range for shape " + this)
                    .help("a dim of this tensor is between " + -rank + " and " + (rank - 1));
        }
        return d < 0 ? d + rank : d;
    }

    /** The row-major view of a whole buffer: one for all tensors of this shape. */
    View contiguous() {
        View known = contiguous;
        if (known == null) {
            known = new View(this, contiguousStrides(), 0);
            contiguous = known;
        }
        return known;
    }

    /** The row-major view of a matrix, with its dims exchanged. */
    View turned() {
        View known = turned;
        if (known == null) {
            known = contiguous().permute(new int[] {1, 0});
            turned = known;
        }
        return known;
    }

    /** The view of a vector as a matrix of one row. */
    View row() {
        View known = row;
        if (known == null) {
            known = new View(matrix(1, elements), new int[] {0, 1}, 0);
            row = known;
        }
        return known;
    }

    /** The first dim alone. */
    public Shape first() {
        Shape known = first;
        if (known == null) {
            known = part(0, 1);
            first = known;
        }
        return known;
    }

    /** Whether {@code view} is {@link #contiguous} itself; another may be equal to it. */
    boolean hasContiguous(View view) {
        return view == contiguous;
    }

    /** Row-major strides, in elements. */
    public int[] contiguousStrides() {
        int[] strides = new int[sizes.length];
        int step = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            strides[d] = step;
            step *= Math.max(sizes[d], 1);
        }
        return strides;
    }

    /** This shape with dim {@code d} of size {@code size}. */
    public Shape with(int d, int size) {
        int[] changed = sizes.clone();
        changed[d] = size;
        return new Shape(changed);
    }

    /** This shape without dim {@code d}. */
    public Shape without(int d) {
        int[] fewer = new int[sizes.length - 1];
        System.arraycopy(sizes, 0, fewer, 0, d);
        System.arraycopy(sizes, d + 1, fewer, d, fewer.length - d);
        return new Shape(fewer);
    }

    /** This shape with a dim of size {@code size} inserted before dim {@code d}. */
    public Shape insert(int d, int size) {
        int[] more = new int[sizes.length + 1];
        System.arraycopy(sizes, 0, more, 0, d);
        more[d] = size;
        System.arraycopy(sizes, d, more, d + 1, sizes.length - d);
        return new Shape(more);
    }

    /** The dims from {@code from} up to but not including {@code to}. */
    public Shape part(int from, int to) {
        return new Shape(Arrays.copyOfRange(sizes, from, to));
    }

    /** The dims of this shape followed by those of {@code next}. */
    public Shape concat(Shape next) {
        int[] all = Arrays.copyOf(sizes, sizes.length + next.sizes.length);
        System.arraycopy(next.sizes, 0, all, sizes.length, next.sizes.length);
        return new Shape(all);
    }

    /** The shape both broadcast to by NumPy's rule, or null when they do not fit. */
    public static @Nullable Shape broadcast(Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int rank = Math.max(a.rank(), b.rank());
        int[] sizes = new int[rank];
        for (int d = 1; d <= rank; d++) {
            int left = d <= a.rank() ? a.size(-d) : 1;
            int right = d <= b.rank() ? b.size(-d) : 1;
            if (left != right && left != 1 && right != 1) {
                return null;
            }
            sizes[rank - d] = left == 1 ? right : left;
        }
        return new Shape(sizes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof Shape s && Arrays.equals(sizes, s.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** The sizes in brackets, {@code [2, 3]}; {@code []} for a scalar. */
    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
