package dev.kvmdap.session;

import dev.kvmdap.engine.Breakpoint;
import dev.kvmdap.engine.Placement;
import dev.kvmdap.session.BreakpointRequest.AtFunction;
import dev.kvmdap.session.BreakpointRequest.AtInstruction;
import dev.kvmdap.session.BreakpointRequest.AtLine;
import dev.kvmdap.session.BreakpointRequest.When;
import dev.kvmdap.symbols.SourceFile;
import dev.kvmdap.x86.GuestVirtual;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.lsp4j.debug.StoppedEventArgumentsReason;

/**
 * A breakpoint that the client has set, or the user by the console: one for them, at any number of places in the guest, such
 * as the inlined copies of a line.
 */
public final class ClientBreakpoint {

    private final int id;
    private final BreakpointRequest asked;
    private final boolean temporary;
    private final Hits hits = new Hits();
    private BreakpointRequest request;
    private boolean enabled = true;
    private Places places = Places.none("not set yet");
    private String told = "";

    /**
     * A breakpoint that stands nowhere yet.
     *
     * @param temporary whether it goes with its first stop
     */
    ClientBreakpoint(int id, BreakpointRequest request, boolean temporary) {
        this.id = id;
        this.asked = request;
        this.request = request;
        this.temporary = temporary;
    }

    /**
     * Where a breakpoint stands in the guest.
     *
     * @param breakpoints the engine's, one for each place; empty where there is no place
     * @param problem why there is no place; empty otherwise
     * @param source the line that was found
     */
    record Places(List<Breakpoint> breakpoints, String problem, Optional<SourcePosition> source) {

        static Places none(String problem) {
            return new Places(List.of(), problem, Optional.empty());
        }
    }

    /**
     * A line of a source file.
     *
     * @param line from 1
     */
    public record SourcePosition(SourceFile file, int line) {}

    /** The client's number of it, from 1, never used twice in a session. */
    public int id() {
        return id;
    }

    /** What was asked for when it was set. */
    BreakpointRequest asked() {
        return asked;
    }

    /** What it is to do now: what was asked for, with what the console has changed. */
    public BreakpointRequest request() {
        return request;
    }

    void change(BreakpointRequest changed) {
        request = changed;
    }

    /** Whether it goes with its first stop. */
    boolean isTemporary() {
        return temporary;
    }

    /** Whether it is switched on. */
    boolean isEnabled() {
        return enabled;
    }

    void enable(boolean on) {
        enabled = on;
    }

    /** How often it was hit. */
    Hits hits() {
        return hits;
    }

    Places places() {
        return places;
    }

    void place(Places found) {
        places = found;
    }

    /** Whether no place for it has been found so far. */
    boolean isUnplaced() {
        return enabled && places.breakpoints.isEmpty();
    }

    /** The linear addresses of its places. */
    List<Long> addresses() {
        return places.breakpoints.stream()
                .map(breakpoint -> breakpoint.address().address())
                .toList();
    }

    /** Whether it will stand when the guest has made one of its places ready. */
    public boolean isPending() {
        return !verified() && placements().anyMatch(Placement.Pending.class::isInstance);
    }

    /** Whether the guest stops there. */
    public boolean verified() {
        return placements().anyMatch(Placement::verified);
    }

    /** For people: by which mechanism it stands, or why it does not. */
    public String message() {
        return places.problem.isEmpty()
                ? placements().map(Placement::text).distinct().collect(Collectors.joining("; "))
                : places.problem;
    }

    /** The line that the guest stops at, where it is known. */
    public Optional<SourcePosition> source() {
        return places.source;
    }

    /** The linear address of its first place. */
    public Optional<GuestVirtual> address() {
        return places.breakpoints.stream().findFirst().map(Breakpoint::address);
    }

    /** Whether a client that was told of it, and no more than its line, would ask for it so. */
    boolean isToldAs(BreakpointRequest other) {
        return other.when().equals(new When("", "", ""))
                && other.target() instanceof AtLine line
                && places.source
                        .filter(position ->
                                position.file().path().equals(line.path()) && position.line() == line.line())
                        .isPresent();
    }

    /** The reason of a stop at it, in the protocol's words. */
    String stopReason() {
        if (request.target() instanceof AtFunction) {
            return StoppedEventArgumentsReason.FUNCTION_BREAKPOINT;
        }
        return request.target() instanceof AtInstruction
                ? StoppedEventArgumentsReason.INSTRUCTION_BREAKPOINT
                : StoppedEventArgumentsReason.BREAKPOINT;
    }

    /** Whether its state is another than at the last call: what the client knows of it, if it is told at every call. */
    boolean changed() {
        String state = verified() + message();
        boolean changed = !state.equals(told);
        told = state;
        return changed;
    }

    private Stream<Placement> placements() {
        return places.breakpoints.stream().map(Breakpoint::placement);
    }
}
