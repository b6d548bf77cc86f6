package tns.op;

import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Generator;

/**
 * What a running program can change and ops depend on: the default dtype and device and the random state.
 *
 * <p>Owned by one interpreter and used by one thread at a time.
 */
public class Context {
    private final Device cpu;
    private final Generator random;
    private DType defaultDType = DType.FLOAT32;
    private Device device;
    private FileAccess files = FileAccess.ANYWHERE;

    public Context(Device cpu) {
        this.cpu = cpu;
        this.device = cpu;
        this.random = new Generator();
    }

    /** Host memory's device, where literals and random draws start. */
    public Device cpu() {
        return cpu;
    }

    /** The device on which constructors make tensors. */
    public Device device() {
        return device;
    }

    public void device(Device device) {
        this.device = device;
    }

    /** The dtype of float literals and constructors. */
    public DType defaultDType() {
        return defaultDType;
    }

    public void defaultDType(DType dtype) {
        this.defaultDType = dtype;
    }

    /** Which files the program may use. */
    public FileAccess files() {
        return files;
    }

    public void files(FileAccess access) {
        this.files = access;
    }

    public Generator random() {
        return random;
    }
}
