package tns.tensor;

/** The distributions a device can draw from by itself, each with two numbers. */
public enum Randomness {
    /** From the first number to below the second. */
    UNIFORM,
    /** With the mean and the standard deviation. */
    NORMAL,
    /** Ints from the first number to below the second. */
    INTEGERS
}
