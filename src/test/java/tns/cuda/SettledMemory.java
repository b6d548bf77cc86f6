package tns.cuda;

/** What a device still holds when garbage has been given back. */
final class SettledMemory {
    private SettledMemory() {}

    /** Bytes in tensors once the collector has had its say. */
    static long bytes(CudaDevice device) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            System.gc();
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            least = Math.min(least, device.bytesInTensors());
        }
        return least;
    }
}
