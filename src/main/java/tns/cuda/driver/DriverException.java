package tns.cuda.driver;

import tns.error.ErrorKind;
import tns.error.TnsException;

/**
 * A call of the driver failed, or work queued before did. It ends the statement, not the process; after most failures of
 * queued work the driver refuses everything that follows, and the tensors on the device are lost.
 */
public final class DriverException extends TnsException {
    private static final long serialVersionUID = 1;

    private final int code;

    /**
     * @param call the function of the driver
     * @param code its result
     * @param error the name of that result, perhaps with a log
     */
    public DriverException(String call, int code, String error) {
        super(ErrorKind.DEVICE, "cuda: the device failed: " + error + " (" + call + ", " + code + ")");
        this.code = code;
        help(
                isOfEarlierWork(code)
                        ? "this statement or one before it did that, and what is on the device is lost: start tns"
                                + " again, with CUDA_LAUNCH_BLOCKING=1 in the environment to see which one; cpu goes on"
                                + " working"
                        : "what is on the device may be lost; cpu goes on working");
    }

    /** Whether queued work failed, after which the driver refuses all that follows: CUDA's driver API, CUresult. */
    private static boolean isOfEarlierWork(int code) {
        return code == 214 || code == 700 || code == 702 || 714 <= code && code <= 719;
    }

    /** The driver's number for what happened. */
    public int code() {
        return code;
    }
}
