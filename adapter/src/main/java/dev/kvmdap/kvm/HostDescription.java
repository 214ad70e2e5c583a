package dev.kvmdap.kvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The host, as its kernel describes it.
 *
 * @param kernelRelease as {@code uname -r} prints it
 * @param cpuVendor the processor's vendor string: GenuineIntel, AuthenticAMD; empty where unknown
 * @param cpuModel the processor's name; empty where unknown
 * @param kvmModules the loaded modules that can run guests: kvm_intel, kvm_amd, kvm_pvm
 */
public record HostDescription(String kernelRelease, String cpuVendor, String cpuModel, List<String> kvmModules) {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final Path MODULES = Path.of("/sys/module");

    public HostDescription {
        kvmModules = List.copyOf(kvmModules);
    }

    /** This host. */
    static HostDescription read() {
        String cpuinfo = cpuinfo();
        return new HostDescription(
                System.getProperty("os.version", ""),
                field(cpuinfo, "vendor_id"),
                field(cpuinfo, "model name"),
                Stream.of("kvm_intel", "kvm_amd", "kvm_pvm")
                        .filter(module -> Files.isDirectory(MODULES.resolve(module)))
                        .toList());
    }

    private static String cpuinfo() {
        try {
            return Files.readString(CPUINFO);
        } catch (IOException e) {
            return "";
        }
    }

    private static String field(String cpuinfo, String name) {
        Matcher line = Pattern.compile("(?m)^" + name + "\\s*: (.*)$").matcher(cpuinfo);
        return line.find() ? line.group(1).strip() : "";
    }
}
