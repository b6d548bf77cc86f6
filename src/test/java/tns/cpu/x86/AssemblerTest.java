package tns.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static tns.cpu.x86.Assembler.R10;
import static tns.cpu.x86.Assembler.R12;
import static tns.cpu.x86.Assembler.R13;
import static tns.cpu.x86.Assembler.R14;
import static tns.cpu.x86.Assembler.R15;
import static tns.cpu.x86.Assembler.R8;
import static tns.cpu.x86.Assembler.R9;
import static tns.cpu.x86.Assembler.RAX;
import static tns.cpu.x86.Assembler.RBX;
import static tns.cpu.x86.Assembler.RCX;
import static tns.cpu.x86.Assembler.RDI;
import static tns.cpu.x86.Assembler.RDX;
import static tns.cpu.x86.Assembler.RSI;
import static tns.cpu.x86.Assembler.RSP;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tns.cpu.x86.Assembler.Constant;
import tns.cpu.x86.Assembler.Label;
import tns.cpu.x86.Assembler.Memory;
import tns.cpu.x86.Assembler.Operand;
import tns.cpu.x86.Assembler.Register;
import tns.expr.Opcode;

/** Instructions have the bytes that the GNU assembler gives them (2.38, vector ones with the prefix {vex3}). */
class AssemblerTest {
    private record Case(String text, String bytes, Consumer<Assembler> written) {}

    private static Case of(String text, String bytes, Consumer<Assembler> written) {
        return new Case(text, bytes, written);
    }

    private static VectorOps floats(Assembler code) {
        return new VectorOps(code, false);
    }

    private static VectorOps doubles(Assembler code) {
        return new VectorOps(code, true);
    }

    private static Operand ymm(int number) {
        return new Register(number);
    }

    private static final Case[] CASES = {
        of("push rbx", "53", a -> a.push(RBX)),
        of("push r12", "41 54", a -> a.push(R12)),
        of("pop r15", "41 5f", a -> a.pop(R15)),
        of("mov rax, r9", "49 8b c1", a -> a.move(RAX, R9)),
        of("mov r10, [rdi+8]", "4c 8b 57 08", a -> a.load(R10, Memory.at(RDI, 8))),
        of("mov [rsp+64], rbx", "48 89 5c 24 40", a -> a.store(Memory.at(RSP, 64), RBX)),
        of("mov r13, [r13]", "4d 8b 6d 00", a -> a.load(R13, Memory.at(R13, 0))),
        of("mov rcx, [r12]", "49 8b 0c 24", a -> a.load(RCX, Memory.at(R12, 0))),
        of("lea rbx, [rax+32]", "48 8d 58 20", a -> a.address(RBX, Memory.at(RAX, 32))),
        of("lea r9, [r8+r10*2]", "4f 8d 0c 50", a -> a.address(R9, Memory.at(R8, R10, 2))),
        of("add rsi, [rdi+2000]", "48 03 b7 d0 07 00 00", a -> a.add(RSI, Memory.at(RDI, 2000))),
        of("add r8, r13", "4d 03 c5", a -> a.add(R8, R13)),
        of("sub r15, rax", "4c 2b f8", a -> a.subtract(R15, RAX)),
        of("cmp rax, r15", "49 3b c7", a -> a.compare(RAX, R15)),
        of("cmp rbx, [rdi+48]", "48 3b 5f 30", a -> a.compare(RBX, Memory.at(RDI, 48))),
        of("add rax, 128", "48 81 c0 80 00 00 00", a -> a.addNumber(RAX, 128)),
        of("and rsp, -32", "48 81 e4 e0 ff ff ff", a -> a.andNumber(RSP, -32)),
        of("sub r15, 1", "49 81 ef 01 00 00 00", a -> a.subtractNumber(R15, 1)),
        of("cmp rbx, 255", "48 81 fb ff 00 00 00", a -> a.compareNumber(RBX, 255)),
        of("vmovups ymm3, [rsi+rax]", "c4 e1 7c 10 1c 06", a -> floats(a).load(3, Memory.at(RSI, RAX, 1))),
        of(
                "vmovups [rcx+rax+32], ymm12",
                "c4 61 7c 11 64 01 20",
                a -> floats(a).store(Memory.at(RCX, RAX, 1).plus(32), 12)),
        of("vaddps ymm1, ymm2, ymm3", "c4 e1 6c 58 cb", a -> a.vector(floats(a).add, 1, 2, ymm(3))),
        of(
                "vaddpd ymm9, ymm10, [r14+rax]",
                "c4 41 2d 58 0c 06",
                a -> a.vector(doubles(a).add, 9, 10, Memory.at(R14, RAX, 1))),
        of("vfmadd231ps ymm0, ymm14, ymm13", "c4 c2 0d b8 c5", a -> a.vector(floats(a).fmaToSum, 0, 14, ymm(13))),
        of(
                "vfmadd213pd ymm8, ymm1, [rsp+96]",
                "c4 62 f5 a8 44 24 60",
                a -> a.vector(doubles(a).fmaToFactor, 8, 1, Memory.at(RSP, 96))),
        of(
                "vbroadcastss ymm14, [r9+r10*2]",
                "c4 02 7d 18 34 51",
                a -> a.vector(floats(a).broadcast, 14, Memory.at(R9, R10, 2))),
        of("vbroadcastsd ymm2, xmm2", "c4 e2 7d 19 d2", a -> a.vector(doubles(a).broadcast, 2, ymm(2))),
        of(
                "vmaskmovps ymm0, ymm15, [rdx+rax]",
                "c4 e2 05 2c 04 02",
                a -> floats(a).loadMasked(0, 15, Memory.at(RDX, RAX, 1))),
        of(
                "vmaskmovpd [rcx+rax], ymm15, ymm7",
                "c4 e2 05 2f 3c 01",
                a -> doubles(a).storeMasked(Memory.at(RCX, RAX, 1), 15, 7)),
        of(
                "vblendvps ymm4, ymm5, ymm6, ymm15",
                "c4 e3 55 4a e6 f0",
                a -> floats(a).blend(4, 5, ymm(6), 15)),
        of("vcmpps ymm1, ymm2, ymm3, 17", "c4 e1 6c c2 cb 11", a -> a.vector(floats(a).compare, 1, 2, ymm(3), 17)),
        of(
                "vroundpd ymm1, [r13+rax], 9",
                "c4 c3 7d 09 4c 05 00 09",
                a -> a.vector(doubles(a).round, 1, 0, Memory.at(R13, RAX, 1), 9)),
        of("vpslld ymm11, ymm12, 23", "c4 c1 25 72 f4 17", a -> floats(a).shift(Opcode.BITS_SHL, 11, 12, 23)),
        of("vpsrlq ymm1, ymm9, 52", "c4 c1 75 73 d1 34", a -> doubles(a).shift(Opcode.BITS_USHR, 1, 9, 52)),
        of("vpsllvq ymm1, ymm2, ymm3", "c4 e2 ed 47 cb", a -> a.vector(doubles(a).shiftLeft, 1, 2, ymm(3))),
        of("vzeroupper", "c5 f8 77", Assembler::zeroUpper),
        of("ret", "c3", Assembler::ret)
    };

