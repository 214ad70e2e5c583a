package dev.kvmdap.cli;

import dev.kvmdap.dap.StdioServer;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program's entrance, and the command {@code kvmdap} itself. */
@Command(
        name = "kvmdap",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Debug bare-metal x86 guests on Linux KVM by the Debug Adapter Protocol.",
        synopsisSubcommandLabel = "<command>",
        commandListHeading = "%nCommands:%n",
        subcommands = {
            ServeCommand.class,
            DemoCommand.class,
            RunCommand.class,
            DoctorCommand.class,
            SchemaCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  kvmdap demo                       see a whole session",
            "  kvmdap doctor                     see what this machine's KVM can do",
            "  kvmdap run kernel.elf             run a guest; its serial line on standard output",
            "  kvmdap serve                      for IDEs: speak the protocol on standard input and output",
            "  kvmdap serve --port 4711          for IDEs: on a TCP port of this machine",
            "",
            "'kvmdap help <command>' tells a command's options and exit codes."
        })
public final class Main {

    private Main() {}

    /**
     * Runs a command line and exits with its status.
     *
     * <p>A bare {@code serve} is how IDEs start each session: it goes straight to the server, because reading even this
     * command line with picocli takes as long as everything else up to the first response.
     */
    public static void main(String[] arguments) {
        if (arguments.length == 1 && arguments[0].equals("serve")) {
            StdioServer.serve();
            System.exit(ExitCode.OK);
        }
        System.exit(commandLine().execute(arguments));
    }

    /** The commands, ready to be given arguments. */
    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setUsageHelpWidth(100)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler(Main::explainMistake);
    }

    /** Says what is wrong with the arguments, and where all of them are told. */
    private static int explainMistake(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("kvmdap: " + mistake.getMessage());
        UnmatchedArgumentException.printSuggestions(mistake, err);
        err.println("'" + command.getCommandSpec().qualifiedName() + " --help' tells what is allowed");
        return ExitCode.USAGE;
    }
}
