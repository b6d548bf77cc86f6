package tns;

/** The CUDA device that tests of the language run on: an emulated one, or with {@code -Dtns.device=cuda:0} a card. */
public final class TestedDevice {
    public static final String NAME = System.getProperty("tns.device", "cuda-emu");

    private TestedDevice() {}

    public static boolean isEmulated() {
        return NAME.equals("cuda-emu");
    }

    /** What is printed, without the name of the device that tensors elsewhere than in host memory show. */
    public static String anywhere(String text) {
        return text.replace(", device='" + NAME + "'", "");
    }
}
