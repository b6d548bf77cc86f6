package tns.tensor;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tns.expr.Lane;

/** The element types of tensors, in PyTorch's promotion order within and across categories. */
public enum DType {
    /** Held as bytes 0 and 1; computed in int64 lanes. */
    BOOL(1, 0, Lane.I64),
    INT64(8, 1, Lane.I64),
    FLOAT32(4, 2, Lane.F32),
    FLOAT64(8, 2, Lane.F64);

    private final int bytes;
    private final int category;
    private final Lane lane;

    DType(int bytes, int category, Lane lane) {
        this.bytes = bytes;
        this.category = category;
        this.lane = lane;
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** 0 for bool, 1 for integers, 2 for floats: a value of a higher category widens one of a lower. */
    public int category() {
        return category;
    }

    /** The lane type pointwise programs over this dtype compute in. */
    public Lane lane() {
        return lane;
    }

    public boolean isFloat() {
        return category == 2;
    }

    /** The name in the language, such as {@code float32}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The dtype of that name, or null. */
    public static @Nullable DType named(String word) {
        for (DType dtype : values()) {
            if (dtype.word().equals(word)) {
                return dtype;
            }
        }
        return null;
    }

    /** The dtype that holds both: the higher category, and within a category the wider. */
    public static DType promote(DType a, DType b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    @Override
    public String toString() {
        return word();
    }
}
