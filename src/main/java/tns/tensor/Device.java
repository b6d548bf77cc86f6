package tns.tensor;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tns.expr.Program;
import tns.expr.RowProgram;

/**
 * The narrow waist between tensors and hardware: everything an op can ask of a device.
 *
 * <p>Tensors given to a device live on it. Outputs are distinct from the inputs unless stated. Nothing here records
 * gradients or checks shapes: the ops do. Implementations may be called from several threads.
 */
public interface Device {
    /** The name in the language: {@code cpu}, {@code cuda:0}. */
    String name();

    /** Whether its buffers are host memory, so that a number costs nothing to move away from it. */
    default boolean isHost() {
        return false;
    }

    /** The most threads it computes on; 1 where the question makes no sense. */
    default int threads() {
        return 1;
    }

    /** Computes on at most {@code count} threads from now on, where it has a say in that. */
    default void threads(int count) {}

    /** Tells {@code observer} of all work from now on, or nobody; a device that cannot tells nobody ever. */
    default void observer(@Nullable Observer observer) {}

    /** The number of elements from which on a pointwise result may wait to be computed within its consumer. */
    default int fuseFrom() {
        return Integer.MAX_VALUE;
    }

    /** A zeroed buffer of {@code size} elements. */
    Buffer allocate(DType dtype, int size);

    /** A buffer whose content is unknown: whoever asks for it writes every element. */
    default Buffer room(DType dtype, int size) {
        return allocate(dtype, size);
    }

    /** Takes back the memory of a buffer that nobody will use any more; to use it after that is an error. */
    default void release(Buffer buffer) {}

    /** Whether the memory of a buffer of so many elements, given back, is used again; otherwise it is the collector's. */
    default boolean reuses(DType dtype, int size) {
        return true;
    }

    /** A buffer of one element with this value that many may share and nobody writes to; null to make a new one. */
    default @Nullable Buffer constant(DType dtype, Number value) {
        return null;
    }

    /**
     * Fills a contiguous {@code output} with random numbers of this device's own kind, which the generator's seed and the
     * number of its next call decide; false where the host is to draw. A host gives the draws of the generator itself.
     */
    default boolean random(Randomness kind, Generator generator, Number first, Number second, Tensor output) {
        return false;
    }

    /** What is being recorded at the moment, or null. */
    default @Nullable Recording recording() {
        return null;
    }

    /**
     * Runs {@code work} without computing anything, and makes everything be as before; the result computes it, as often
     * as wanted. Null when the device cannot record.
     *
     * @throws tns.error.TnsException when the work looks at a number or sends one, which no recording can; everything
     *     is then as before
     */
    default @Nullable Replay record(Runnable work) {
        return null;
    }

    /** Runs {@code work} as usual, and says which parameters and other holders of tensors it uses. */
    default Collection<Holder.Used> watch(Runnable work) {
        work.run();
        return List.of();
    }

    /**
     * A loop begins, whose turns are told to the result; null when they are of no use to this device.
     *
     * @param loop the same object for every run of one loop of a program
     * @param notes told what became of it, for those who want to know
     */
    default @Nullable Turns turns(Object loop, Consumer<String> notes) {
        return null;
    }

    /**
     * From now on what is asked for is done as usual, and can be done again once {@link Repetition#finish} is called; null
     * when this device does not do that.
     */
    default @Nullable Repetition repetition() {
        return null;
    }

    /** Grows with whatever is computed here, where {@link #repetition} may be of use. */
    default long worked() {
        return 0;
    }

    /** Waits until everything asked for has been computed; what fails meanwhile is thrown here. */
    default void synchronize() {}

    /** A buffer holding {@code array} (float[], double[], long[], or byte[] of 0 and 1), which the caller gives away. */
    Buffer upload(DType dtype, Object array);

    /** The elements of a buffer as a host array; not to be written to, it may be the buffer's own. */
    Object download(Buffer buffer);

    /** A new buffer that holds the one element at {@code position}. */
    Buffer element(Buffer buffer, int position);

    /** Writes one element, converted to the buffer's dtype: a float to int64 truncates, for bool non-zero is true. */
    void store(Buffer buffer, int position, Number value);

