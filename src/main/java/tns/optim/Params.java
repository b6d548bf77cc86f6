package tns.optim;

import java.util.ArrayList;
import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.nn.Module;
import tns.op.TypeName;
import tns.tensor.Param;

/** The parameters that a script names: one, a tuple or list of them, or those of a model. */
final class Params {
    private Params() {}

    /** The parameters in {@code given}, the first argument of {@code op}; none at all is an error. */
    static List<Param> of(String op, Object given) {
        List<Param> found = new ArrayList<>();
        if (given instanceof Module m) {
            found.addAll(m.namedParameters().values());
        } else if (given instanceof Param p) {
            found.add(p);
        } else if (given instanceof Iterable<?> items) {
            items.forEach(item -> found.add(param(op, item)));
        } else {
            throw new TnsException(
                            ErrorKind.VALUE, op + ": expected parameters or a model, found " + TypeName.describe(given))
                    .argument(0);
        }
        if (found.isEmpty()) {
            throw new TnsException(ErrorKind.VALUE, op + ": there are no parameters to optimise").argument(0);
        }
        return found;
    }

    private static Param param(String op, Object item) {
        if (item instanceof Param p) {
            return p;
        }
        throw new TnsException(ErrorKind.VALUE, op + ": " + TypeName.describe(item) + " is not a parameter")
                .help("param(x) makes one; net.parameters() has those of a model")
                .argument(0);
    }
}
