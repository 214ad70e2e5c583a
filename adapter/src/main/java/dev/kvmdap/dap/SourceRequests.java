package dev.kvmdap.dap;

import dev.kvmdap.session.ClientFeatures;
import dev.kvmdap.session.ClientSources;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.symbols.SourceFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.LoadedSourcesArguments;
import org.eclipse.lsp4j.debug.LoadedSourcesResponse;
import org.eclipse.lsp4j.debug.Source;
import org.eclipse.lsp4j.debug.SourceArguments;
import org.eclipse.lsp4j.debug.SourceResponse;
import org.jspecify.annotations.Nullable;

/** {@code loadedSources} and {@code source}: the files that the guest was built from, and their text. */
final class SourceRequests implements RequestFamily {

    private final Session session;

    SourceRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("loadedSources", LoadedSourcesArguments.class, SessionState.LAUNCHED, arguments -> loadedSources());
        table.on("source", SourceArguments.class, SessionState.LAUNCHED, this::source);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsLoadedSourcesRequest(true);
    }

    private LoadedSourcesResponse loadedSources() {
        ClientFeatures client = session.clientFeatures();
        LoadedSourcesResponse response = new LoadedSourcesResponse();
        response.setSources(session.guest().symbols().sources().stream()
                .map(file -> ClientSources.of(file, client))
                .toArray(Source[]::new));
        return response;
    }

    /** Only what the debugging information names is read: a client has no business with other files here. */
    private SourceResponse source(SourceArguments arguments) {
        Path path = path(arguments.getSource());
        boolean known = session.guest().symbols().sources().stream()
                .map(SourceFile::path)
                .anyMatch(path::equals);
        if (!known) {
            throw RequestFailure.badArguments(path + " is not among the sources of the guest");
        }
        try {
            SourceResponse response = new SourceResponse();
            response.setContent(new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
            return response;
        } catch (IOException unreadable) {
            throw RequestFailure.badArguments(path + " cannot be read here ("
                    + unreadable.getClass().getSimpleName() + "); map its folder in 'sourceMap'");
        }
    }

    private Path path(@Nullable Source source) {
        if (source == null) {
            throw RequestFailure.badArguments("'source' needs the argument 'source' with a path");
        }
        return ClientSources.path(source, session.clientFeatures());
    }
}
