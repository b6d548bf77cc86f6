package tns.nn;

import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.TnsException;

/** By how much weights must be larger for the function behind them to keep the variance: PyTorch's calculate_gain. */
final class Gain {
    /** PyTorch's slope of leaky_relu where none is given. */
    private static final double SLOPE = 0.01;

    private Gain() {}

    /** The gain before that function; {@code slope} is leaky_relu's below 0. */
    static double of(String op, String nonlinearity, @Nullable Double slope) {
        return switch (nonlinearity) {
            case "linear",
                    "conv1d",
                    "conv2d",
                    "conv3d",
                    "conv_transpose1d",
                    "conv_transpose2d",
                    "conv_transpose3d",
                    "sigmoid" -> 1;
            case "tanh" -> 5.0 / 3;
            case "relu" -> Math.sqrt(2);
            case "leaky_relu" -> leakyRelu(slope == null ? SLOPE : slope);
            case "selu" -> 0.75;
            default ->
                throw new TnsException(ErrorKind.VALUE, op + ": no gain is known for \"" + nonlinearity + '"')
                        .help("\"linear\", \"sigmoid\", \"tanh\", \"relu\", \"leaky_relu\" or \"selu\"");
        };
    }

    static double leakyRelu(double slope) {
        return Math.sqrt(2 / (1 + slope * slope));
    }
}
