package dev.kvmdap.session;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns a session. Requests of the client, stops and output of the guest become tasks on it, done one
 * after another in the order in which they came; so nothing that belongs to the session needs a lock. A task that fails
 * is logged and does not end the thread.
 */
public final class SessionThread {

    private static final Logger LOG = System.getLogger(SessionThread.class.getName());

    private final ExecutorService executor;
    private volatile @Nullable Thread thread;

    /**
     * A thread that starts with its first task.
     *
     * @param name what thread dumps call it
     */
    public SessionThread(String name) {
        executor = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(task, name);
            created.setDaemon(true);
            thread = created;
            return created;
        });
    }

    /** Appends a task; any thread. After {@link #stop} nothing happens. */
    public void execute(Runnable task) {
        try {
            executor.execute(() -> guarded(task));
        } catch (RejectedExecutionException stopped) {
            LOG.log(Level.DEBUG, "a task came after the session had ended");
        }
    }

    /** Appends a task once the delay has passed; any thread. After {@link #stop} nothing happens. */
    public void executeAfter(Duration delay, Runnable task) {
        CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, this::execute)
                .execute(task);
    }

    /** Ends the thread after the present task and drops those that wait; on this thread. */
    public void stop() {
        executor.shutdownNow();
    }

    /** Whether the caller runs on this thread: for assertions. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "a task of the session failed", failure);
        }
    }
}
