package dev.kvmdap.cli;

/** The program's entrance. */
public final class Main {

    private Main() {}

    /** Runs the command line. */
    public static void main(String[] arguments) {
        System.exit(arguments.length);
    }
}
