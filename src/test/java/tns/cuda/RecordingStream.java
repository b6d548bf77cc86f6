package tns.cuda;

import java.util.ArrayList;
import java.util.List;
import tns.cuda.ptx.KernelText;

/**
 * Keeps the launches that it passes on to an emulated device.
 *
 * @param <L> what is kept of a launch
 */
final class RecordingStream<L> implements Stream {
    /** What is kept of a launch of the one kind of kernel that a test expects. */
    interface Launched<K extends KernelText, L> {
        L of(K kernel, int blocks, long[] arguments);
    }

    /** In their order. */
    final List<L> launches = new ArrayList<>();

    private final EmulatedStream device;
    private final Launched<KernelText, L> launched;

    private RecordingStream(EmulatedStream device, Launched<KernelText, L> launched) {
        this.device = device;
        this.launched = launched;
    }

    /** Launches of any other kind of kernel fail. */
    static <K extends KernelText, L> RecordingStream<L> of(
            EmulatedStream device, Class<K> kind, Launched<K, L> launched) {
        return new RecordingStream<>(
                device, (kernel, blocks, arguments) -> launched.of(kind.cast(kernel), blocks, arguments));
    }

    @Override
    public void launch(KernelText kernel, int blocks, long... arguments) {
        launches.add(launched.of(kernel, blocks, arguments));
        device.launch(kernel, blocks, arguments);
    }

    @Override
    public long reserve(long bytes) {
        return device.reserve(bytes);
    }

    @Override
    public void release(long address) {
        device.release(address);
    }

    @Override
    public int multiprocessors() {
        return device.multiprocessors();
    }
}
