package tns.op;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Tensor;

/** The bound arguments of one call, already of their parameters' kinds; an op's body reads them by name. */
public final class Args {
    private final Context context;
    private final Signature signature;
    private final Object[] values;

    Args(Context context, Signature signature, Object[] values) {
        this.context = context;
        this.signature = signature;
        this.values = values;
    }

    /** The name of the op called. */
    public String name() {
        return signature.name();
    }

    public Context context() {
        return context;
    }

    /** The value of {@code parameter}, {@code none} included. */
    public Object get(String parameter) {
        int index = signature.indexOf(parameter);
        if (index < 0) {
            throw new IllegalStateException(signature.name() + " declares no parameter " + parameter);
        }
        return values[index];
    }

    /** All values in the order of the parameters. */
    Object[] all() {
        return values;
    }

    /** All values by the names of their parameters, in order. */
    public Map<String, Object> byName() {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            all.put(signature.parameters().get(i).name(), values[i]);
        }
        return all;
    }

    /** The arguments as a call shows them: those without a default first, then what differs from its default. */
    public String settings() {
        return signature.settings(values);
    }

    /** Whether {@code parameter} is anything but {@code none}. */
    public boolean has(String parameter) {
        return get(parameter) != None.NONE;
    }

    public Tensor tensor(String parameter) {
        return (Tensor) get(parameter);
    }

    public @Nullable Tensor tensorOrNull(String parameter) {
        return get(parameter) instanceof Tensor t ? t : null;
    }

    /** The tensors of a {@code tensors} parameter. */
    public Tensor[] tensors(String parameter) {
        Tuple tuple = (Tuple) get(parameter);
        Tensor[] tensors = new Tensor[tuple.size()];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = (Tensor) tuple.get(i);
        }
        return tensors;
    }

    /**
     * The value of an int parameter.
     *
     * @throws TnsException of kind VALUE for one that is no size, place or number of anything
     */
    public int integer(String parameter) {
        return integer((Long) get(parameter), name() + ": " + parameter);
    }

    /** The same for a value that is an int for some calls only. */
    static int integer(long value, String what) {
        if (value != (int) value) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    what + " must lie between " + Integer.MIN_VALUE + " and " + Integer.MAX_VALUE + ", found " + value);
        }
        return (int) value;
    }

    public long longInteger(String parameter) {
        return (Long) get(parameter);
    }

    public double real(String parameter) {
        return number(parameter).doubleValue();
    }

    /** A number, as which a truth value counts too. */
    public Number number(String parameter) {
        return get(parameter) instanceof Boolean truth ? (Number) (truth ? 1L : 0L) : (Number) get(parameter);
    }

    public boolean flag(String parameter) {
        return (Boolean) get(parameter);
    }

    public String text(String parameter) {
        return (String) get(parameter);
    }

    public int[] ints(String parameter) {
        return ((int[]) get(parameter)).clone();
    }

    public int @Nullable [] intsOrNull(String parameter) {
        return get(parameter) instanceof int[] ints ? ints.clone() : null;
    }

    public @Nullable DType dtypeOrNull(String parameter) {
        return get(parameter) instanceof DType dtype ? dtype : null;
    }

    public @Nullable Device deviceOrNull(String parameter) {
        return get(parameter) instanceof Device device ? device : null;
    }

    public Callable function(String parameter) {
        return (Callable) get(parameter);
    }
}
