package tns.bench;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.io.Reader;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;
import tns.Interpreter;
import tns.lang.Script;

/** One side of a measurement: something that can be called a number of times in a row. */
interface Side {
    long REST_MILLIS = 200;

    void run(int calls);

    /** Waits until it leaves the processor to others. */
    default void rest() {}

    static Side of(Row.Call call) {
        return calls -> {
            for (int i = 0; i < calls; i++) {
                call.run();
            }
        };
    }

    /**
     * tns text: {@code body} as the body of a loop, after {@code setup} once.
     *
     * @param name the text's name in messages
     */
    static Side tns(String setup, String body, String name, int threads) {
        Interpreter tns = new Interpreter(
                new PrintStream(PrintStream.nullOutputStream()), new BufferedReader(Reader.nullReader()), List.of());
        tns.threads(threads);
        tns.eval("seed(0)\n" + setup);
        Script loop = tns.compile("for call in 0..calls {\n" + body + "\n}", name);
        return calls -> {
            tns.set("calls", (long) calls);
            tns.run(loop);
        };
    }

    /** Libtorch for what needs no matrix products. */
    static Side libtorch(Row.Call call, int threads) {
        return libtorch(call, threads, threads);
    }

    /** Libtorch with the better of two settings: its matrix products on one thread or on all that it may use. */
    static Side bestLibtorch(Row.Call call, int threads) {
        Side narrow = libtorch(call, threads, 1);
        if (threads == 1) {
            return narrow;
        }
        Side wide = libtorch(call, threads, threads);
        return Pace.SHORT.warmUp(wide) < Pace.SHORT.warmUp(narrow) ? wide : narrow;
    }

    private static Side libtorch(Row.Call call, int threads, int blasThreads) {
        return new Side() {
            @Override
            public void run(int calls) {
                torch.set_num_threads(threads);
                openblas.blas_set_num_threads(blasThreads);
                for (int i = 0; i < calls; i++) {
                    try (PointerScope scope = new PointerScope()) {
                        call.run();
                    }
                }
            }

            /**
             * OpenBLAS's threads look for more work for 100 ms after the last product (seen in /proc/self/task): two
             * threads of tns took 2.5 ms for 512² meanwhile, and not 1.4.
             */
            @Override
            public void rest() {
                if (threads > 1) {
                    Pace.sleep(REST_MILLIS);
                }
            }
        };
    }
}
