package tns.cuda.driver;

import tns.error.ErrorKind;
import tns.error.TnsException;

/** NVIDIA's driver on this machine, started. */
public final class Installation {
    /** The oldest driver whose compiler reads the kernels' text (PTX ISA 6.4): CUDA 10.1. */
    private static final int OLDEST = 10010;

    private final int devices;
    private final int version;

    private Installation(int devices, int version) {
        this.devices = devices;
        this.version = version;
    }

    /**
     * Starts the driver, which {@link Availability} has found.
     *
     * @throws TnsException of kind DEVICE, in words, when it does not start, is too old or has no device
     */
    public static Installation start() {
        try {
            int devices = NativeDriver.count();
            int version = NativeDriver.version();
            if (version < OLDEST) {
                throw failure(
                        "the NVIDIA driver is too old: it speaks CUDA " + words(version) + ", tns needs "
                                + words(OLDEST),
                        "install a newer driver, or compute on cpu");
            }
            if (devices == 0) {
                throw failure("the NVIDIA driver finds no device", "check nvidia-smi, or compute on cpu");
            }
            return new Installation(devices, version);
        } catch (DriverException e) {
            if (e.code() == 100) {
                throw failure("the NVIDIA driver finds no device", "check nvidia-smi, or compute on cpu");
            }
            throw failure("the NVIDIA driver does not start: " + e.getMessage(), "check nvidia-smi, or compute on cpu");
        } catch (LinkageError e) {
            throw failure("the NVIDIA driver cannot be loaded: " + e.getMessage(), "reinstall it, or compute on cpu");
        }
    }

    private static TnsException failure(String message, String help) {
        return new TnsException(ErrorKind.DEVICE, "cuda: " + message).help(help);
    }

    private static String words(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** How many devices there are. */
    public int devices() {
        return devices;
    }

    /** The CUDA version that the driver speaks, such as {@code 12.4}. */
    public String version() {
        return words(version);
    }

    /**
     * Opens a device by its number.
     *
     * @throws TnsException when there is no such device
     */
    public Driver open(int ordinal) {
        if (ordinal >= devices) {
            throw failure(
                    "there is no device " + ordinal + ": "
                            + (devices == 1 ? "the only one is 0" : "they are 0 to " + (devices - 1)),
                    "cuda is the first one");
        }
        return NativeDriver.open(ordinal);
    }
}
