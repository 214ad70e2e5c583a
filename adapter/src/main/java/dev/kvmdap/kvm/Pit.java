package dev.kvmdap.kvm;

/** Where the state of the in-kernel timer has its fields (struct kvm_pit_state2, api.txt 4.72). */
public final class Pit {

    /** How many channels it has. */
    public static final int CHANNELS = 3;

    private Pit() {}

    /**
     * Where a channel's field stands.
     *
     * @param channel from 0
     * @param field as struct kvm_pit_channel_state calls it
     */
    public static int offset(int channel, String field) {
        return Layouts.PIT_STATE2.offset("channels[" + channel + "]") + Layouts.PIT_CHANNEL_STATE.offset(field);
    }
}
