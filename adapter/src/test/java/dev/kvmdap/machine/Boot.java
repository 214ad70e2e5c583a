package dev.kvmdap.machine;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A boot configuration, put together key by key. */
final class Boot {

    private final Path program;
    private BootProtocol protocol = BootProtocol.AUTO;
    private @Nullable CpuMode cpuMode;
    private @Nullable GuestPhysical loadAddress;
    private @Nullable GuestVirtual entryPoint;
    private String commandLine = "";
    private final List<BootModule> modules = new ArrayList<>();
    private @Nullable Path initrd;
    private @Nullable Path disk;

    private Boot(Path program) {
        this.program = program;
    }

    static Boot of(Path program) {
        return new Boot(program);
    }

    Boot as(BootProtocol value) {
        protocol = value;
        return this;
    }

    Boot in(CpuMode value) {
        cpuMode = value;
        return this;
    }

    Boot at(long value) {
        loadAddress = new GuestPhysical(value);
        return this;
    }

    Boot from(long value) {
        entryPoint = new GuestVirtual(value);
        return this;
    }

    Boot told(String value) {
        commandLine = value;
        return this;
    }

    Boot with(Path module, String arguments) {
        modules.add(new BootModule(module, arguments));
        return this;
    }

    Boot withInitrd(Path value) {
        initrd = value;
        return this;
    }

    Boot withDisk(Path value) {
        disk = value;
        return this;
    }

    BootedImage into(PhysicalWriter ram) {
        return BootImage.load(configuration(), ram);
    }

    BootConfiguration configuration() {
        return new BootConfiguration(
                program, protocol, cpuMode, loadAddress, entryPoint, commandLine, modules, initrd, disk);
    }
}
