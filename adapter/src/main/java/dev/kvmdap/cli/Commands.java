package dev.kvmdap.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What every command needs of picocli, which sets a command's {@code @Spec} before it is called. */
final class Commands {

    private Commands() {}

    /** Standard output. */
    static PrintWriter out(@Nullable CommandSpec spec) {
        return set(spec).commandLine().getOut();
    }

    /** Standard error. */
    static PrintWriter err(@Nullable CommandSpec spec) {
        return set(spec).commandLine().getErr();
    }

    /** A mistake in a command's arguments. */
    static ParameterException mistake(@Nullable CommandSpec spec, String message) {
        return new ParameterException(set(spec).commandLine(), message);
    }

    private static CommandSpec set(@Nullable CommandSpec spec) {
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command up");
        }
        return spec;
    }
}
