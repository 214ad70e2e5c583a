package dev.kvmdap.session.launch;

import java.util.List;

/** A launch configuration with wrong keys or values. Each problem names the key, the value and what is allowed. */
public final class LaunchConfigurationException extends RuntimeException {

    private final List<String> problems;

    LaunchConfigurationException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    LaunchConfigurationException(String problem) {
        this(List.of(problem));
    }

    /** Everything that is wrong, one sentence each; at least one. */
    public List<String> problems() {
        return problems;
    }
}
