package dev.kvmdap.session.launch;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kvmdap.console.CatchReader.Wanted;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.engine.BreakpointMode;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.machine.BootModule;
import dev.kvmdap.machine.BootProtocol;
import dev.kvmdap.x86.CpuMode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Every key of the launch configuration: the one list behind the parser, the JSON Schema and the documentation. */
public final class LaunchKeys {

    static final LaunchKey<Path> PROGRAM = required(
            "program",
            ValueType.file(),
            "The guest: an ELF file, a Multiboot or Linux kernel, a disk image that begins with a boot sector, or a flat binary.");
    static final LaunchKey<BootProtocol> BOOT = optional(
            "boot",
            ValueType.oneOf(words(BootProtocol.values(), BootProtocol::term)),
            "auto",
            "How the guest starts; auto looks at the file and says what it has found.");
    static final LaunchKey<CpuMode> CPU_MODE = optional(
            "cpuMode",
            ValueType.oneOf(words(new CpuMode[] {CpuMode.REAL, CpuMode.PROTECTED, CpuMode.LONG}, CpuMode::term)),
            null,
            "The processor's mode at the first instruction, for a flat binary and an ELF file without a boot header.");
    static final LaunchKey<Long> LOAD_ADDRESS = optional(
            "loadAddress", ValueType.address(), null, "The physical address at which a flat binary is loaded.");
    static final LaunchKey<Long> ENTRY_POINT = optional(
            "entryPoint",
            ValueType.address(),
            null,
            "The linear address of the first instruction, other than the file's.");
    static final LaunchKey<Long> MEMORY =
            optional("memory", ValueType.size(1 << 20, 1L << 40), "64M", "The guest's RAM.");
    static final LaunchKey<Integer> CPUS =
            optional("cpus", ValueType.integer(1, 16), 1, "The number of virtual processors.");
    static final LaunchKey<String> CMDLINE =
            optional("cmdline", ValueType.text(), "", "The command line that the boot protocol hands to the guest.");
    static final LaunchKey<List<BootModule>> MODULES = optional(
            "modules",
            ValueType.listOf(ValueType.fileAnd("arguments", ValueType.text(), "", BootModule::new)),
            new JsonArray(),
            "Files that the boot protocol loads beside the guest, each a path or {path, arguments}.");
    static final LaunchKey<Path> INITRD = optional(
            "initrd", ValueType.file(), null, "The initial file system that Linux, or a PVH kernel, gets beside it.");
    static final LaunchKey<Path> DISK = optional(
            "disk",
            ValueType.file(),
            null,
            "The image of the disk that the BIOS reads in real mode; by default the one that was booted from.");
    static final LaunchKey<List<SymbolsAt>> SYMBOL_FILES = optional(
            "symbolFiles",
            ValueType.listOf(ValueType.fileAnd("offset", ValueType.address(), 0L, SymbolsAt::new)),
            new JsonArray(),
            "More ELF files with symbols, each a path or {path, offset}; the offset is added to the file's addresses.");
    static final LaunchKey<Map<String, String>> SOURCE_MAP = optional(
            "sourceMap",
            ValueType.mapOf("a folder in the debug information", ValueType.text()),
            new JsonObject(),
            "Where sources lie now: from a folder as the debug information names it to the folder on this machine.");
    static final LaunchKey<Boolean> STOP_ON_ENTRY =
            optional("stopOnEntry", ValueType.flag(), false, "Stop before the guest's first instruction.");
    static final LaunchKey<BreakpointMode> BREAKPOINT_MODE = optional(
            "breakpointMode",
            ValueType.oneOf(words(BreakpointMode.values(), BreakpointMode::term)),
            "auto",
            "How breakpoints are made that do not say it themselves.");
    static final LaunchKey<List<Wanted>> CATCH = optional(
            "catch",
            ValueType.listOf(ValueType.catchpoint()),
            new JsonArray(),
            "What stops the guest wherever it is, each as behind the console's verb catch: \"magic\", \"io 0x3f8 out\".");
    static final LaunchKey<Syntax> ASSEMBLY_SYNTAX = optional(
            "assemblySyntax",
            ValueType.oneOf(words(Syntax.values(), Syntax::term)),
            "intel",
            "How instructions are written: intel (mov eax,1) or att (mov $1,%eax).");
    static final LaunchKey<NumberFormat> NUMBER_FORMAT = optional(
            "numberFormat",
            ValueType.oneOf(words(NumberFormat.values(), NumberFormat::term)),
            "natural",
            "How integers are shown whose format nobody has chosen: natural shows counters in decimal and registers in"
                    + " hexadecimal; the console's 'set format' changes it.");
    static final LaunchKey<Map<String, Boolean>> CPUID = optional(
            "cpuid",
            ValueType.mapOf("CPUID features by name", ValueType.flag()),
            new JsonObject(),
            "CPUID features to give (true) or withhold (false) by name, such as {\"avx2\": false}.");
    static final LaunchKey<SerialLine> SERIAL = optional(
            "serial",
            ValueType.oneOf(words(SerialLine.values(), SerialLine::term)),
            "console",
            "Where the guest's COM1 leads; console is the client's debug console.");
    static final LaunchKey<Integer> EXIT_PORT = optional(
            "exitPort",
            ValueType.integer(0, 0xffff),
            "0xf4",
            "The I/O port by which the guest ends itself: value v gives the exit code (v << 1) | 1.");
    static final LaunchKey<Double> TIMEOUT = optional(
            "timeout",
            ValueType.seconds(),
            null,
            "The longest that a headless run (kvmdap run) may take, in seconds; a debugging session has no limit.");
    static final LaunchKey<Path> CWD = optional(
            "cwd", ValueType.folder(), null, "The folder that relative paths start from; by default the server's own.");
    static final LaunchKey<Boolean> NO_DEBUG = optional(
            "noDebug", ValueType.flag(), false, "Run the guest and ignore all breakpoints (set by the client).");