    @TestFactory
    DynamicTest[] instructions() {
        return Arrays.stream(CASES)
                .map(one -> DynamicTest.dynamicTest(one.text(), () -> {
                    Assembler code = new Assembler();
                    one.written().accept(code);
                    assertEquals(one.bytes(), HexFormat.ofDelimiter(" ").formatHex(code.finish()));
                }))
                .toArray(DynamicTest[]::new);
    }

    @Test
    void jumpsBothWays() {
        Assembler code = new Assembler();
        Label back = new Label();
        Label on = new Label();
        code.bind(back);
        code.jump(on);
        code.jump(Assembler.LESS, back);
        code.bind(on);
        code.ret();
        String bytes = HexFormat.ofDelimiter(" ").formatHex(code.finish());
        assertEquals("e9 06 00 00 00 0f 8c f5 ff ff ff c3", bytes);
        code.jump(new Label());
        assertThrows(IllegalStateException.class, code::finish);
    }

    /** Each constant once, aligned, and found from the end of the instruction that names it. */
    @Test
    void constants() {
        Assembler code = new Assembler();
        VectorOps ops = new VectorOps(code, false);
        code.vector(ops.compare, 1, 2, ops.constant(7), 17);
        ops.load(3, ops.constant(7));
        code.vector(ops.add, 1, 2, ops.constant(8));
        byte[] bytes = code.finish();
        assertEquals(3 * Assembler.VECTOR, bytes.length);
        assertEquals("c4 e1 6c c2 0d 16 00 00 00 11", HexFormat.ofDelimiter(" ").formatHex(bytes, 0, 10));
        byte[] seven = new byte[Assembler.VECTOR];
        for (int i = 0; i < seven.length; i += Float.BYTES) {
            seven[i] = 7;
        }
        assertArrayEquals(seven, Arrays.copyOfRange(bytes, Assembler.VECTOR, 2 * Assembler.VECTOR));
        assertEquals(7, ops.pattern(ops.constant(7)));
        assertEquals(Constant.all(7, Float.BYTES), ops.constant(7));
    }
}
