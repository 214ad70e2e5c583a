package dev.kvmdap.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.session.HeadlessRun;
import dev.kvmdap.session.HeadlessRun.Outcome;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.launch.LaunchConfiguration;
import dev.kvmdap.session.launch.LaunchConfigurationException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kvmdap run}: a guest without a debugger. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        header = "Run a guest without a debugger, its serial line on standard output.",
        description = {
            "",
            "The options are the keys of the launch configuration. The guest ends the run by writing a value v to the exit"
                    + " port: the exit code is (v << 1) | 1, an odd number. All else that can end a run has an even one."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "odd:the guest's own: it wrote v to the exit port, and this is (v << 1) | 1",
            "0:the guest shut its machine down",
            "2:wrong arguments, or an image that cannot be started",
            "4:KVM cannot be used: 'kvmdap doctor' says why, and what to do",
            "6:triple fault",
            "8:the guest halted with nothing that could wake it",
            "10:KVM gave up on the guest, as on an instruction that it cannot emulate",
            "12:the guest's own code is greater than 255, which an exit code cannot carry; standard error tells it",
            "124:the time was up",
            "126:the adapter could not be built or started (Java, Maven)"
        },
        footer = {
            "",
            "Examples:",
            "  kvmdap run --timeout 10 examples/long-mode/build/long-mode.elf",
            "  kvmdap run --memory 256M --cmdline 'console=ttyS0 quiet' bzImage --initrd initrd.img",
            "  kvmdap run --boot flat --cpu-mode real --load-address 0x7c00 loader.bin",
            "  kvmdap run --cpuid avx2=false kernel.elf > serial.log; echo $?"
        })
