package dev.kvmdap.session.launch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kvmdap.console.CatchReader.Wanted;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.engine.BreakpointMode;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.machine.BootModule;
import dev.kvmdap.machine.BootProtocol;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Spelling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for when it launches a guest. {@link LaunchKeys} says what each component means.
 *
 * @param memory bytes
 * @param timeout seconds
 */
public record LaunchConfiguration(
        Path program,
        BootProtocol boot,
        @Nullable CpuMode cpuMode,
        @Nullable Long loadAddress,
        @Nullable Long entryPoint,
        long memory,
        int cpus,
        String cmdline,
        List<BootModule> modules,
        @Nullable Path initrd,
        @Nullable Path disk,
        List<SymbolsAt> symbolFiles,
        Map<String, String> sourceMap,
        boolean stopOnEntry,
        BreakpointMode breakpointMode,
        List<Wanted> catchpoints,
        Syntax assemblySyntax,
        NumberFormat numberFormat,
        Map<String, Boolean> cpuid,
        SerialLine serial,
        int exitPort,
        @Nullable Double timeout,
        boolean noDebug) {

    /**
     * Reads the arguments of a launch request. Relative paths start from the key {@code cwd}, and without it from the
     * process's own working folder.
     *
     * @throws LaunchConfigurationException with everything that is wrong in it
     */
    public static LaunchConfiguration parse(JsonObject arguments) {
        return new Reading(arguments).configuration();
    }

    /** How the image starts, as the machine takes it. */
    public BootConfiguration bootConfiguration() {
        return new BootConfiguration(
                program,
                boot,
                cpuMode,
                loadAddress == null ? null : new GuestPhysical(loadAddress),
                entryPoint == null ? null : new GuestVirtual(entryPoint),
                cmdline,
                modules,
                initrd,
                disk);
    }

    /** One pass over the arguments, collecting what is wrong. */
    private static final class Reading {

        private final JsonObject arguments;
        private final List<String> problems = new ArrayList<>();
        private Path folder = Path.of("").toAbsolutePath();

        Reading(JsonObject arguments) {
            this.arguments = arguments;
        }

        LaunchConfiguration configuration() {
            arguments.keySet().forEach(this::checkKey);
            Path cwd = value(LaunchKeys.CWD);
            if (cwd != null) {
                folder = cwd;
            }
            Path program = value(LaunchKeys.PROGRAM);
            if (!arguments.has(LaunchKeys.PROGRAM.name())) {
                problems.add("program: the key is missing; it must be "
                        + LaunchKeys.PROGRAM.type().allowed());
            }
            LaunchConfiguration configuration = new LaunchConfiguration(
                    program == null ? folder : program,
                    given(LaunchKeys.BOOT, BootProtocol.AUTO),
                    value(LaunchKeys.CPU_MODE),
                    value(LaunchKeys.LOAD_ADDRESS),
                    value(LaunchKeys.ENTRY_POINT),
                    given(LaunchKeys.MEMORY, 0L),
                    given(LaunchKeys.CPUS, 0),
                    given(LaunchKeys.CMDLINE, ""),
                    given(LaunchKeys.MODULES, List.of()),
                    value(LaunchKeys.INITRD),
                    value(LaunchKeys.DISK),
                    given(LaunchKeys.SYMBOL_FILES, List.of()),
                    given(LaunchKeys.SOURCE_MAP, Map.of()),
                    given(LaunchKeys.STOP_ON_ENTRY, false),
                    given(LaunchKeys.BREAKPOINT_MODE, BreakpointMode.AUTO),
                    given(LaunchKeys.CATCH, List.of()),
                    given(LaunchKeys.ASSEMBLY_SYNTAX, Syntax.INTEL),
                    given(LaunchKeys.NUMBER_FORMAT, NumberFormat.NATURAL),
                    given(LaunchKeys.CPUID, Map.of()),
                    given(LaunchKeys.SERIAL, SerialLine.CONSOLE),
                    given(LaunchKeys.EXIT_PORT, 0),
                    value(LaunchKeys.TIMEOUT),
                    given(LaunchKeys.NO_DEBUG, false));
            if (!problems.isEmpty()) {
                throw new LaunchConfigurationException(problems);
            }
            return configuration;
        }

        private void checkKey(String name) {
            List<String> known = LaunchKeys.ALL.stream().map(LaunchKey::name).toList();
            if (!known.contains(name) && !LaunchKeys.OF_CLIENTS.contains(name) && !name.startsWith("__")) {
                problems.add(name + ": there is no such key; "
                        + Spelling.closest(name, known)
                                .map(closest -> "did you mean '" + closest + "'?")
                                .orElse("the keys are " + String.join(", ", known)));
            }
        }

        /** The value of a key that has one in any case; the stand-in only where the given value is wrong. */
        private <T> T given(LaunchKey<T> key, T standIn) {
            T value = value(key);
            return value == null ? standIn : value;
        }

        private <T> @Nullable T value(LaunchKey<T> key) {
            JsonElement given = arguments.get(key.name());
            JsonElement effective = given == null || given.isJsonNull() ? key.fallback() : given;
            try {
                return effective == null ? null : key.type().read(key.name(), effective, folder);
            } catch (LaunchConfigurationException wrong) {
                problems.addAll(wrong.problems());
                return null;
            }
        }
    }
}
