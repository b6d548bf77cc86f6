package tns.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tns.cuda.emulator.Emulator.Order;

/** The emulator runs threads as if one after the other in the order asked for, and notices what a device leaves open. */
class EmulatorTest {
    private static final int THREADS = 70;

    /** Four bytes for each thread, and the address of them. */
    private final Memory memory = new Memory();

    private final long data = memory.allocate(4 * THREADS);

    /** A kernel with one parameter, the address in %rd0; the thread is %r0 and its own address %rd1. */
    private static String kernel(String body) {
        return """
            .visible .entry test(
            .param .u64 p0
            )
            {
            .reg .b32 %r<9>;
            .reg .b64 %rd<9>;
            .reg .pred %p<9>;
            .shared .align 4 .b8 zone[512];
            ld.param.u64 %rd0, [p0];
            mov.u32 %r0, %tid.x;
            mad.wide.u32 %rd1, %r0, 4, %rd0;
            """ + body + "ret;\n}\n";
    }

    private int[] run(String body, Order order, int blocks) {
        byte[] zero = new byte[4 * THREADS];
        memory.write(data, zero, 0, zero.length);
        new Emulator(memory, order, 5).launch(new Module.Cache().of(kernel(body)), blocks, THREADS, new long[] {data});
        return read();
    }

    private int[] read() {
        byte[] bytes = new byte[4 * THREADS];
        memory.read(data, bytes, 0, bytes.length);
        int[] found = new int[THREADS];
        for (int i = 0; i < THREADS; i++) {
            found[i] = (int) Memory.load(bytes, 4 * i, 4);
        }
        return found;
    }

