package dev.kvmdap.session;

import dev.kvmdap.engine.Frame;
import dev.kvmdap.view.Node;
import dev.kvmdap.x86.GuestVirtual;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the client may refer to by number as long as the guest stands still: frames, and variables with children. */
public final class StopScope {

    private final Handles<StoppedFrame> frames = new Handles<>();
    private final Handles<Node> variables = new Handles<>();
    private final Handles<GuestVirtual> places = new Handles<>();
    private @Nullable Choice choice;

    /**
     * A frame of the stopped guest.
     *
     * @param vcpu whose call stack it is on, from 0
     */
    public record StoppedFrame(int vcpu, Frame frame) {}

    /**
     * The frame that the user has chosen in the console.
     *
     * @param instead of the frame that the client looked at then; null where it said none
     */
    private record Choice(@Nullable Integer instead, StoppedFrame frame) {}

    /**
     * The user chooses a frame in the console.
     *
     * @param instead of the frame that the client looks at
     */
    void choose(@Nullable Integer instead, StoppedFrame frame) {
        choice = new Choice(instead, frame);
    }

    /**
     * The frame that the user has chosen in the console, if he has and the client has not turned to another one since.
     *
     * @param looksAt the frame that the client looks at
     */
    Optional<StoppedFrame> chosen(@Nullable Integer looksAt) {
        return choice != null && Objects.equals(choice.instead, looksAt) ? Optional.of(choice.frame) : Optional.empty();
    }

    /** A number for a frame. */
    public int add(StoppedFrame frame) {
        return frames.add(frame);
    }

    /**
     * The frame of a number.
     *
     * @throws RequestFailure where there is none in this stop
     */
    public StoppedFrame frame(int number) {
        return frames.get(number)
                .orElseThrow(() -> RequestFailure.badArguments(
                        "there is no frame " + number + " in this stop: ask for stackTrace again"));
    }

    /** A number for a variable: 0 where it has no children. */
    public int add(Node variable) {
        return variable.expandable() ? variables.add(variable) : 0;
    }

    /**
     * The children of the variable of a number, as they are now.
     *
     * @throws RequestFailure where there is none in this stop
     */
    public List<Node> children(int number) {
        return variables
                .get(number)
                .orElseThrow(() -> RequestFailure.badArguments(
                        "there is no variable with reference " + number + " in this stop: ask for scopes again"))
                .children();
    }

    /** A number for a place in code that was offered to the client: to go to, or to step into. */
    public int add(GuestVirtual place) {
        return places.add(place);
    }

    /**
     * The place of a number.
     *
     * @throws RequestFailure where there is none in this stop
     */
    public GuestVirtual place(int number) {
        return places.get(number)
                .orElseThrow(() -> RequestFailure.badArguments(
                        "there is no target " + number + " in this stop: ask for gotoTargets or stepInTargets again"));
    }

    /** The guest runs: every number loses its meaning. */
    void clear() {
        frames.clear();
        places.clear();
        choice = null;
        variables.clear();
    }
}
