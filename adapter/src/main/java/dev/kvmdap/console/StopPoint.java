package dev.kvmdap.console;

import java.util.List;

/**
 * A breakpoint, watchpoint or catchpoint as the console lists it.
 *
 * @param number the session's, that clients know it by too
 * @param type {@code breakpoint}, {@code hw breakpoint}, {@code watchpoint}, {@code catchpoint}, …
 * @param temporary whether it goes with its first stop
 * @param enabled whether it is switched on
 * @param addresses linear; none where no place is known
 * @param what the place or the memory, in words
 * @param condition a C expression; empty for none
 * @param hitCondition which hits count; empty for all
 * @param message what is written instead of stopping; empty for none
 * @param hits how often it was reached and its condition held, since the guest's launch
 * @param ignored how many hits are to pass still
 * @param mechanism by what means it stands, or why it does not
 * @param setBy who has set it: {@code the client}; empty where the console has
 * @param watches whether it watches memory
 */
public record StopPoint(
        int number,
        String type,
        boolean temporary,
        boolean enabled,
        List<Long> addresses,
        String what,
        String condition,
        String hitCondition,
        String message,
        long hits,
        long ignored,
        String mechanism,
        String setBy,
        boolean watches) {

    public StopPoint {
        addresses = List.copyOf(addresses);
    }
}
