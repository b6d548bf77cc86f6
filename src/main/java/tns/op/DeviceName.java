package tns.op;

import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Device;

/** A device that may not have been opened yet: the value {@code cuda}, and {@code cuda(1)}. */
public record DeviceName(String name) implements Callable, TypeName.Typed {
    /** Whether {@code device} is the one named; {@code cuda} is the first of its kind. */
    public boolean names(Device device) {
        return device.name().equals(name) || device.name().equals(name + ":0");
    }

    /** The device of that number: {@code cuda(1)}. */
    @Override
    public Object call(Context context, Object[] positional, Map<String, Object> named) {
        if (!named.isEmpty() || positional.length != 1 || !(positional[0] instanceof Long number) || number < 0) {
            throw new TnsException(ErrorKind.VALUE, name + ": takes the number of a device, as in " + name + "(1)");
        }
        return new DeviceName(name + ":" + number);
    }

    @Override
    public String typeName() {
        return "device";
    }

    @Override
    public String toString() {
        return name;
    }
}
