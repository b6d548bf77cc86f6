package tns.tensor;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;

/**
 * A multi-dimensional array of one dtype on one device, and where it came from. A value: nothing a program does changes
 * one it can see.
 *
 * <p>A tensor with an origin is tracked: gradients flow through it to its inputs.
 */
public final class Tensor {
    private final DType dtype;
    private final View view;
    private final Buffer buffer;
    private final @Nullable Origin origin;

    private Tensor(DType dtype, View view, Buffer buffer, @Nullable Origin origin) {
        this.dtype = dtype;
        this.view = view;
        this.buffer = buffer;
        this.origin = origin;
    }

    /** An untracked tensor over a whole buffer, row-major. */
    public static Tensor of(Buffer buffer, Shape shape) {
        return new Tensor(buffer.dtype(), View.contiguous(shape), buffer, null);
    }

    /** An untracked, zeroed tensor on {@code device}. */
    public static Tensor allocate(Device device, DType dtype, Shape shape) {
        return of(device.allocate(dtype, shape.elements()), shape);
    }

    /** An untracked tensor on {@code device} whose content is unknown: whoever asks for it writes every element. */
    public static Tensor room(Device device, DType dtype, Shape shape) {
        return of(device.room(dtype, shape.elements()), shape);
    }

    /** A tensor on {@code device} from a host array of the dtype's kind, which the caller gives away. */
    public static Tensor upload(Device device, DType dtype, Shape shape, Object array) {
        return of(device.upload(dtype, array), shape);
    }

    /** A 0-d tensor; {@code value} is converted to {@code dtype}. */
    public static Tensor scalar(Device device, DType dtype, Number value) {
        Buffer known = device.constant(dtype, value);
        if (known != null) {
            return of(known, Shape.SCALAR).share();
        }
        Object array = switch (dtype) {
            case FLOAT32 -> new float[] {value.floatValue()};
            case FLOAT64 -> new double[] {value.doubleValue()};
            case INT64 -> new long[] {value.longValue()};
            case BOOL -> new byte[] {(byte) (value.doubleValue() != 0 ? 1 : 0)};
        };
        return upload(device, dtype, Shape.SCALAR, array);
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return view.shape();
    }

    public int rank() {
        return view.shape().rank();
    }

    /** The size of dim {@code d}; negative counts from the end. */
    public int size(int d) {
        return view.shape().size(d);
    }

    public int elements() {
        return view.shape().elements();
    }

    public View view() {
        return view;
    }

    /** The memory of the elements, which are computed now if they have not been. */
    public Buffer buffer() {
        return buffer instanceof PendingBuffer later ? later.computed() : buffer;
    }

    /** What is still to be computed for the elements, or null when they are there. */
    public PendingBuffer.@Nullable Computation pending() {
        return buffer instanceof PendingBuffer later ? later.computation() : null;
    }

    /** This, computed: for a value that gets a name or is looked at more than once. */
    public Tensor settled() {
        if (buffer instanceof PendingBuffer later) {
            later.computed();
        }
        return this;
    }

    public Device device() {
        return buffer.device();
    }

    /** Where the value came from; null when it is not tracked. */
    public @Nullable Origin origin() {
        return origin;
    }

    public boolean requiresGrad() {
        return origin != null;
    }

    /** The same elements with this history. */
    public Tensor withOrigin(@Nullable Origin history) {
        return new Tensor(dtype, view, buffer, history);
    }

    /** The same elements, untracked. */
    public Tensor detach() {
        if (origin == null) {
            return this;
        }
        share();
        return new Tensor(dtype, view, buffer, null);
    }

    /**
     * The same elements untracked, for one who reads them while this is there: unlike {@link #detach} it does not count as
     * sharing.
     */
    public Tensor plain() {
        return origin == null ? this : new Tensor(dtype, view, buffer, null);
    }

    /** Another view of the same buffer, untracked; both then count as shared. */
    public Tensor viewed(View other) {
        share();
        return new Tensor(dtype, other, buffer, null);
    }

    /** Another view of the same buffer whose {@code history} has this as its input, which holds it. */
    public Tensor viewed(View other, Origin history) {
        buffer.show();
        return new Tensor(dtype, other, buffer, history);
    }

    /** A part of this tensor to write to, for the one who may: unlike {@link #viewed} it does not count as sharing. */
    public Tensor window(View part) {
        return new Tensor(dtype, part, buffer, null);
    }

    /** Whether {@code other} shows the same elements in the same order, computed or not. */
    public boolean isSameView(Tensor other) {
        return buffer == other.buffer && view.equals(other.view);
    }

