package dev.kvmdap.session;

import dev.kvmdap.symbols.SourceFile;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import org.eclipse.lsp4j.debug.Source;

/** Source files as they go over the wire: by path, or by {@code file:} URI where the client wants that. */
public final class ClientSources {

    private ClientSources() {}

    /** A source file for the client. */
    public static Source of(SourceFile file, ClientFeatures client) {
        Source source = new Source();
        source.setName(file.name());
        source.setPath(
                client.pathsAreUris()
                        ? file.path().toUri().toString()
                        : file.path().toString());
        return source;
    }

    /**
     * The path of a source file that the client names.
     *
     * @throws RequestFailure where it names none
     */
    public static Path path(Source source, ClientFeatures client) {
        String text = source.getPath();
        if (text == null || text.isEmpty()) {
            throw RequestFailure.badArguments("the source has no 'path'; kvmdap knows sources by their paths only");
        }
        try {
            Path path = client.pathsAreUris() ? Path.of(URI.create(text)) : Path.of(text);
            return path.toAbsolutePath().normalize();
        } catch (FileSystemNotFoundException | IllegalArgumentException wrong) {
            throw RequestFailure.badArguments("'" + text + "' is no path of a file: " + wrong.getMessage());
        }
    }
}
