package dev.kvmdap.machine;

import dev.kvmdap.kvm.LibC;
import dev.kvmdap.kvm.Vcpu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The platform thread that owns one vCPU: every ioctl on the vCPU's file descriptor is made here (KVM api.txt, 1: "vcpu
 * ioctls should be issued from the same thread that was used to create the vcpu").
 */
public final class VcpuThread implements AutoCloseable {

    private final Vcpu vcpu;
    private final ExecutorService executor;
    private final int threadId;

    VcpuThread(Vcpu vcpu) {
        this.vcpu = vcpu;
        this.executor = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "vcpu-" + vcpu.index());
            thread.setDaemon(true);
            return thread;
        });
        threadId = call(v -> {
            v.interrupter().prepare();
            return LibC.get().gettid();
        });
    }

    /** The vCPU. Only what its class allows to any thread may be called outside {@link #call} and {@link #execute}. */
    public Vcpu vcpu() {
        return vcpu;
    }

    /** The vCPU's number, from 0. */
    public int index() {
        return vcpu.index();
    }

    /** Runs a task on the thread and waits for its answer. Must not be called while the vCPU runs the guest. */
    public <T> T call(Function<Vcpu, T> task) {
        try {
            return CompletableFuture.supplyAsync(() -> task.apply(vcpu), executor)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                cause.addSuppressed(new Throwable("called from here"));
                throw cause;
            }
            throw e;
        }
    }

    /** Queues a task on the thread. */
    public void execute(Runnable task) {
        executor.execute(task);
    }

    /** Ends the KVM_RUN that the vCPU is in, or else its next one. Any thread. */
    public void interrupt() {
        vcpu.interrupter().interrupt();
    }

    /**
     * Whether the thread sleeps in the kernel now: while it runs the guest, that is a vCPU which waits for an interrupt or
     * for its start-up message. Any thread.
     *
     * <p>Source: proc(5), the third field of /proc/pid/task/tid/stat.
     */
    public boolean sleeps() {
        try {
            String stat =
                    Files.readString(Path.of("/proc/self/task/" + threadId + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith("S", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends the thread and closes the vCPU. The guest must have left KVM_RUN, or leaves it by this call's interrupt. */
    @Override
    public void close() {
        if (executor.isShutdown()) {
            return;
        }
        executor.execute(() -> vcpu.interrupter().release());
        executor.shutdown();
        try {
            while (!executor.awaitTermination(10, TimeUnit.MILLISECONDS)) {
                vcpu.interrupter().interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        vcpu.close();
    }
}