    /** Whether the elements of both lie in one buffer, computed or not. */
    public boolean sharesMemory(Tensor other) {
        return buffer == other.buffer;
    }

    /** Gives the memory back, if nobody else can see it: for the one holder, who lets go of this tensor. */
    public void release() {
        if (origin == null) {
            buffer.release();
        }
    }

    /** Its maker lets go of this temporary, which others were computed from: they hold what they need of it. */
    public void lost() {
        hold();
        letGo();
    }

    /**
     * It has been computed within what read it, so that nothing waits for it: where nobody else is known to use it, it lets
     * go of what it was computed from, until somebody does after all.
     */
    public void absorbed() {
        if (buffer.absorbed() && origin != null) {
            origin.absorbed(this);
        }
    }

    /** This view shows what nobody else will look at any more: whoever holds it holds its memory. */
    public void takeOver() {
        buffer.takenOver();
    }

    /** Marks it as held by one more name or place, until that calls {@link #letGo}; returns this. */
    public Tensor hold() {
        buffer.hold();
        if (origin != null) {
            origin.hold();
        }
        return this;
    }

    /**
     * As {@link #hold} for a second holder, in whose place an element assignment must not write: where somebody holds it
     * already, it is shared from now on.
     */
    public Tensor lend() {
        if (buffer.isHeld()) {
            buffer.show();
        }
        return hold();
    }

    /**
     * A name or a place that held it stands for something else now. The memory is given back if nobody else can see it, and
     * so is that of all that led to it and is held by nobody.
     */
    public void letGo() {
        buffer.letGo();
        if (origin != null) {
            origin.letGo(this);
        }
    }

    /** The same for all but what {@code next} shows, which has no name yet. */
    public void letGo(@Nullable Object next) {
        if (next instanceof Tensor other) {
            other.hold();
            letGo();
            other.handOn();
        } else {
            letGo();
        }
    }

    /** The same while the elements are handed on under no name yet, which keeps their memory. */
    public void handOn() {
        buffer.handOn();
        if (origin != null) {
            origin.handOn();
        }
    }

    /** Whether its memory is worth giving back. */
    boolean isReused() {
        return buffer.isReused();
    }

    void addNode() {
        buffer.addNode();
        if (origin != null) {
            origin.addUser();
        }
    }

    void removeNode() {
        buffer.removeNode();
    }

    /** Whether a name or a place is known to hold it. */
    public boolean isHeld() {
        return buffer.isHeld();
    }

    /** Whether its memory is given back when the computations that wait have read it. */
    boolean isEnding() {
        return buffer.isEnding();
    }

    /** Whether it is tracked and no node, name or place is known to lead to it. */
    public boolean isLeftAlone() {
        return origin != null && origin.isLeftAlone();
    }

    /** Whether somebody may hold it who is not known to. */
    public boolean isEscaped() {
        return buffer.isEscaped();
    }

    /** How many names and places are known to hold its memory. */
    public int holders() {
        return buffer.holders();
    }

    /** A computation that waits will read it. */
    void addReader() {
        buffer.addReader();
    }

    void removeReader() {
        buffer.removeReader();
    }

    /** Marks the buffer as possibly seen by somebody else, and returns this. */
    public Tensor share() {
        buffer.share();
        return this;
    }

    /** Marks the buffer as seen by somebody else who is known to hold it, and returns this. */
    Tensor seen() {
        buffer.show();
        return this;
    }

    /** Whether an element assignment may write into the buffer: nobody else sees it and nothing tracks it. */
    public boolean isExclusive() {
        return origin == null && !buffer.isShared();
    }

    public boolean isContiguous() {
        return view.isContiguous();
    }

    /** The only element as a Double, Long or Boolean. */
    public Object item() {
        if (elements() != 1) {
            throw new TnsException(ErrorKind.SHAPE, "item: needs exactly one element, found shape " + shape())
                    .help("tolist() gives all of them; x[i] picks one");
        }
        Buffer whole = buffer();
        boolean alone = whole.size() == 1;
        Object array = device().download(alone ? whole : device().element(whole, view.offset()));
        int at = 0;
        return switch (dtype) {
            case FLOAT32 -> (Object) (double) ((float[]) array)[at];
            case FLOAT64 -> (Object) ((double[]) array)[at];
            case INT64 -> (Object) ((long[]) array)[at];
            case BOOL -> (Object) (((byte[]) array)[at] != 0);
        };
    }

    /** The shape and dtype as messages show them: {@code float32[2, 3]}. */
    public String describe() {
        return dtype.word() + shape();
    }

    @Override
    public String toString() {
        return describe();
    }
}
