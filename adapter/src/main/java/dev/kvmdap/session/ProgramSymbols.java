package dev.kvmdap.session;

import dev.kvmdap.bios.BiosRom;
import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.machine.BootedImage;
import dev.kvmdap.session.launch.LaunchConfiguration;
import dev.kvmdap.session.launch.SymbolsAt;
import dev.kvmdap.symbols.SourceMap;
import dev.kvmdap.symbols.SymbolFile;
import dev.kvmdap.symbols.Symbols;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The symbols that a launch configuration names: the program's own, where it is an ELF file, and the symbol files'; and those of
 * the BIOS, where one serves the guest.
 */
final class ProgramSymbols {

    private ProgramSymbols() {}

    /**
     * Opens the files; what is in them is read when it is asked for.
     *
     * @param image how the program is booted, which may be elsewhere than it is linked to
     * @throws dev.kvmdap.elf.ElfException where a file is damaged or of another kind
     */
    static Symbols open(LaunchConfiguration configuration, BootedImage image) {
        SourceMap sources = SourceMap.of(configuration.sourceMap());
        List<SymbolFile> files = new ArrayList<>();
        if (ElfFile.isElf(configuration.program())) {
            files.add(SymbolFile.open(configuration.program(), image.offset(), sources));
        }
        for (SymbolsAt file : configuration.symbolFiles()) {
            files.add(SymbolFile.open(file.path(), file.offset(), sources));
        }
        if (image.firmware().isPresent()) {
            ElfFile rom = ElfFile.parse("bios.rom", ByteBuffer.wrap(new BiosRom().symbols()));
            files.add(SymbolFile.of(Path.of("bios.rom"), 0, rom, sources));
        }
        return Symbols.of(files);
    }
}
