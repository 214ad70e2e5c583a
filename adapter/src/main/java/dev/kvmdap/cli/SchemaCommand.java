package dev.kvmdap.cli;

import com.google.gson.GsonBuilder;
import dev.kvmdap.session.launch.LaunchKeys;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code kvmdap schema}. */
@Command(
        name = "schema",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Print the JSON Schema of the launch configuration.",
        description = {
            "",
            "It lists the very keys that a launch request is read by, with their defaults and what they mean. Clients complete and"
                    + " check launch configurations by it."
        },
        footer = {"", "Example:", "  kvmdap schema | jq -r '.properties | keys[]'"})
final class SchemaCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = Commands.out(spec);
        out.println(new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(LaunchKeys.schema()));
        out.flush();
    }
}
