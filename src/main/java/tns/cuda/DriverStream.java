package tns.cuda;

import java.util.HashMap;
import java.util.Map;
import tns.cuda.driver.Driver;
import tns.cuda.ptx.Kernel;
import tns.cuda.ptx.KernelText;

/** The queue of a driver as a stream: kernels are compiled when they are first launched, and kept. */
final class DriverStream implements Stream {
    private record Loaded(long function, int threads) {}

    private final Driver driver;
    private final DeviceMemory memory;
    private final Map<KernelText, Loaded> kernels = new HashMap<>();

    DriverStream(Driver driver, DeviceMemory memory) {
        this.driver = driver;
        this.memory = memory;
    }

    @Override
    public void launch(KernelText text, int blocks, long... arguments) {
        Loaded kernel = kernels.get(text);
        if (kernel == null) {
            Kernel rendered = text.render();
            kernel = new Loaded(driver.load(rendered), rendered.threads());
            kernels.put(text, kernel);
        }
        driver.launch(kernel.function, blocks, kernel.threads, arguments);
    }

    @Override
    public long reserve(long bytes) {
        return memory.reserve(bytes);
    }

    @Override
    public void release(long address) {
        memory.release(address);
    }

    @Override
    public int multiprocessors() {
        return driver.multiprocessors();
    }
}
