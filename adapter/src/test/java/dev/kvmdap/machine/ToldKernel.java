package dev.kvmdap.machine;

import dev.kvmdap.elf.Toolchain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Builds kernels that tell by COM1 what the boot loader told them. */
final class ToldKernel {

    private final Toolchain tools;

    ToldKernel(Path folder) {
        tools = new Toolchain(folder);
    }

    Path multiboot(int flags) {
        return compile("multiboot", 32, "-DFLAGS=\"%d\"".formatted(flags));
    }

    /** Its header has these tags, in assembly, beside the end. */
    Path multiboot2(String... tags) {
        StringBuilder all = new StringBuilder();
        for (String tag : tags) {
            all.append("\".balign 8\\n").append(tag).append("\\n\"");
        }
        return compile("multiboot2", 32, "-DTAGS=" + all, "-fpie");
    }

    Path pvh(int bits, int noteBytes) {
        tools.source(ToldKernel.class, "told-by-pvh.c");
        return compile("pvh", bits, "-Wa,--defsym,NOTE_BYTES=" + noteBytes);
    }

    Path vmlinux() {
        return compile("linux", 64);
    }

    Path bzImage(int bits) {
        Path elf = compile("linux", bits, "-DSETUP=\"%d\"".formatted(bits == 64 ? 1 : 0), "-Wl,--defsym,BASE=0x1ffc00");
        Path image = tools.file("bzImage");
        tools.run("objcopy", "-O", "binary", elf.toString(), image.toString());
        return image;
    }

    private Path compile(String protocol, int bits, String... options) {
        String source = "told-by-%s.c".formatted(protocol);
        List.of("told.h", "told.ld", source).forEach(file -> tools.source(ToldKernel.class, file));
        List<String> command = new ArrayList<>(List.of(
                "gcc",
                "-m" + bits,
                "-O1",
                "-ffreestanding",
                "-fno-pic",
                "-mgeneral-regs-only",
                "-mno-red-zone",
                "-fno-stack-protector",
                "-fcf-protection=none",
                "-fno-asynchronous-unwind-tables",
                "-nostdlib",
                "-static",
                "-T",
                "told.ld",
                "-Wl,--build-id=none,-z,max-page-size=4096",
                "-o",
                "kernel.elf",
                source));
        command.addAll(List.of(options));
        tools.run(command.toArray(String[]::new));
        return tools.file("kernel.elf");
    }
}
