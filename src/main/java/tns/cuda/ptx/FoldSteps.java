package tns.cuda.ptx;

import java.util.Arrays;
import java.util.List;
import tns.tensor.DType;
import tns.tensor.Reduction;

/**
 * A reduction as instructions on states: from a state for no elements, over the state of one element and the fold of
 * two, to the result.
 *
 * <p>A state is one register; for ARGMAX and ARGMIN two, a key and a position. Keys are signed integers ordered as the
 * elements are by the reduction, the sought extremum greatest, NaN above all and both zeros alike; of equal keys the
 * lesser position wins, so that states may be folded in any order.
 */
final class FoldSteps {
    private final PtxWriter w;
    private final Reduction reduction;
    private final DType dtype;

    /** Folds elements of {@code dtype}. */
    FoldSteps(PtxWriter w, Reduction reduction, DType dtype) {
        this.w = w;
        this.reduction = reduction;
        this.dtype = dtype;
    }

    /** Whether states carry a position. */
    boolean hasPosition() {
        return reduction == Reduction.ARGMAX || reduction == Reduction.ARGMIN;
    }

    /** The registers of a state. */
    List<PtxType> types() {
        if (hasPosition()) {
            return List.of(wide() ? PtxType.B64 : PtxType.B32, PtxType.B32);
        }
        return List.of(
                switch (dtype) {
                    case FLOAT32 -> PtxType.F32;
                    case FLOAT64 -> PtxType.F64;
                    case INT64 -> PtxType.B64;
                    case BOOL -> isExtremum() ? PtxType.B32 : PtxType.B64;
                });
    }

    /** The dtype of the results. */
    DType output() {
        return hasPosition() || dtype == DType.BOOL && !isExtremum() ? DType.INT64 : dtype;
    }

    /** New registers for a state. */
    String[] registers() {
        return types().stream().map(w::register).toArray(String[]::new);
    }

    /** New registers that hold the state of no elements. */
    String[] nothing() {
        String[] state = registers();
        if (hasPosition()) {
            move(state[0], types().getFirst(), wide() ? "0x8000000000000000" : "0x80000000");
            move(state[1], PtxType.B32, "0xffffffff");
            return state;
        }
        boolean maximum = reduction == Reduction.MAX;
        boolean product = reduction == Reduction.PROD;
        double real = isExtremum() ? maximum ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY : product ? 1 : 0;
        String integer = product ? "1" : "0";
        String value = switch (dtype) {
            case FLOAT32 -> FloatFormat.BINARY32.literal(real);
            case FLOAT64 -> FloatFormat.BINARY64.literal(real);
            case INT64 -> isExtremum() ? maximum ? "0x8000000000000000" : "0x7fffffffffffffff" : integer;
            case BOOL -> isExtremum() ? maximum ? "0" : "1" : integer;
        };
        move(state[0], types().getFirst(), value);
        return state;
    }

    private void move(String target, PtxType type, String value) {
        w.op("mov." + type.word(), target, value);
    }

    /** The state of one element, given as it lies in memory, and (where states have one) its position. */
    String[] state(String raw, String position) {
        if (hasPosition()) {
            return new String[] {key(raw), position};
        }
        return new String[] {types().getFirst() == Element.raw(dtype) ? raw : w.make(PtxType.B64, "cvt.u64.u32", raw)};
    }

    private String key(String raw) {
        return switch (dtype) {
            case FLOAT32 -> key(FloatFormat.BINARY32, raw);
            case FLOAT64 -> key(FloatFormat.BINARY64, raw);
            case INT64, BOOL -> turned(raw);
        };
    }

    private String key(FloatFormat format, String raw) {
        String unsigned = w.make(format.value(), "add.rn." + format.word(), raw, format.literal(0)); // -0 becomes 0
        String bits = w.make(format.pattern(), "mov." + format.untyped(), unsigned);
        String sign = w.make(format.pattern(), "shr." + format.signed(), bits, Integer.toString(format.bits() - 1));
        String flips = w.make(format.pattern(), "and." + format.untyped(), sign, format.magnitudeMask());
        String key = turned(w.make(format.pattern(), "xor." + format.untyped(), bits, flips));
        String nan = w.make(PtxType.PRED, "setp.nan." + format.word(), raw, raw);
        return w.make(format.pattern(), "selp." + format.untyped(), format.magnitudeMask(), key, nan);
    }

    private String turned(String key) {
        PtxType type = types().getFirst();
        return reduction == Reduction.ARGMIN ? w.make(type, "not." + type.word(), key) : key;
    }

    /** The fold of two states in new registers. */
    String[] fold(String[] a, String[] b) {
        String[] into = registers();
        fold(into, a, b, "");
        return into;
    }

    /** Folds {@code b}, which comes after {@code a}, into it where the predicate (with its {@code @}, if any) holds. */
    void add(String[] a, String[] b, String predicate) {
        fold(a, a, b, predicate.isEmpty() ? "" : predicate + " ");
    }

    private void fold(String[] into, String[] a, String[] b, String when) {
        PtxType type = types().getFirst();
        if (hasPosition()) {
            String word = wide() ? "s64" : "s32";
            String equal = w.make(PtxType.PRED, "setp.eq." + word, b[0], a[0]);
            String before = w.make(PtxType.PRED, "setp.lt.and.u32", b[1], a[1], equal);
            String greater = w.make(PtxType.PRED, "setp.gt." + word, b[0], a[0]);
            String taken = w.make(PtxType.PRED, "or.pred", before, greater);
            w.op(when + "selp." + type.word(), into[0], b[0], a[0], taken);
            w.op(when + "selp.b32", into[1], b[1], a[1], taken);
        } else if (!isExtremum()) {
            String instruction = reduction == Reduction.SUM ? "add" : "mul";
            String how = type == PtxType.B64 ? reduction == Reduction.SUM ? ".s64" : ".lo.s64" : ".rn." + type.word();
            w.op(when + instruction + how, into[0], a[0], b[0]);
        } else if (dtype.isFloat()) {
            String relation = reduction == Reduction.MAX ? "gt." : "lt.";
            String first = w.make(PtxType.PRED, "setp." + relation + type.word(), a[0], b[0]);
            String nan = w.make(PtxType.PRED, "setp.nan." + type.word(), a[0], a[0]);
            String stays = w.make(PtxType.PRED, "or.pred", first, nan);
            w.op(when + "selp." + type.word(), into[0], a[0], b[0], stays);
        } else {
            String instruction = reduction == Reduction.MAX ? "max." : "min.";
            w.op(when + instruction + (type == PtxType.B64 ? "s64" : "s32"), into[0], a[0], b[0]);
        }
    }

    /** A state's result, as it lies in memory. */
    String result(String[] state) {
        return hasPosition() ? w.make(PtxType.B64, "cvt.u64.u32", state[1]) : state[0];
    }

    private boolean isExtremum() {
        return reduction == Reduction.MAX || reduction == Reduction.MIN;
    }

    private boolean wide() {
        return dtype == DType.INT64 || dtype == DType.FLOAT64;
    }

    /** The states of a group of neighbouring elements folded into one, neighbours first. */
    String[] fold(String[][] states) {
        String[][] left = states;
        while (left.length > 1) {
            String[][] halves = new String[left.length / 2][];
            String[][] from = left;
            Arrays.setAll(halves, i -> fold(from[2 * i], from[2 * i + 1]));
            left = halves;
        }
        return left[0];
    }
}
