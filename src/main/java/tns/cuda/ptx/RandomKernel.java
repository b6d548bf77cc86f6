package tns.cuda.ptx;

import java.util.Arrays;
import tns.expr.Lane;
import tns.expr.Program;
import tns.tensor.DType;
import tns.tensor.Philox;

/**
 * Fills memory with random draws as {@link Philox} defines them, a thread for every block of the generator.
 *
 * <p>Parameters: the number of elements; that of blocks; the address of the seed and the call, two int64; a number added
 * to the call; the output; then, in the output's dtype, {@code low, high - low, high} of uniform draws, {@code mean,
 * std} of normal ones, {@code low, high - low} of integers. Seed and call are read from memory, so that a recorded
 * launch draws new numbers when the call has moved on.
 *
 * @param distribution what is drawn
 * @param dtype of the output: a float one, or int64 for integers
 * @param aligned whether the output's address is a multiple of 16
 */
public record RandomKernel(Distribution distribution, DType dtype, boolean aligned) implements KernelText {
    /** Threads of a block. */
    public static final int THREADS = 256;

    /** What is drawn. */
    public enum Distribution {
        UNIFORM,
        NORMAL,
        INTEGERS
    }

    /** Elements that come of one block of the generator. */
    public static int elements(DType dtype) {
        return 16 / dtype.bytes();
    }

    @Override
    public Kernel render() {
        return new Rendering().kernel();
    }

    /** One kernel being written. */
    private final class Rendering {
        private final PtxWriter w = new PtxWriter("random", THREADS);
        private final String count = w.parameter(PtxType.B32);
        private final String blocks = w.parameter(PtxType.B32);
        private final String state = w.pointer();
        private final String callOffset = w.parameter(PtxType.B64);
        private final String output = w.pointer();
        private final String[] setting = new String[distribution == Distribution.UNIFORM ? 3 : 2];
        private final String[][] keys = new String[Philox.ROUNDS][2];
        private final int draws = elements(dtype);

        Kernel kernel() {
            Arrays.setAll(setting, i -> w.parameter(Element.raw(dtype)));
            String seed = w.register(PtxType.B64);
            String cell = w.register(PtxType.B64);
            w.op("ld.global.u64", seed, "[" + state + "]");
            w.op("ld.global.u64", cell, "[" + state + "+8]");
            String call = w.make(PtxType.B64, "add.s64", cell, callOffset);
            keys(low(seed), high(seed));
            String callLow = low(call);
            String callHigh = high(call);
            Walk.write(w, blocks, 1, (index, inside) -> {
                String[] words = words(new String[] {index[0], "0", callLow, callHigh});
                store(index[0], drawn(words));
            });
            return w.kernel();
        }

        private String low(String word) {
            return w.make(PtxType.B32, "cvt.u32.u64", word);
        }

        private String high(String word) {
            return w.make(PtxType.B32, "cvt.u32.u64", w.make(PtxType.B64, "shr.u64", word, "32"));
        }

        private void keys(String key0, String key1) {
            for (int round = 0; round < Philox.ROUNDS; round++) {
                keys[round][0] = round == 0 ? key0 : next(keys[round - 1][0], Philox.KEY_STEP_0);
                keys[round][1] = round == 0 ? key1 : next(keys[round - 1][1], Philox.KEY_STEP_1);
            }
        }

        private String next(String key, int step) {
            return w.make(PtxType.B32, "add.u32", key, hex(step));
        }

        private static String hex(int word) {
            return "0x" + Integer.toHexString(word);
        }

        private String[] words(String[] counter) {
            String[] c = counter;
            for (String[] key : keys) {
                String highA = w.make(PtxType.B32, "mul.hi.u32", c[0], hex(Philox.MULTIPLIER_0));
                String lowA = w.make(PtxType.B32, "mul.lo.u32", c[0], hex(Philox.MULTIPLIER_0));
                String highB = w.make(PtxType.B32, "mul.hi.u32", c[2], hex(Philox.MULTIPLIER_1));
                String lowB = w.make(PtxType.B32, "mul.lo.u32", c[2], hex(Philox.MULTIPLIER_1));
                c = new String[] {mixed(highB, c[1], key[0]), lowB, mixed(highA, c[3], key[1]), lowA};
            }
            return c;
        }

