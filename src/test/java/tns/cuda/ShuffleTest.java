package tns.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import tns.cuda.emulator.EmulationError;
import tns.cuda.emulator.Emulator;
import tns.cuda.emulator.Memory;
import tns.cuda.emulator.Module;

/** The emulator exchanges values within whole warps, and faults where a device would wait for ever. */
class ShuffleTest {
    private static final String TEXT = """
        .version 6.4
        .target sm_70
        .address_size 64
        .visible .entry shuffle(
        .param .u64 p0
        )
        .maxntid 64, 1, 1
        {
        .reg .pred %p<1>;
        .reg .b32 %r<3>;
        .reg .b64 %l<3>;
        ld.param.u64 %l0, [p0];
        mov.u32 %r0, %tid.x;
        setp.ge.u32 %p0, %r0, LIMIT;
        @%p0 bra L0;
        shfl.sync.bfly.b32 %r1, %r0, 5, 0x1f, 0xffffffff;
        mad.wide.u32 %l1, %r0, 4, %l0;
        st.global.u32 [%l1], %r1;
        L0:
        ret;
        }
        """;

    @Test
    void wholeWarps() {
        for (Emulator.Order order : Emulator.Order.values()) {
            Memory memory = new Memory();
            long address = memory.allocate(64 * 4);
            new Emulator(memory, order, 3).launch(module(64), 1, 64, new long[] {address});
            byte[] bytes = new byte[64 * 4];
            memory.read(address, bytes, 0, bytes.length);
            for (int i = 0; i < 64; i++) {
                assertEquals(i ^ 5, bytes[4 * i], order.toString());
            }
        }
    }

    @Test
    void partOfAWarp() {
        Memory memory = new Memory();
        long[] arguments = {memory.allocate(64 * 4)};
        Emulator emulator = new Emulator(memory, Emulator.Order.FORWARD, 0);
        EmulationError error = assertThrows(EmulationError.class, () -> emulator.launch(module(40), 1, 64, arguments));
        assertTrue(error.getMessage().contains("not all of a warp come to one shuffle"), error.getMessage());
    }

    private static Module module(int limit) {
        return new Module.Cache().of(TEXT.replace("LIMIT", Integer.toString(limit)));
    }
}
