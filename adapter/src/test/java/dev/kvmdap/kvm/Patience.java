package dev.kvmdap.kvm;

import java.time.Duration;

/** How long tests wait for what a guest must do: far longer than it takes, since only a test that fails waits so long. */
public final class Patience {

    /** A host that is slow as a whole gives more, by the property {@code kvmdap.test.patience} in seconds. */
    public static final Duration FOR_A_GUEST = Duration.ofSeconds(Integer.getInteger("kvmdap.test.patience", 20));

    private Patience() {}
}
