package dev.kvmdap.console;

import dev.kvmdap.engine.Frame;
import java.util.List;

/** The call stacks of the stopped guest, and the frame that the user looks at. */
public interface CallStacks {

    /** How many vCPUs there are. */
    int vcpus();

    /** What people call a vCPU's thread: {@code vCPU 0 (long mode, CPL 0)}. */
    String threadName(int vcpu);

    /** The vCPU whose stack is looked at, from 0. */
    int vcpu();

    /** The frame that is looked at. */
    Frame chosen();

    /**
     * Frames of a vCPU, innermost first.
     *
     * @param start the first one's index
     * @param count at most; fewer where the stack ends
     */
    List<Frame> frames(int vcpu, int start, int count);

    /** Looks at a frame from now on, until the guest runs or the client looks at another one. */
    void choose(int vcpu, Frame frame);
}
