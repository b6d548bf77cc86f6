package tns.cuda.ptx;

/** The kinds of virtual register; integers are untyped bits, and instructions say how they read them. */
enum PtxType {
    PRED("pred", "%p", 0),
    B32("b32", "%r", 4),
    B64("b64", "%l", 8),
    F32("f32", "%f", 4),
    F64("f64", "%d", 8);

    private final String word;
    private final String prefix;
    private final int bytes;

    PtxType(String word, String prefix, int bytes) {
        this.word = word;
        this.prefix = prefix;
        this.bytes = bytes;
    }

    /** The suffix of an instruction on it, without the dot. */
    String word() {
        return word;
    }

    /** What its registers' names start with. */
    String prefix() {
        return prefix;
    }

    /** Its size in memory; 0 for predicates, which have none. */
    int bytes() {
        return bytes;
    }
}
