package tns.lang;

import tns.error.ErrorKind;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** What counts as a condition: a bool or a 0-d bool tensor, nothing else (an array has no one truth). */
final class Truth {
    private Truth() {}

    static boolean of(Object value, Node condition) {
        if (value instanceof Boolean b) {
            return b;
        }
        Object plain = value instanceof Param p ? p.look() : value;
        if (plain instanceof Tensor t && t.dtype() == DType.BOOL && t.rank() == 0) {
            return (Boolean) t.item();
        }
        throw condition.fail(
                ErrorKind.VALUE,
                "condition: needs a bool, found " + TypeName.describe(value),
                plain instanceof Tensor t && t.dtype() == DType.BOOL
                        ? "any(…) or all(…) makes one bool of many; & | ~ combine masks elementwise"
                        : "compare it (… != 0), or use any(…) or all(…)");
    }
}
