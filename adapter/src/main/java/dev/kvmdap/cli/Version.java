package dev.kvmdap.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** Which kvmdap this is, on which Java it runs, and on which kernel. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
        return new String[] {
            "kvmdap " + version,
            "Java " + System.getProperty("java.runtime.version") + ", " + System.getProperty("os.name") + " "
                    + System.getProperty("os.version") + " " + System.getProperty("os.arch")
        };
    }
}
