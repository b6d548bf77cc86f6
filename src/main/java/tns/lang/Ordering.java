package tns.lang;

import java.util.Iterator;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.DeviceName;
import tns.op.Record;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.HostArray;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** When two values are equal, and which comes first: numbers by value, containers item by item. */
final class Ordering {
    private Ordering() {}

    /** Whether two values are equal as a whole; tensors when shape and all elements are. */
    static boolean equal(Object a, Object b) {
        Object x = a instanceof Param p ? p.look() : a;
        Object y = b instanceof Param p ? p.look() : b;
        if (x instanceof Tensor s && y instanceof Tensor t) {
            return s.shape().equals(t.shape()) && equalElements(s, t);
        }
        if (x instanceof Tensor t && t.rank() == 0) {
            return equal(t.item(), y);
        }
        if (y instanceof Tensor t && t.rank() == 0) {
            return equal(x, t.item());
        }
        if (x instanceof Number m && y instanceof Number n) {
            return m instanceof Long i && n instanceof Long j ? i.equals(j) : m.doubleValue() == n.doubleValue();
        }
        if (x instanceof Tuple s && y instanceof Tuple t) {
            return equalItems(s, t);
        }
        if (x instanceof ListValue s && y instanceof ListValue t) {
            return equalItems(s, t);
        }
        if (x instanceof Record s && y instanceof Record t) {
            return equalEntries(s.entries(), t.entries());
        }
        if (x instanceof Device d && y instanceof DeviceName n) {
            return n.names(d);
        }
        if (x instanceof DeviceName n && y instanceof Device d) {
            return n.names(d);
        }
        return x.equals(y);
    }

    private static boolean equalElements(Tensor s, Tensor t) {
        if (s.dtype() == DType.INT64 && t.dtype() == DType.INT64) {
            return java.util.Arrays.equals(HostArray.longs(s), HostArray.longs(t));
        }
        double[] x = HostArray.doubles(s);
        double[] y = HostArray.doubles(t);
        for (int i = 0; i < x.length; i++) {
            if (x[i] != y[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalItems(Iterable<Object> a, Iterable<Object> b) {
        Iterator<Object> x = a.iterator();
        Iterator<Object> y = b.iterator();
        while (x.hasNext() && y.hasNext()) {
            if (!equal(x.next(), y.next())) {
                return false;
            }
        }
        return !x.hasNext() && !y.hasNext();
    }

    private static boolean equalEntries(Map<String, Object> a, Map<String, Object> b) {
        if (!a.keySet().equals(b.keySet())) {
            return false;
        }
        for (Map.Entry<String, Object> entry : a.entrySet()) {
            Object other = b.get(entry.getKey());
            if (other == null || !equal(entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    /** Negative when {@code a} comes before {@code b}: numbers, strings, and tuples of such, item by item. */
    static int compare(String op, Object a, Object b) {
        Object x = plain(a);
        Object y = plain(b);
        if (x instanceof Number m && y instanceof Number n) {
            return m instanceof Long i && n instanceof Long j
                    ? Long.compare(i, j)
                    : Double.compare(m.doubleValue(), n.doubleValue());
        }
        if (x instanceof String s && y instanceof String t) {
            return s.compareTo(t);
        }
        if (x instanceof Tuple s && y instanceof Tuple t) {
            for (int i = 0; i < Math.min(s.size(), t.size()); i++) {
                int order = compare(op, s.get(i), t.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(s.size(), t.size());
        }
        throw new TnsException(
                        ErrorKind.VALUE, op + ": cannot order " + TypeName.describe(a) + " and " + TypeName.describe(b))
                .help("numbers are ordered among themselves, so are strings and tuples of them");
    }

    private static Object plain(Object value) {
        Object tensor = value instanceof Param p ? p.look() : value;
        Object item = tensor instanceof Tensor t && t.elements() == 1 ? t.item() : tensor;
        return item instanceof Boolean b ? (Object) (b ? 1L : 0L) : item;
    }
}
