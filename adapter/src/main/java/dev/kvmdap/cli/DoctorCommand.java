package dev.kvmdap.cli;

import com.google.gson.GsonBuilder;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.HostProbe;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kvmdap doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Find out what this machine's KVM can do, and what to do where it cannot.",
        description = {
            "",
            "Looks at /dev/kvm, asks KVM for its capabilities, and then tries in a tiny guest, in each CPU mode, what"
                    + " debugging stands on: single steps, debug registers, planted breakpoints, interrupts held off. It"
                    + " takes some tens of milliseconds and changes nothing."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:guests can be run and debugged here",
            "1:they cannot: the report says why, and what to do",
            "2:wrong arguments"
        },
        footer = {"", "Examples:", "  kvmdap doctor", "  kvmdap doctor --json | jq .modes.REAL.singleStep"})
final class DoctorCommand implements Callable<Integer> {

    @Option(names = "--json", description = "Print all findings as one JSON object, for scripts.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        HostFindings findings = HostProbe.probe();
        PrintWriter out = Commands.out(spec);
        if (json) {
            out.println(new GsonBuilder().setPrettyPrinting().create().toJson(findings));
        } else {
            out.print(new HostReport(findings).text());
        }
        out.flush();
        return findings.isUsable() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
