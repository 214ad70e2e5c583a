package dev.kvmdap.dap;

import dev.kvmdap.elf.Toolchain;
import java.nio.file.Path;
import java.util.Map;

/** The guest of {@code typed.c}, which has a value of every kind of type; it stops where all of its variables are set. */
record TypedGuest(Toolchain tools, Path source, int bits) {

    /** Compiles and links it in a folder. */
    static TypedGuest build(Path folder, int bits, String optimisation) {
        Toolchain tools = new Toolchain(folder);
        Path source = tools.source(TypedGuest.class, "typed.c");
        tools.source(TypedGuest.class, "typed-too.c");
        tools.run(
                "gcc",
                "-m" + bits,
                "-g",
                optimisation,
                "-ffreestanding",
                "-fno-pic",
                "-fno-ipa-ra",
                "-fno-stack-protector",
                "-fno-asynchronous-unwind-tables",
                "-mgeneral-regs-only",
                "-c",
                "typed.c",
                "typed-too.c");
        tools.run(
                "ld",
                "-m",
                bits == 64 ? "elf_x86_64" : "elf_i386",
                "-Ttext",
                "0x100000",
                "-e",
                "start",
                "-o",
                "typed.elf",
                "typed.o",
                "typed-too.o");
        return new TypedGuest(tools, source, bits);
    }

    /** Runs it until its variables are set. */
    void launch(DapTestClient client) {
        client.launch(
                Map.of(
                        "program",
                        tools.file("typed.elf").toString(),
                        "boot",
                        "elf",
                        "cpuMode",
                        bits == 64 ? "long" : "protected",
                        "memory",
                        "4M"),
                () -> client.breakAt(source, "stop"));
        client.expectStopped("breakpoint");
    }
}
