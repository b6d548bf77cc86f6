package tns.cuda.driver;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;

/**
 * A call of the driver failed, or work queued before did. It ends the statement, not the process; after most failures of
 * queued work the driver refuses everything that follows, and the tensors on the device are lost.
 *
 * <p>Work is queued and runs later, so that the operation in which its failure is noticed need not be the one that queued
 * it, unless the driver was told to wait for each launch.
 */
public final class DriverException extends TnsException {
    private static final long serialVersionUID = 1;

    /** The driver's own variable, which makes every launch wait until it is done. */
    private static final String WAITS = "CUDA_LAUNCH_BLOCKING";

    private final String call;
    private final int code;
    private final String error;
    private final boolean waits;
    private @Nullable String operation;

    /**
     * @param call the function of the driver
     * @param code its result
     * @param error the name of that result, perhaps with a log
     */
    public DriverException(String call, int code, String error) {
        this(call, code, error, "1".equals(System.getenv(WAITS)));
    }

    /**
     * The same where that is known.
     *
     * @param waits whether every launch waits until it is done
     */
    public DriverException(String call, int code, String error, boolean waits) {
        super(ErrorKind.DEVICE, error);
        this.call = call;
        this.code = code;
        this.error = error;
        this.waits = waits;
        if (!isOfEarlierWork(code)) {
            help("what is on the device may be lost; cpu goes on working");
        } else if (waits) {
            help("what is on the device is lost: start tns again; cpu goes on working");
        } else {
            help("this statement or one before it did that, and what is on the device is lost: start tns again, with "
                    + WAITS + "=1 in the environment to see which operation; cpu goes on working");
        }
    }

    /** Whether queued work failed, after which the driver refuses all that follows: CUDA's driver API, CUresult. */
    private static boolean isOfEarlierWork(int code) {
        return code == 214 || code == 700 || code == 702 || 714 <= code && code <= 719;
    }

    /** The driver's number for what happened. */
    public int code() {
        return code;
    }

    @Override
    public void ended(String name) {
        operation = operation == null ? name : operation;
    }

    @Override
    public String getMessage() {
        String where =
                operation == null ? "" : (isOfEarlierWork(code) && !waits ? ", noticed in " : " in ") + operation;
        return "cuda: the device failed: " + error + where + " (" + call + ", " + code + ")";
    }
}