    /**
     * Runs a pointwise program over every position of {@code shape}; inputs broadcast to it, outputs have exactly it.
     * Elements are converted to and from the program's lane type.
     */
    void map(Program program, Tensor[] inputs, Shape shape, Tensor[] outputs);

    /**
     * Runs a pointwise program over several sets of operands of the same kinds; outputs may be inputs of their own set,
     * and nothing else of another.
     */
    default void mapEach(Program program, Tensor[][] inputs, Tensor[][] outputs) {
        for (int s = 0; s < inputs.length; s++) {
            map(program, inputs[s], outputs[s][0].shape(), outputs[s]);
        }
    }

    /**
     * Folds the trailing dims of {@code input} from {@code keptDims} on; {@code output} is contiguous with the leading
     * dims. Sums are pairwise in an order that does not depend on threads; SUM and PROD of bool or int64 give int64,
     * ARGMAX and ARGMIN give int64 positions in the row-major order of the folded dims.
     */
    void reduce(Reduction reduction, Tensor input, int keptDims, Tensor output);

    /**
     * Folds the results of a pointwise program over {@code shape}, converted to {@code dtype}, without writing them
     * anywhere; false where they have to be written first.
     */
    default boolean reduce(
            Reduction reduction,
            Program program,
            DType dtype,
            Tensor[] inputs,
            Shape shape,
            int keptDims,
            Tensor output) {
        return false;
    }

    /** Running SUM or PROD along the last dim of {@code input} into a contiguous {@code output} of the same shape. */
    void scan(Reduction reduction, Tensor input, Tensor output);

    /**
     * Whether all elements of an int64 tensor are known to lie in 0..n. False where one does not, where others in its buffer
     * do not, and of what recorded work computes; a recording asks again before each run. For devices that are no host.
     */
    default boolean isKnownWithin(Tensor ints, int n) {
        return false;
    }

    /**
     * Copies rows: {@code output[i, :] = source[rows[i], :]}. {@code source} is [n, m], {@code rows} int64 [k] with
     * values already checked to lie in 0..n, {@code output} contiguous [k, m].
     */
    void take(Tensor source, Tensor rows, Tensor output);

    /**
     * Writes rows: {@code target[rows[i], :] = source[i, :]}, or adds them when {@code add}, in the order of {@code i}.
     * {@code target} is contiguous [n, m], {@code rows} int64 [k] already checked, {@code source} [k, m].
     */
    void put(Tensor target, Tensor rows, Tensor source, boolean add);

    /**
     * Whether {@link #take} and {@link #put} also go element by element: with {@code rows} of as many dims as the table
     * (the source of one, the target of the other), {@code output[i, j..] = source[rows[i, j..], j..]} and {@code
     * target[rows[i, j..], j..] = source[i, j..]}. All may then lie in any way; apart from its first dim the table has at
     * least the sizes of {@code rows}, which are those of the third. Otherwise such positions are computed as rows of one
     * element.
     */
    default boolean indexesElements() {
        return false;
    }

    /**
     * Batched matrix product: {@code output[b] = left[b] @ right[b]}, [b, m, k] by [b, k, n], any strides in. Factors of
     * float32 may be rounded as far as the {@link ProductPrecision} in force allows.
     */
    void gemm(Tensor left, Tensor right, Tensor output);

    /** One matrix product: {@code output = left @ right}, [m, k] by [k, n], any strides in. */
    default void product(Tensor left, Tensor right, Tensor output) {
        gemm(
                left.window(left.view().insert(0)),
                right.window(right.view().insert(0)),
                output.window(output.view().insert(0)));
    }

    /**
     * {@code output = left @ right + bias}, [m, k] by [k, n] and [n]; false, and nothing done, where it is better done in
     * two steps.
     */
    default boolean product(Tensor left, Tensor right, Tensor bias, Tensor output) {
        return false;
    }

    /**
     * The sums of the windows of {@code x} [n, c, h, w], whose elements are taken {@code spread} apart with zeros
     * between, times {@code weight} [o, c / groups, kh, kw]: for as many windows from the first as the contiguous
     * {@code output} [n, o, windows] has. False, and nothing done, where it is better done as a matrix product.
     */
    default boolean correlate(Tensor x, Tensor weight, Windowing windowing, int[] spread, Tensor output) {
        return false;
    }

