package tns.lang;

/** What a parameter or a result is declared to be; checked at every call. */
public sealed interface Annotation permits ShapePattern, TypePattern {
    /**
     * Checks {@code value}, and binds the names of a shape in {@code frame}.
     *
     * @param what the parameter, or {@code the result}, as messages call it
     */
    void check(Frame frame, String function, String what, Object value);

    /** Whether what it asks for is the same wherever the names it reads are. */
    boolean isSteady(Names names);

    /** It as written. */
    String text();
}
