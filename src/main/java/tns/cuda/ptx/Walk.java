package tns.cuda.ptx;

/**
 * A loop of all threads of a grid over the numbers below a count, several of them at a time, so that their loads are
 * under way together.
 */
final class Walk {
    private Walk() {}

    /** What is done with several numbers; instructions for one of them stand under its guard. */
    @FunctionalInterface
    interface Body {
        /** Writes the work on the numbers {@code index}, each where its predicate {@code inside} holds. */
        void write(String[] index, String[] inside);
    }

    /** Writes the loop; {@code count} and four times the threads of the grid must stay below 2^31. */
    static void write(PtxWriter w, String count, int flight, Body body) {
        String[] position = w.gridPosition();
        String i = w.make(PtxType.B32, "mov.u32", position[0]);
        String top = w.label();
        String done = w.label();
        w.place(top);
        w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", i, count), done);
        String[] index = new String[flight];
        String[] inside = new String[flight];
        for (int u = 0; u < flight; u++) {
            index[u] = w.make(PtxType.B32, "mov.u32", i);
            inside[u] = w.make(PtxType.PRED, "setp.lt.u32", i, count);
            w.op("add.u32", i, i, position[1]);
        }
        body.write(index, inside);
        w.jump(top);
        w.place(done);
    }

    /** The guard of instructions that a predicate allows. */
    static String guard(String predicate) {
        return "@" + predicate + " ";
    }
}
