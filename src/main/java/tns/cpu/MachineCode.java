package tns.cpu;

import org.jspecify.annotations.Nullable;
import tns.cpu.x86.PointwiseLoop;
import tns.cpu.x86.Processor;
import tns.cpu.x86.RowsLoop;
import tns.cpu.x86.SquareTurns;
import tns.expr.Program;
import tns.expr.RowProgram;

/**
 * When loops of machine code are made: long before the JVM's compiler would have one of vector operations. They are there at
 * once, but a call of one takes 50 ns, so that few elements are better left to code within the JVM.
 */
enum MachineCode {
    NEVER,
    /** Once it has become worth it. */
    IN_TIME,
    /** At their first use, however little it is. */
    AT_ONCE;

    /** Element-steps after which a loop is made: some 2 ms of work in plain Java. */
    private static final long MAKE_AFTER = 1 << 22;

    /** Runs after which code is made for what is done again and again on the same operands. */
    private static final int BIND_AFTER = 200;

    /** Up to so many elements the way in and out counts: a loop of the JVM's compiler is to be preferred. */
    static final int FEW = 1 << 10;

    /** Fewer elements do not make up for it even against plain Java. */
    private static final int LEAST = 1 << 8;

    /** Whether a run of so many elements is one for machine code at all. */
    boolean suits(long elements) {
        return this == AT_ONCE || this == IN_TIME && elements >= LEAST;
    }

    /** Whether so many element-steps are worth a loop; false while it is not known whether there can be one. */
    boolean isWorth(long work) {
        return switch (this) {
            case NEVER -> false;
            case IN_TIME -> work >= MAKE_AFTER && Processor.isReady();
            case AT_ONCE -> Processor.isSuitable();
        };
    }

    /**
     * Whether a loop of the JVM's compiler is not even wanted for so many elements where there is one of machine code: it
     * would have no longer vectors.
     */
    boolean isBest(long elements) {
        return switch (this) {
            case NEVER -> false;
            case IN_TIME -> elements > FEW && !Processor.hasWiderVectors();
            case AT_ONCE -> true;
        };
    }

    /** Whether code is worth it for what has been done so often and will be again; false while it is not known. */
    boolean isWorthBinding(int runs) {
        return switch (this) {
            case NEVER -> false;
            case IN_TIME -> runs >= BIND_AFTER && Processor.isReady();
            case AT_ONCE -> Processor.isSuitable();
        };
    }

    /** The loop of a program some of whose operands are the same; or null, as where the system has no memory for code. */
    static @Nullable Pointwise loop(Program program, long uniforms, int[] same, BlockRunner blocks) {
        try {
            PointwiseLoop loop = PointwiseLoop.of(program, uniforms, same);
            return loop == null ? null : new Pointwise(loop, program, uniforms, blocks);
        } catch (IllegalStateException full) {
            return null;
        }
    }

    /** The loop of a program, or null; see {@link PointwiseLoop#of}. */
    static @Nullable FusedLoop loop(Program program, long uniforms, BlockRunner blocks) {
        PointwiseLoop loop = PointwiseLoop.of(program, uniforms);
        return loop == null ? null : new Pointwise(loop, program, uniforms, blocks);
    }

    /** The rows of a program, or null; see {@link RowsLoop#of}. */
    static @Nullable RowLoop rows(RowProgram program, RowPlaces places) {
        RowsLoop loop = RowsLoop.of(program, places, RowExecutor.LAYOUT);
        return loop == null ? null : new Rows(loop);
    }

    /** What turns squares of floats. */
    static Turns.Squares squares() {
        return new Turns.Squares(new Squares(new SquareTurns()), SquareTurns.SIDE);
    }

    /** Squares, with the operands of {@link TurnCode}. */
    private static final class Squares extends FusedLoop {
        private final SquareTurns turns;

        Squares(SquareTurns turns) {
            this.turns = turns;
        }

        @Override
        void run(Object[] arrays, int[] at, int n) {
            int row = at[2] - at[0];
            int step = at[3] - at[1];
            turns.run((float[]) arrays[0], at[0], row, (float[]) arrays[1], at[1], step, n / SquareTurns.SIDE);
        }
    }

    /** A row program. */
    private static final class Rows extends RowLoop {
        private final RowsLoop loop;

        Rows(RowsLoop loop) {
            this.loop = loop;
        }

        @Override
        void run(Object[] arrays, int[] at, int rows, int n, int piece) {
            loop.run(arrays, at, rows, n);
        }
    }

    /** A pointwise program. */
    static final class Pointwise extends FusedLoop {
        private final PointwiseLoop loop;
        private final Program program;
        private final long uniforms;
        private final BlockRunner blocks;

        Pointwise(PointwiseLoop loop, Program program, long uniforms, BlockRunner blocks) {
            super(true);
            this.loop = loop;
            this.program = program;
            this.uniforms = uniforms;
            this.blocks = blocks;
        }

        @Override
        void run(Object[] arrays, int[] at, int n) {
            int done = loop.run(arrays, at, n);
            if (done < n) {
                rest(arrays, at, n, done);
            }
        }

        /** What begins with element {@code first}, which takes another way: in turns of a few elements by that way. */
        void rest(Object[] arrays, int[] from, int n, int first) {
            int[] at = from.clone();
            int done = first;
            advance(at, first);
            while (done < n) {
                int few = Math.min(BlockRunner.FEW_ELEMENTS, n - done);
                blocks.small(program, uniforms, arrays, at, few);
                advance(at, few);
                int more = loop.run(arrays, at, n - done - few);
                advance(at, more);
                done += few + more;
            }
        }

        /** A run of the same few elements, to be done again and again. */
        Runnable bind(Object[] arrays, int[] at, int n) {
            PointwiseLoop.Bound bound = loop.bind(arrays, at, n);
            return () -> {
                int done = bound.run();
                if (done < n) {
                    rest(arrays, at, n, done);
                }
            };
        }

        private void advance(int[] at, int elements) {
            for (int k = 0; k < at.length; k++) {
                if (k >= program.inputs() || (uniforms >> k & 1) == 0) {
                    at[k] += elements;
                }
            }
        }
    }
}
