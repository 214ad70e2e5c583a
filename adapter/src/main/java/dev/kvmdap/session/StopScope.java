package dev.kvmdap.session;

import dev.kvmdap.engine.Frame;
import dev.kvmdap.view.Node;
import java.util.List;

/** What the client may refer to by number as long as the guest stands still: frames, and variables with children. */
public final class StopScope {

    private final Handles<StoppedFrame> frames = new Handles<>();
    private final Handles<Node> variables = new Handles<>();

    /**
     * A frame of the stopped guest.
     *
     * @param vcpu whose call stack it is on, from 0
     */
    public record StoppedFrame(int vcpu, Frame frame) {}

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

    /** The guest runs: every number loses its meaning. */
    void clear() {
        frames.clear();
        variables.clear();
    }
}
