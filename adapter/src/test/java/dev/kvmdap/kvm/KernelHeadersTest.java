package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.elf.Toolchain;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds every layout, ioctl number, constant and capability against what the C compiler makes of the kernel's headers. */
class KernelHeadersTest {
    @TempDir
    Path folder;

    private final Map<String, Long> ours = new TreeMap<>();
    private final Map<String, String> expressions = new LinkedHashMap<>();

    private void expect(String name, long value, String expression) {
        ours.put(name, value);
        expressions.put(name, expression);
    }

    @Test
    void agreeWithTheBinding() throws IOException, IllegalAccessException {
        expectLayouts();
        for (Ioctl ioctl : Ioctl.values()) {
            expect(ioctl.name(), ioctl.request(), ioctl.name());
        }
        for (Capability capability : Capability.values()) {
            expect(capability.kernelName(), capability.number(), capability.kernelName());
        }
        expectConstants();

        Map<String, Long> theirs = compiled();

        assertThat(theirs).hasSizeGreaterThan(400);
        assertThat(theirs)
                .allSatisfy((name, value) -> assertThat(ours.get(name)).as(name).isEqualTo(value));
    }

    private void expectLayouts() throws IllegalAccessException {
        for (Field field : Layouts.class.getDeclaredFields()) {
            if (field.getType() != Layout.class) {
                continue;
            }
            Layout layout = (Layout) field.get(null);
            boolean isStruct = layout.name().startsWith("kvm_");
            String type = isStruct ? "struct " + layout.name() : "typeof(((struct kvm_run *)0)->" + layout.name() + ")";
            expect(layout.name(), layout.size(), "sizeof(" + type + ")");
            for (String member : layout.fields()) {
                String expression = isStruct
                        ? "offsetof(" + type + ", " + cName(member) + ")"
                        : "offsetof(struct kvm_run, " + layout.name() + "." + member + ") - offsetof(struct kvm_run, "
                                + layout.name() + ")";
                expect(layout.name() + "." + member, layout.offset(member), expression);
            }
        }
    }

    /** The union of exits has no name in C; its first arm stands for it. */
    private static String cName(String member) {
        return member.equals("exit") ? "hw" : member;
    }

    private void expectConstants() throws IllegalAccessException {
        for (Field field : Abi.class.getDeclaredFields()) {
            String name = field.getName();
            boolean isKernels =
                    !name.startsWith("SYNC_") && !name.equals("EXIT_AGAIN") && !name.equals("GUESTDBG_EXIT_PENDING");
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class && isKernels) {
                boolean isLibC = name.startsWith("PROT_") || name.startsWith("MAP_") || name.startsWith("O_");
                String cName = isLibC ? name : "KVM_" + name;
                expect(name, field.getInt(null), cName);
            }
        }
        expect("SYNC_REGS", Abi.SYNC_REGS, "KVM_SYNC_X86_REGS");
        expect("SYNC_SREGS", Abi.SYNC_SREGS, "KVM_SYNC_X86_SREGS");
        for (Errno errno : Errno.values()) {
            expect(errno.name(), errno.number(), errno.name());
        }
        for (MpState state : MpState.values()) {
            expect("MP_STATE_" + state, state.number(), "KVM_MP_STATE_" + state);
        }
    }

    /** What the headers say, as far as they are new enough to say it. */
    private Map<String, Long> compiled() throws IOException {
        StringBuilder source = new StringBuilder("""
                #define _GNU_SOURCE
                #include <errno.h>
                #include <fcntl.h>
                #include <linux/kvm.h>
                #include <stddef.h>
                #include <stdio.h>
                #include <sys/ioctl.h>
                #include <sys/mman.h>
                int main(void) {
                """);
        expressions.forEach((name, expression) -> {
            String print = "printf(\"%s %%lld\\n\", (long long)(%s));%n".formatted(name, expression);
            if (expression.matches("\\w+")) {
                source.append("#ifdef ")
                        .append(expression)
                        .append('\n')
                        .append(print)
                        .append("#endif\n");
            } else if (isNewerThanSomeHeaders(name)) {
                source.append("#ifdef KVM_EXIT_TDX\n").append(print).append("#endif\n");
            } else {
                source.append(print);
            }
        });
        source.append("return 0; }\n");
        Toolchain toolchain = new Toolchain(folder);
        Files.writeString(toolchain.file("headers.c"), source);
        toolchain.run("gcc", "-o", "headers", "headers.c");
        Map<String, Long> values = new TreeMap<>();
        Process program = new ProcessBuilder(toolchain.file("headers").toString()).start();
        program.inputReader().lines().forEach(line -> {
            int space = line.indexOf(' ');
            values.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        });
        return values;
    }

    private static boolean isNewerThanSomeHeaders(String name) {
        return name.startsWith("memory_fault") || name.startsWith("tdx");
    }

    @Test
    void layoutPlacesFieldsAsTheAbiAlignsThem() {
        Layout layout =
                Layout.of("sample").u8("a").u32("b").u16("c").u64("d").u8("e").size(32);

        assertThat(layout.offset("b")).isEqualTo(4);
        assertThat(layout.offset("c")).isEqualTo(8);
        assertThat(layout.offset("d")).isEqualTo(16);
        assertThat(layout.offset("e")).isEqualTo(24);
    }

    @Test
    void layoutOfAnotherSizeThanTheKernelsIsRefused() {
        assertThatThrownBy(() -> Layout.of("sample").u32("a").size(8))
                .isInstanceOf(AssertionError.class)
                .hasMessage("struct sample was declared with 4 bytes but has 8");
    }
}