        private String mixed(String product, String word, String key) {
            return w.make(PtxType.B32, "xor.b32", w.make(PtxType.B32, "xor.b32", product, word), key);
        }

        /** The draws that come of the words of a block. */
        private String[] drawn(String[] words) {
            return switch (distribution) {
                case INTEGERS -> integers(words);
                case UNIFORM -> uniform(words);
                case NORMAL -> normal(words);
            };
        }

        private String[] integers(String[] words) {
            String[] results = new String[draws];
            for (int j = 0; j < draws; j++) {
                String part = w.make(PtxType.B64, "mul.hi.u64", word64(words, j), setting[1]);
                results[j] = w.make(PtxType.B64, "add.s64", part, setting[0]);
            }
            return results;
        }

        private String[] uniform(String[] words) {
            Program program = Philox.uniform(lane());
            String[] results = new String[draws];
            for (int j = 0; j < draws; j++) {
                String bits = lane() == Lane.F32 ? high24(words[j]) : high53(words, j);
                String[] inputs = {bits, setting[0], setting[1], setting[2]};
                results[j] = new ProgramSteps(w, program).write(inputs)[0];
            }
            return results;
        }

        private String[] normal(String[] words) {
            Program program = Philox.normal(lane());
            String[] results = new String[draws];
            for (int j = 0; j < draws; j += 2) {
                boolean single = lane() == Lane.F32;
                String radius = single ? w.make(PtxType.F32, "cvt.rn.f32.u32", words[j]) : high53(words, 0);
                String angle = single ? high24(words[j + 1]) : high53(words, 1);
                String[] pair =
                        new ProgramSteps(w, program).write(new String[] {radius, angle, setting[0], setting[1]});
                results[j] = pair[0];
                results[j + 1] = pair[1];
            }
            return results;
        }

        private Lane lane() {
            return dtype.lane();
        }

        /** The upper 24 bits of a word as a float32, exact. */
        private String high24(String word) {
            return w.make(PtxType.F32, "cvt.rn.f32.u32", w.make(PtxType.B32, "shr.u32", word, "8"));
        }

        /** The upper 53 bits of a pair of words as a float64, exact. */
        private String high53(String[] words, int j) {
            return w.make(PtxType.F64, "cvt.rn.f64.u64", w.make(PtxType.B64, "shr.u64", word64(words, j), "11"));
        }

        private String word64(String[] words, int j) {
            String upper = w.make(PtxType.B64, "cvt.u64.u32", words[2 * j]);
            String lower = w.make(PtxType.B64, "cvt.u64.u32", words[2 * j + 1]);
            return w.make(PtxType.B64, "or.b64", w.make(PtxType.B64, "shl.b64", upper, "32"), lower);
        }

        private void store(String block, String[] results) {
            int bytes = dtype.bytes();
            String access = Element.access(dtype);
            String first = w.make(PtxType.B32, "mul.lo.u32", block, Integer.toString(draws));
            String at = w.make(PtxType.B64, "mad.wide.u32", first, Integer.toString(bytes), output);
            String done = w.label();
            if (aligned) {
                String last = w.make(PtxType.B32, "add.u32", first, Integer.toString(draws - 1));
                String whole = w.make(PtxType.PRED, "setp.lt.u32", last, count);
                String all = "{" + String.join(", ", results) + "}";
                w.op(Walk.guard(whole) + "st.global.v" + draws + "." + access, "[" + at + "]", all);
                w.jumpIf(whole, done);
            }
            for (int j = 0; j < draws; j++) {
                String index = w.make(PtxType.B32, "add.u32", first, Integer.toString(j));
                String inside = w.make(PtxType.PRED, "setp.lt.u32", index, count);
                w.op(Walk.guard(inside) + "st.global." + access, "[" + at + "+" + j * bytes + "]", results[j]);
            }
            w.place(done);
        }
    }
}