final class RunCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "<program>",
            description =
                    "The image: an ELF file, a Multiboot or Linux kernel, a disk with a boot sector, or a flat binary.")
    private String program = "";

    @Option(
            names = "--timeout",
            paramLabel = "<seconds>",
            description = "End the guest when it still runs after so long.")
    private @Nullable Double timeout;

    @Option(
            names = "--memory",
            paramLabel = "<size>",
            description = "RAM: a number of bytes, or with K, M or G. Default: 64M.")
    private @Nullable String memory;

    @Option(names = "--cpus", paramLabel = "<n>", description = "How many vCPUs. Default: 1.")
    private @Nullable Integer cpus;

    @Option(
            names = "--boot",
            paramLabel = "<protocol>",
            description = "auto (default), elf, multiboot, multiboot2, pvh, linux, boot-sector or flat.")
    private @Nullable String boot;

    @Option(
            names = "--cpu-mode",
            paramLabel = "<mode>",
            description =
                    "real, protected or long: the mode a flat binary, or an ELF file without a boot header, starts in.")
    private @Nullable String cpuMode;

    @Option(
            names = "--load-address",
            paramLabel = "<address>",
            description = "The physical address at which a flat binary is loaded.")
    private @Nullable String loadAddress;

    @Option(
            names = "--entry-point",
            paramLabel = "<address>",
            description = "The linear address of the first instruction, other than the file's.")
    private @Nullable String entryPoint;

    @Option(names = "--cmdline", paramLabel = "<text>", description = "The kernel's command line.")
    private @Nullable String cmdline;

    @Option(
            names = "--module",
            paramLabel = "<file>[=<arguments>]",
            description = "A file that a Multiboot or PVH kernel gets beside it. May be repeated.")
    private List<String> modules = new ArrayList<>();

    @Option(
            names = "--initrd",
            paramLabel = "<file>",
            description = "The initial file system that Linux, or a PVH kernel, gets beside it.")
    private @Nullable String initrd;

    @Option(
            names = "--disk",
            paramLabel = "<file>",
            description =
                    "The image of the disk that the BIOS reads in real mode. Default: the one that was booted from.")
    private @Nullable String disk;

    @Option(
            names = "--cpuid",
            paramLabel = "<feature>=<true|false>",
            description = "Give or withhold a CPUID feature by name. May be repeated.")
    private Map<String, Boolean> cpuid = new LinkedHashMap<>();

    @Option(
            names = "--exit-port",
            paramLabel = "<port>",
            description = "The I/O port by which the guest ends itself. Default: 0xf4.")
    private @Nullable String exitPort;

    @Option(
            names = {"-v", "--verbose"},
            description = "Tell as what the image is booted, and why.")
    private boolean verbose;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter err = Commands.err(spec);
        try {
            Outcome outcome = HeadlessRun.run(
                    LaunchConfiguration.parse(launchArguments()),
                    System.out,
                    notice -> err.println("kvmdap: " + notice),
                    verbose ? detail -> err.println("kvmdap: " + detail) : detail -> {});
            return report(outcome, err);
        } catch (LaunchConfigurationException wrong) {
            wrong.problems().forEach(problem -> err.println("kvmdap: " + asOption(problem)));
            return ExitStatus.USAGE;
        } catch (KvmException refused) {
            err.println("kvmdap: " + refused.getMessage());
            return ExitStatus.NO_KVM;
        } catch (RuntimeException failure) {
            RequestFailure known = RequestFailure.of(RequestFailure.Kind.LAUNCH_FAILED, failure)
                    .orElseThrow(() -> failure);
            err.println("kvmdap: " + known.getMessage());
            return ExitStatus.USAGE;
        }
    }

    private int report(Outcome outcome, PrintWriter err) {
        if (outcome instanceof Outcome.Ended ended) {
            int status = ExitStatus.of(ended.exitCode());
            if (status != ended.exitCode()) {
                err.println(
                        "kvmdap: the guest ended with code " + ended.exitCode() + ", which an exit code cannot carry");
            }
            return status;
        }
        if (outcome instanceof Outcome.TimedOut late) {
            err.println("kvmdap: the time was up after " + timeout + " s");
            late.where().forEach(frame -> err.println("    " + frame));
            return ExitStatus.TIMED_OUT;
        }
        Outcome.Stuck stuck = (Outcome.Stuck) outcome;
        err.println("kvmdap: " + stuck.explanation());
        stuck.where().forEach(frame -> err.println("    " + frame));
        if (stuck.stop() instanceof Stop.TripleFault) {
            return ExitStatus.TRIPLE_FAULT;
        }
        return stuck.stop() instanceof Stop.Halted ? ExitStatus.HALTED : ExitStatus.KVM_ERROR;
    }

    private JsonObject launchArguments() {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("program", program);
        add(arguments, "memory", memory);
        add(arguments, "boot", boot);
        add(arguments, "cpuMode", cpuMode);
        add(arguments, "loadAddress", loadAddress);
        add(arguments, "entryPoint", entryPoint);
        add(arguments, "cmdline", cmdline);
        add(arguments, "initrd", initrd);
        add(arguments, "disk", disk);
        add(arguments, "exitPort", exitPort);
        if (timeout != null) {
            arguments.addProperty("timeout", timeout);
        }
        if (cpus != null) {
            arguments.addProperty("cpus", cpus);
        }
        JsonArray moduleList = new JsonArray();
        modules.forEach(module -> moduleList.add(module(module)));
        arguments.add("modules", moduleList);
        JsonObject features = new JsonObject();
        cpuid.forEach(features::addProperty);
        arguments.add("cpuid", features);
        return arguments;
    }

    private static void add(JsonObject arguments, String key, @Nullable String value) {
        if (value != null) {
            arguments.addProperty(key, value);
        }
    }

    private static JsonObject module(String text) {
        int equals = text.indexOf('=');
        JsonObject module = new JsonObject();
        module.addProperty("path", equals < 0 ? text : text.substring(0, equals));
        module.addProperty("arguments", equals < 0 ? "" : text.substring(equals + 1));
        return module;
    }

    /** A problem of the launch configuration begins with its key: {@code cpuMode: …} is {@code --cpu-mode: …} here. */
    private static String asOption(String problem) {
        Matcher key = Pattern.compile(
                        "^(cpuMode|loadAddress|entryPoint|exitPort|memory|boot|cmdline|initrd|disk|cpus|cpuid|timeout)\\b")
                .matcher(problem);
        return key.replaceFirst(
                match -> "--" + match.group().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
    }
}
