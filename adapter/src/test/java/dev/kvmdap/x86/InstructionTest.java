package dev.kvmdap.x86;

import static dev.kvmdap.x86.InstructionKind.CALL;
import static dev.kvmdap.x86.InstructionKind.CALL_FAR;
import static dev.kvmdap.x86.InstructionKind.HLT;
import static dev.kvmdap.x86.InstructionKind.HYPERCALL;
import static dev.kvmdap.x86.InstructionKind.INT;
import static dev.kvmdap.x86.InstructionKind.IRET;
import static dev.kvmdap.x86.InstructionKind.JMP_FAR;
import static dev.kvmdap.x86.InstructionKind.LOAD_SS;
import static dev.kvmdap.x86.InstructionKind.MOV_TO_CR;
import static dev.kvmdap.x86.InstructionKind.OTHER;
import static dev.kvmdap.x86.InstructionKind.POPF;
import static dev.kvmdap.x86.InstructionKind.PORT_IN;
import static dev.kvmdap.x86.InstructionKind.PORT_OUT;
import static dev.kvmdap.x86.InstructionKind.PUSHF;
import static dev.kvmdap.x86.InstructionKind.REP_STRING;
import static dev.kvmdap.x86.InstructionKind.RET;
import static dev.kvmdap.x86.InstructionKind.RET_FAR;
import static dev.kvmdap.x86.InstructionKind.STI;
import static dev.kvmdap.x86.InstructionKind.SYSCALL;
import static dev.kvmdap.x86.InstructionKind.SYSENTER;
import static dev.kvmdap.x86.InstructionKind.SYSEXIT;
import static dev.kvmdap.x86.InstructionKind.SYSRET;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstructionTest {

    private final Instruction instruction = new Instruction();

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void kindsThatEveryModeHas(int width) {
        Map<String, InstructionKind> kinds = new LinkedHashMap<>();
        kinds.put("call .+0x40", CALL);
        kinds.put("call *%" + accumulator(width), CALL);
        kinds.put("call *(%" + base(width) + ")", CALL);
        kinds.put("call *0x12(%" + base(width) + ")", CALL);
        kinds.put("call *0x1234(%" + base(width) + ")", CALL);
        kinds.put("call *%fs:0x1234(%" + base(width) + ")", CALL);
        kinds.put("lcall *(%" + base(width) + ")", CALL_FAR);
        kinds.put("ljmp *0x10(%" + base(width) + ")", JMP_FAR);
        kinds.put("ret", RET);
        kinds.put("ret $8", RET);
        kinds.put("lret", RET_FAR);
        kinds.put("lret $4", RET_FAR);
        kinds.put("int $0x80", INT);
        kinds.put("int3", INT);
        kinds.put("int1", INT);
        kinds.put("iret", IRET);
        kinds.put("pushf", PUSHF);
        kinds.put("popf", POPF);
        kinds.put("rep movsb", REP_STRING);
        kinds.put("rep movsw", REP_STRING);
        kinds.put("rep movsl", REP_STRING);
        kinds.put("rep stosl", REP_STRING);
        kinds.put("rep lodsb", REP_STRING);
        kinds.put("repne scasb", REP_STRING);
        kinds.put("repe cmpsl", REP_STRING);
        kinds.put("rep insb", REP_STRING);
        kinds.put("rep outsl", REP_STRING);
        kinds.put("rep movsb %fs:(%" + source(width) + "), (%" + destination(width) + ")", REP_STRING);
        kinds.put("hlt", HLT);
        kinds.put("sti", STI);
        kinds.put("mov %ax, %ss", LOAD_SS);
        kinds.put("mov 0x10(%" + base(width) + "), %ss", LOAD_SS);
        kinds.put("inb $0x60, %al", PORT_IN);
        kinds.put("inl %dx, %eax", PORT_IN);
        kinds.put("insb", PORT_IN);
        kinds.put("insw", PORT_IN);
        kinds.put("outb %al, $0x60", PORT_OUT);
        kinds.put("outw %ax, %dx", PORT_OUT);
        kinds.put("outsl", PORT_OUT);
        kinds.put("mov %" + (width == 64 ? "rax" : "eax") + ", %cr0", MOV_TO_CR);
        kinds.put("mov %" + (width == 64 ? "rbx" : "ebx") + ", %cr3", MOV_TO_CR);
        kinds.put("lmsw %ax", MOV_TO_CR);
        kinds.put("lmsw 0x10(%" + base(width) + ")", MOV_TO_CR);
        kinds.put("vmcall", HYPERCALL);
        kinds.put("vmmcall", HYPERCALL);
        kinds.put("sysenter", SYSENTER);
        kinds.put("sysexit", SYSEXIT);
        kinds.put("syscall", SYSCALL);
        kinds.put("sysretl", SYSRET);
        assertKinds(width, kinds);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void everythingElseIsOther(int width) {
        Map<String, InstructionKind> kinds = new LinkedHashMap<>();
        for (String other : List.of(
                "nop",
                "jmp .+0x40",
                "jmp .+0x4000",
                "je .+2",
                "jmp *%" + accumulator(width),
                "cli",
                "movsb",
                "stosl",
                "cmpsb",
                "incl (%" + base(width) + ")",
                "decl (%" + base(width) + ")",
                "push %" + accumulator(width),
                "mov %ax, %ds",
                "mov %ss, %ax",
                "lss (%" + base(width) + "), %ebx",
                "mov %cr0, %" + (width == 64 ? "rax" : "eax"),
                "smsw %ax",
                "lgdt (%" + base(width) + ")",
                "invlpg (%" + base(width) + ")",
                "swapgs".repeat(width == 64 ? 1 : 0) + "cpuid".repeat(width == 64 ? 0 : 1),
                "pause",
                "rdmsr",
                "cpuid",
                "ud2",
                "vmovaps %ymm1, %ymm2",
                "lock addl $1, (%" + base(width) + ")",
                "rep bsf %ax, %bx")) {
            kinds.put(other, OTHER);
        }
        assertKinds(width, kinds);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void kindsOf16And32BitCodeOnly(int width) {
        assertKinds(
                width,
                Map.of(
                        "lcall $0x8, $0x1234", CALL_FAR,
                        "ljmp $0x8, $0x1234", JMP_FAR,
                        "ljmpl $0x8, $0x12345678", JMP_FAR,
                        "lcallw $0x8, $0x1234", CALL_FAR,
                        "into", INT,
                        "pop %ss", LOAD_SS,
                        "inc %eax", OTHER,
                        "dec %eax", OTHER,
                        "les (%bx), %bx", OTHER,
                        "calll .+0x40", CALL));
    }

    @Test
    void kindsOf64BitCode() {
        Map<String, InstructionKind> kinds = new LinkedHashMap<>();
        kinds.put("call *%r15", CALL);
        kinds.put("call *0x1234(%rip)", CALL);
        kinds.put("call *0x12(%r12)", CALL);
        kinds.put("call *0x1234(,%rax,8)", CALL);
        kinds.put("call *(%rax,%r12,4)", CALL);
        kinds.put("call *0x12345678(%rsp,%rbp,2)", CALL);
        kinds.put("call *(%ebx)", CALL);
        kinds.put("call *0x12345678", CALL);
        kinds.put("rex.W lcall *(%rax)", CALL_FAR);
        kinds.put("rex.W ljmp *(%r9)", JMP_FAR);
        kinds.put("iretq", IRET);
        kinds.put("lretq", RET_FAR);
        kinds.put("sysretq", SYSRET);
        kinds.put("rep movsq", REP_STRING);
        kinds.put("rep stosq", REP_STRING);
        kinds.put("mov %r8, %cr8", MOV_TO_CR);
        kinds.put("mov %r8w, %ss", LOAD_SS);
        kinds.put("lea 0x10(%rax), %rax", OTHER);
        assertKinds(64, kinds);
    }

    @ParameterizedTest
    @CsvSource({"9a34120800", "ea341200000800", "ce", "17"})
    void opcodesThat64BitModeLacksAreOther(String hex) {
        assertThat(decode(hex, 64)).isEqualTo(OTHER);
        assertThat(instruction.vector()).isEqualTo(-1);
    }

    @Test
    void rexIsIncOrDecOutside64BitMode() {
        assertThat(decode("48c3", 64)).isEqualTo(RET);
        assertThat(decode("48c3", 32)).isEqualTo(OTHER);
        assertThat(decode("48c3", 16)).isEqualTo(OTHER);
    }

    @Test
    void rexCountsOnlyRightBeforeTheOpcode() {
        assertThat(decode("48cb", 64)).isEqualTo(RET_FAR);
        assertThat(instruction.operandBytes()).isEqualTo(8);
        assertThat(decode("4866cb", 64)).isEqualTo(RET_FAR);
        assertThat(instruction.operandBytes()).isEqualTo(2);
    }

    @Test
    void lockedFormsAreNoSuchInstructions() {
        assertThat(decode("f0f4", 32)).isEqualTo(OTHER);
        assertThat(decode("f00f22c0", 32)).isEqualTo(OTHER);
    }

    @ParameterizedTest
    @CsvSource({"ffd8", "ffe8", "c5fbf4", "62f1"})
    void registerFormsOfFarTransfersAndVexAreOther(String hex) {
        assertThat(decode(hex, 64)).isEqualTo(OTHER);
    }

    @ParameterizedTest
    @CsvSource({"cd80, 0x80", "cc, 3", "f1, 1", "ce, 4", "cdff, 255"})
    void vectorOfAnInterrupt(String hex, int vector) {
        assertThat(decode(hex, 32)).isEqualTo(INT);
        assertThat(instruction.vector()).isEqualTo(vector);
        decode("90", 32);
        assertThat(instruction.vector()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"f36e, true", "6c, true", "e460, true", "ee, true", "f3a4, false", "f4, false", "90, false"})
    void portAccess(String hex, boolean expected) {
        decode(hex, 32);
        assertThat(instruction.accessesPort()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "16, e80000, 2", "16, 66e800000000, 4", "32, e800000000, 4", "32, 66e80000, 2", "64, e800000000, 8",
        "16, 9a00000000, 4", "16, 669a000000000000, 8", "32, 9a000000000000, 8", "64, ff18, 8", "64, 48ff18, 16",
        "64, 66ff18, 4", "64, c3, 0", "32, 90, 0"
    })
    void bytesThatACallPushes(int width, String hex, int bytes) {
        decode(hex, width);
        assertThat(instruction.returnAddressBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "16, 9c, 2",
        "16, 669c, 4",
        "32, 9c, 4",
        "32, 669d, 2",
        "64, 9c, 8",
        "64, 669d, 2",
        "64, cf, 4",
        "64, 48cf, 8",
        "16, cf, 2",
        "16, 66cf, 4",
        "64, c3, 8"
    })
    void operandBytes(int width, String hex, int bytes) {
        decode(hex, width);
        assertThat(instruction.operandBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 64",
        "66, 64",
        "0f, 64",
        "e8000000, 32",
        "ff, 64",
        "ff9400000000, 64",
        "cd, 16",
        "0f22, 32",
        "8e, 32"
    })
    void truncatedInstructionsAreOther(String hex, int width) {
        assertThat(decode(hex, width)).isEqualTo(OTHER);
        assertThat(instruction.length()).isZero();
    }

    @Test
    void sixteenBytesAreNoInstruction() {
        assertThat(decode("66".repeat(14) + "f4", 64)).isEqualTo(HLT);
        assertThat(instruction.length()).isEqualTo(Instruction.MAX_BYTES);
        assertThat(decode("66".repeat(15) + "f4", 64)).isEqualTo(OTHER);
    }

    @Test
    void anyBytesHaveAKindAndALengthWithinThem() {
        Random random = new Random(3);
        byte[] code = new byte[Instruction.MAX_BYTES];
        for (int i = 0; i < 300_000; i++) {
            random.nextBytes(code);
            int available = random.nextInt(code.length + 1);
            InstructionKind kind = instruction.decode(code, available, 16 << random.nextInt(3));
            assertThat(instruction.length()).isBetween(kind == OTHER ? 0 : 1, kind == OTHER ? 0 : available);
        }
    }

    private InstructionKind decode(String hex, int width) {
        byte[] code = HexFormat.of().parseHex(hex);
        return instruction.decode(code, code.length, width);
    }

    private void assertKinds(int width, Map<String, InstructionKind> kinds) {
        List<String> sources = List.copyOf(kinds.keySet());
        List<byte[]> images = Assembler.assemble(width, sources);
        for (int i = 0; i < sources.size(); i++) {
            byte[] image = images.get(i);
            String what = sources.get(i) + " = " + HexFormat.of().formatHex(image) + " in .code" + width;
            byte[] code = Arrays.copyOf(image, Instruction.MAX_BYTES);
            InstructionKind kind = kinds.get(sources.get(i));
            assertThat(instruction.decode(code, code.length, width)).as(what).isEqualTo(kind);
            assertThat(instruction.length()).as(what).isEqualTo(kind == OTHER ? 0 : image.length);
        }
    }

    private static String accumulator(int width) {
        return width == 64 ? "rax" : width == 32 ? "eax" : "ax";
    }

    private static String base(int width) {
        return width == 64 ? "rbx" : width == 32 ? "ebx" : "bx";
    }

    private static String source(int width) {
        return width == 64 ? "rsi" : width == 32 ? "esi" : "si";
    }

    private static String destination(int width) {
        return width == 64 ? "rdi" : width == 32 ? "edi" : "di";
    }
}