    private String failure(String body) {
        return assertThrows(EmulationError.class, () -> run(body, Order.FORWARD, 1))
                .getMessage();
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void threadsGoDifferentWays(Order order) {
        int[] found = run("""
            mov.u32 %r2, 0;
            mov.u32 %r3, 0;
            and.b32 %r1, %r0, 3;
            AGAIN:
            setp.ge.u32 %p0, %r2, %r1;
            @%p0 bra END;
            add.s32 %r3, %r3, %r0;
            add.s32 %r2, %r2, 1;
            bra AGAIN;
            END:
            st.global.u32 [%rd1], %r3;
            """, order, 2);
        for (int i = 0; i < THREADS; i++) {
            assertEquals(i * (i & 3), found[i]);
        }
    }

    /** In one word, and so in place: each thread sees what it has written itself. */
    @ParameterizedTest
    @EnumSource(Order.class)
    void whatIsDoneInPlaceIsDoneOnce(Order order) {
        int[] found = run("""
            ld.global.u32 %r1, [%rd1];
            add.s32 %r1, %r1, %r0;
            st.global.u32 [%rd1], %r1;
            ld.global.u32 %r1, [%rd1];
            add.s32 %r1, %r1, 1;
            st.global.u32 [%rd1], %r1;
            """, order, 3);
        for (int i = 0; i < THREADS; i++) {
            assertEquals(3 * (i + 1), found[i]);
        }
    }

    /** All add to one word without a barrier: nothing is lost, as they come one after the other. */
    @ParameterizedTest
    @EnumSource(Order.class)
    void threadsComeOneAfterTheOther(Order order) {
        int[] found = run("""
            ld.global.u32 %r1, [%rd0];
            add.s32 %r1, %r1, 1;
            st.global.u32 [%rd0], %r1;
            """, order, 2);
        assertEquals(2 * THREADS, found[0]);
    }

    /** The last who writes wins, be it by one instruction or by two. */
    @Test
    void theOrderDecidesWhoWritesLast() {
        String one = "st.global.u32 [%rd0], %r0;\n";
        assertEquals(THREADS - 1, run(one, Order.FORWARD, 1)[0]);
        assertEquals(0, run(one, Order.REVERSED, 1)[0]);
        String two = """
            setp.eq.u32 %p0, %r0, 0;
            @%p0 bra FIRST;
            st.global.u32 [%rd0], %r0;
            ret;
            FIRST:
            st.global.u32 [%rd0+4], %r0;
            st.global.u32 [%rd0], 1000;
            """;
        assertEquals(THREADS - 1, run(two, Order.FORWARD, 1)[0]);
        assertEquals(1000, run(two, Order.REVERSED, 1)[0]);
    }

    /** Without a barrier in between, what a neighbour gives depends on the order. */
    @Test
    void theOrderDecidesWhatANeighbourHasWritten() {
        String body = """
            add.s32 %r1, %r0, 1;
            st.global.u32 [%rd1], %r1;
            rem.u32 %r2, %r1, %ntid.x;
            mad.wide.u32 %rd2, %r2, 4, %rd0;
            %s
            ld.global.u32 %r3, [%rd2];
            mul.lo.s32 %r3, %r3, 100;
            bar.sync 0;
            st.global.u32 [%rd1], %r3;
            """;
        int[] ordered = new int[THREADS];
        int[] forward = new int[THREADS];
        int[] reversed = new int[THREADS];
        for (int i = 0; i < THREADS; i++) {
            ordered[i] = 100 * ((i + 1) % THREADS + 1);
            forward[i] = i == THREADS - 1 ? 100 : 0;
            reversed[i] = i == THREADS - 1 ? 0 : ordered[i];
        }
        String without = body.replace("%s\n", "");
        assertArrayEquals(forward, run(without, Order.FORWARD, 1));
        assertArrayEquals(reversed, run(without, Order.REVERSED, 1));
        for (Order order : Order.values()) {
            assertArrayEquals(ordered, run(body.replace("%s", "bar.sync 0;"), order, 1));
        }
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void bytesOfOneWordAreApart(Order order) {
        int[] found = run("""
            cvt.u64.u32 %rd2, %r0;
            add.s64 %rd2, %rd2, %rd0;
            ld.global.u8 %r1, [%rd2];
            add.s32 %r1, %r1, %r0;
            st.global.u8 [%rd2], %r1;
            """, order, 1);
        assertEquals(0x03020100, found[0]);
        assertEquals(0x07060504, found[1]);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void theGreatestIsFoundInAnyOrder(Order order) {
        String body = "red.global.max.s32 [%rd0], %r0;\n";
        assertEquals(THREADS - 1, run(body, order, 2)[0]);
        assertEquals(THREADS - 1, run("ld.global.u32 %r1, [%rd1];\n" + body, order, 2)[0]);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void sharedMemoryIsReadAfterABarrier(Order order) {
        int[] found = run("""
            mul.lo.u32 %r1, %r0, 4;
            st.shared.u32 [%r1], %r0;
            bar.sync 0;
            sub.s32 %r2, %ntid.x, %r0;
            sub.s32 %r2, %r2, 1;
            mul.lo.u32 %r2, %r2, 4;
            ld.shared.u32 %r3, [%r2];
            st.global.u32 [%rd1], %r3;
            """, order, 2);
        for (int i = 0; i < THREADS; i++) {
            assertEquals(THREADS - 1 - i, found[i]);
        }
    }

    @Test
    void sharedMemoryIsWrittenFirst() {
        String message = failure("""
            mul.lo.u32 %r1, %r0, 4;
            st.shared.u32 [%r1], %r0;
            ld.shared.u32 %r3, [%r1+4];
            """);
        assertEquals(
                "test: thread 0 of block 0: ld.shared.u32 %r3, [%r1+4];: shared memory at 4 is read before it is"
                        + " written",
                message);
    }

    /** The thread that comes to its mistake first is named, and what the others would have done is not done. */
    @Test
    void errorsNameTheFirstThread() {
        String message = failure("""
            setp.lt.u32 %p0, %r0, 40;
            @%p0 bra FINE;
            st.global.u32 [%rd1+8192], %r0;
            FINE:
            st.global.u32 [%rd1], 7;
            """);
        assertTrue(
                message.startsWith("test: thread 40 of block 0: st.global.u32 [%rd1+8192], %r0;: access to"), message);
        assertEquals(7, read()[39]);
        assertEquals(0, read()[41]);
    }

    @Test
    void registersAreSetBeforeTheyAreRead() {
        assertTrue(failure("add.s32 %r1, %r2, 1;\n").endsWith("register %r2 is read before it is set"));
        String sometimes = """
            setp.ne.u32 %p0, %r0, 3;
            @%p0 mov.u32 %r1, 5;
            st.global.u32 [%rd1], %r1;
            """;
        assertEquals(
                "test: thread 3 of block 0: st.global.u32 [%rd1], %r1;: register %r1 is read before it is set",
                failure(sometimes));
        String always = sometimes.replace("st.global", "@!%p0 mov.u32 %r1, 6;\nst.global");
        int[] found = run(always, Order.FORWARD, 2);
        assertEquals(6, found[3]);
        assertEquals(5, found[4]);
        String inALoop = """
            mov.u32 %r2, 0;
            AGAIN:
            setp.eq.u32 %p0, %r2, 0;
            @%p0 bra FIRST;
            add.s32 %r3, %r4, 1;
            FIRST:
            mov.u32 %r4, 8;
            add.s32 %r2, %r2, 1;
            setp.lt.u32 %p1, %r2, 3;
            @%p1 bra AGAIN;
            st.global.u32 [%rd1], %r3;
            """;
        assertEquals(9, run(inALoop, Order.FORWARD, 1)[3]);
        assertTrue(failure(inALoop.replace("mov.u32 %r4, 8;", "")).endsWith("register %r4 is read before it is set"));
    }

    @Test
    void endlessLoopsEnd() {
        assertTrue(failure("AGAIN:\nbra AGAIN;\n").endsWith("an endless loop"));
    }

    @Test
    void allComeToABarrier() {
        assertTrue(failure("setp.eq.u32 %p0, %r0, 3;\n@%p0 ret;\nbar.sync 0;\n").contains("1 of 70 threads ended"));
    }
}