    /**
     * The gradient of {@link #correlate} without a spread by its weight, {@code dw}, for the gradient {@code dy} of its
     * output; false, and nothing done, likewise.
     */
    default boolean correlateWeight(Tensor x, Tensor dy, Windowing windowing, Tensor dw) {
        return false;
    }

    /**
     * Whether {@link #greatest}, {@link #cellSums} and {@link #spreadCells} are the way to pool floats over two dims; else
     * windows are compared and added as whole tensors.
     */
    default boolean poolsCells() {
        return false;
    }

    /**
     * The greatest elements of cells of the planes of {@code x} [n, c, h, w], the first of equal ones and the last NaN, into
     * {@code values} [n, c, lines, columns], and their int64 positions in the plane into {@code places}; all are contiguous.
     */
    default void greatest(Tensor x, Cells lines, Cells columns, Tensor values, Tensor places) {
        throw new UnsupportedOperationException(name() + " pools no cells");
    }

    /** The sums of cells of the planes of {@code x} [n, c, h, w]: contiguous {@code sums}, [n, c, lines, columns]. */
    default void cellSums(Tensor x, Cells lines, Cells columns, Tensor sums) {
        throw new UnsupportedOperationException(name() + " pools no cells");
    }

    /** The gradient {@code dx}, contiguous and zero yet, of {@link #cellSums} for that of its sums, {@code dy}. */
    default void spreadCells(Tensor dy, Cells lines, Cells columns, Tensor dx) {
        throw new UnsupportedOperationException(name() + " pools no cells");
    }

    /**
     * Attention of every head: {@code weights = weighting(scale * query @ keyᵀ)} by rows, and {@code output = weights @
     * value}. False, and nothing done, where it is better done step by step.
     *
     * @param parts query [batch, heads, l, d], key [batch, heads, s, d] and value [batch, heads, s, e]
     * @param weighting a row program of one input, for rows for which {@link #runsRows} holds
     * @param weights contiguous, [batch, heads, l, s]
     * @param output [batch, heads, l, e]
     */
    default boolean attend(Tensor[] parts, double scale, RowProgram weighting, Tensor weights, Tensor output) {
        return false;
    }

    /**
     * The gradients of the three parts of {@link #attend}, where that was done, for the gradient {@code dy} of its output.
     *
     * @param weightingGradient a row program of the weights and their gradients
     * @param gradients in the parts' shapes
     */
    default void attendBackward(
            Tensor[] parts, double scale, RowProgram weightingGradient, Tensor weights, Tensor dy, Tensor[] gradients) {
        throw new UnsupportedOperationException(name() + " attends step by step");
    }

    /**
     * Sorts the last dim of {@code input} stably, NaN last when ascending and first when descending, into contiguous
     * {@code values} and int64 {@code positions} of the same shape.
     */
    void sort(Tensor input, boolean descending, Tensor values, Tensor positions);

    /** Whether {@link #ranked} is the way to find some elements of an order; otherwise {@link #sort} is. */
    default boolean ranks() {
        return false;
    }

    /**
     * Finds the elements at the int64 {@code ranks} [.., k] of what {@link #sort} makes of the last dim of {@code input}
     * [.., n], into contiguous int64 {@code positions} [.., k], where {@link #ranks} holds. Ranks lie between 0 and n - 1.
     */
    default void ranked(Tensor input, boolean descending, Tensor ranks, Tensor positions) {
        throw new UnsupportedOperationException(name() + " sorts");
    }

    /** Whether {@link #rows} is the way to compute functions of {@code rows} rows of {@code n} elements each. */
    default boolean runsRows(int rows, int n) {
        return false;
    }

    /**
     * Runs a row program over matrices of {@code shape}, [rows, n], for which {@link #runsRows} holds. Operands are
     * contiguous, and have the elements that their extents say, in whatever shape. The order of folds depends on n alone.
     */
    default void rows(RowProgram program, Tensor[] inputs, Shape shape, Tensor[] outputs) {
        throw new UnsupportedOperationException(name() + " runs no row programs");
    }
}