    /** All keys, in the order in which documentation names them. */
    static final List<LaunchKey<?>> ALL = List.of(
            PROGRAM,
            BOOT,
            CPU_MODE,
            LOAD_ADDRESS,
            ENTRY_POINT,
            MEMORY,
            CPUS,
            CMDLINE,
            MODULES,
            INITRD,
            DISK,
            SYMBOL_FILES,
            SOURCE_MAP,
            STOP_ON_ENTRY,
            BREAKPOINT_MODE,
            CATCH,
            ASSEMBLY_SYNTAX,
            NUMBER_FORMAT,
            CPUID,
            SERIAL,
            EXIT_PORT,
            TIMEOUT,
            CWD,
            NO_DEBUG);

    /**
     * Keys that clients keep in the same object for their own use: VS Code's, and those of Emacs' dap-mode. Keys that begin
     * with two underscores are theirs too.
     */
    static final Set<String> OF_CLIENTS = Set.of(
            "name",
            "type",
            "request",
            "debugServer",
            "internalConsoleOptions",
            "postDebugTask",
            "preLaunchTask",
            "presentation",
            "serverReadyAction",
            "suppressMultipleSessionWarning",
            "linux",
            "osx",
            "windows",
            "host",
            "hostName",
            "port",
            "dap-compilation",
            "dap-compilation-dir",
            "dap-server-path",
            "environment-variables",
            "output-filter-function",
            "program-to-start",
            "skip-debug-session",
            "wait-for-port");

    private LaunchKeys() {}

    /** The JSON Schema of a launch configuration. */
    public static JsonObject schema() {
        JsonObject properties = new JsonObject();
        ALL.forEach(key -> properties.add(key.name(), key.schema()));
        JsonArray required = new JsonArray();
        required.add(PROGRAM.name());
        JsonObject schema = new JsonObject();
        schema.addProperty("type", "object");
        schema.add("required", required);
        schema.add("properties", properties);
        return schema;
    }

    private static <T> LaunchKey<T> required(String name, ValueType<T> type, String description) {
        return new LaunchKey<>(name, type, null, description);
    }

    private static <T> LaunchKey<T> optional(
            String name, ValueType<T> type, @Nullable Object fallback, String description) {
        return new LaunchKey<>(name, type, json(fallback), description);
    }

    private static @Nullable JsonElement json(@Nullable Object fallback) {
        if (fallback instanceof Boolean flag) {
            return new JsonPrimitive(flag);
        }
        if (fallback instanceof Number number) {
            return new JsonPrimitive(number);
        }
        return fallback instanceof String text ? new JsonPrimitive(text) : (JsonElement) fallback;
    }

    private static <T> Map<String, T> words(T[] constants, Function<T, String> word) {
        return Arrays.stream(constants)
                .collect(Collectors.toMap(word, Function.identity(), (a, b) -> a, LinkedHashMap::new));
    }
}
