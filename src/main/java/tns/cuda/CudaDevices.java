package tns.cuda;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tns.cuda.driver.Availability;
import tns.cuda.driver.Driver;
import tns.cuda.driver.EmulatedDriver;
import tns.cuda.driver.Installation;
import tns.cuda.emulator.Emulator;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.Device;
import tns.tensor.Observer;

/** The CUDA devices of one interpreter, each opened when it is first named: {@code cuda}, {@code cuda:1}, {@code cuda-emu}. */
public final class CudaDevices {
    private static final String EMULATOR = "cuda-emu";
    private static final Pattern NAME = Pattern.compile("cuda(?::(\\d{1,3}))?");

    private final Map<String, CudaDevice> open = new HashMap<>();
    private @Nullable Installation installation;
    private @Nullable Observer observer;

    /**
     * The device of that name, or null when it is no name of a CUDA device.
     *
     * @throws TnsException of kind DEVICE that says what is missing and what to do about it
     */
    public synchronized @Nullable Device named(String name) {
        if (name.equals(EMULATOR)) {
            return open.computeIfAbsent(name, n -> opened(n, new EmulatedDriver(Emulator.Order.FORWARD, 0)));
        }
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        int ordinal = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
        String full = "cuda:" + ordinal;
        CudaDevice known = open.get(full);
        if (known == null) {
            known = opened(full, installed().open(ordinal));
            open.put(full, known);
        }
        return known;
    }

    private CudaDevice opened(String name, Driver driver) {
        CudaDevice device = new ObservedCuda(name, driver);
        device.observer(observer);
        return device;
    }

    /** Tells {@code seer} of all work on these devices from now on, on those opened later too; or nobody. */
    public synchronized void observer(@Nullable Observer seer) {
        observer = seer;
        open.values().forEach(device -> device.observer(seer));
    }

    private Installation installed() {
        Installation known = installation;
        if (known == null) {
            String missing = Availability.reason();
            if (missing != null) {
                throw new TnsException(ErrorKind.DEVICE, "cuda: " + missing)
                        .help("install the driver of an NVIDIA card, or compute on cpu");
            }
            known = Installation.start();
            installation = known;
        }
        return known;
    }
}
