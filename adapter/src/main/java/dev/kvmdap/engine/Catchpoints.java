package dev.kvmdap.engine;

import dev.kvmdap.device.PortRange;
import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.machine.KernelDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that the user waits for, and by what means each of it is noticed. Changed only behind the {@link Turnstile}; asked by
 * vCPU threads without allocation.
 */
final class Catchpoints {

    private final List<KernelDevice> kernelDevices;
    private final List<Catchpoint> all = new ArrayList<>();
    private boolean stepping;

    /**
     * @param kernelDevices those whose ports make no exit
     */
    Catchpoints(List<KernelDevice> kernelDevices) {
        this.kernelDevices = kernelDevices;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Whether the guest must be stepped, and each instruction looked at. */
    boolean needStepping() {
        return stepping;
    }

    void add(Catchpoint point) {
        point.catching(choose(point.trigger()));
        all.add(point);
        arrange();
    }

    void remove(Catchpoint point) {
        all.remove(point);
        arrange();
    }

    /** By what means something would be noticed. */
    Catching choose(Trigger trigger) {
        if (trigger instanceof Trigger.ModeSwitch) {
            return new Catching.Stepping("KVM makes no exit for a change of the CPU's mode");
        }
        if (trigger instanceof Trigger.Ports wanted) {
            return choose(wanted.ports());
        }
        return trigger instanceof Trigger.MagicBreak
                ? new Catching.Stepping("each instruction is looked at")
                : new Catching.Exits();
    }

    private Catching choose(PortRange ports) {
        for (KernelDevice device : kernelDevices) {
            if (device.ports().overlaps(ports)) {
                return new Catching.Stepping("KVM serves port %s (%s) itself and makes no exit for it"
                        .formatted(device.ports(), device.name()));
            }
        }
        return new Catching.Exits();
    }

    private void arrange() {
        stepping = all.stream().anyMatch(point -> point.catching() instanceof Catching.Stepping);
    }

    /** Whether somebody waits for an access to a port. */
    boolean waitForPort(int port, int size, boolean write) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).trigger() instanceof Trigger.Ports wanted && wanted.covers(port, size, write)) {
                return true;
            }
        }
        return false;
    }

    /** Whether somebody waits for triggers of a class. */
    boolean waitFor(Class<? extends Trigger> trigger) {
        for (int i = 0; i < all.size(); i++) {
            if (trigger.isInstance(all.get(i).trigger())) {
                return true;
            }
        }
        return false;
    }

    /** The kernel's device at a port; empty where it is none of its. */
    String kernelDevice(int port) {
        for (int i = 0; i < kernelDevices.size(); i++) {
            KernelDevice device = kernelDevices.get(i);
            if (device.ports().overlaps(port, 1)) {
                return device.name();
            }
        }
        return "";
    }

    /**
     * The stop that an occurrence leads to; null if nobody waits for it, or no condition held.
     *
     * @param instruction that did it, if it is known
     */
    @Nullable Stop hit(Cpu cpu, Occurrence what, Optional<ExecutedInstruction> instruction) {
        List<Catchpoint> hit = new ArrayList<>();
        String problem = "";
        for (Catchpoint point : all) {
            if (!concerns(point.trigger(), what)) {
                continue;
            }
            try {
                if (!point.condition().holds(cpu, what)) {
                    continue;
                }
            } catch (ConditionException e) {
                problem = String.valueOf(e.getMessage());
            }
            hit.add(point);
        }
        return hit.isEmpty() ? null : new Stop.Caught(cpu.index(), List.copyOf(hit), what, instruction, problem);
    }

    private static boolean concerns(Trigger trigger, Occurrence what) {
        if (what instanceof Occurrence.PortAccess access) {
            return trigger instanceof Trigger.Ports wanted
                    && wanted.covers(access.port(), access.size(), access.write());
        }
        if (what instanceof Occurrence.ModeSwitch done) {
            return trigger instanceof Trigger.ModeSwitch wanted && wanted.into().contains(done.after());
        }
        return what instanceof Occurrence.MagicBreak
                ? trigger instanceof Trigger.MagicBreak
                : trigger instanceof Trigger.NothingThere;
    }
}
