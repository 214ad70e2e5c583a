package dev.kvmdap.cli;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where kvmdap lies: the folder of the launcher and of the examples. */
final class Home {

    private Home() {}

    /** The folder above this program that has the example guests. */
    static Optional<Path> examples() {
        for (Path folder = program(); folder != null; folder = folder.getParent()) {
            Path examples = folder.resolve("examples");
            if (Files.isReadable(examples.resolve("Makefile"))) {
                return Optional.of(examples);
            }
        }
        return Optional.empty();
    }

    /** A command line that runs this same program, with the options that this Java has. */
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        ProcessHandle.Info self = ProcessHandle.current().info();
        command.add(self.command().orElse("java"));
        for (String argument : self.arguments().orElse(new String[0])) {
            if (argument.equals("-jar") || argument.equals(Main.class.getName())) {
                break;
            }
            command.add(argument);
        }
        Path program = program();
        if (Files.isDirectory(program)) {
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        } else {
            command.addAll(List.of("-jar", program.toString()));
        }
        command.addAll(List.of(arguments));
        return command;
    }

    private static Path program() {
        try {
            return Path.of(Main.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
