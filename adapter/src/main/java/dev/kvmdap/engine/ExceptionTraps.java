package dev.kvmdap.engine;

import dev.kvmdap.exception.AddressSpace;
import dev.kvmdap.exception.Fault;
import dev.kvmdap.exception.InterruptVectors;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.exception.VectorEntry;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.X86Exception;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;

/**
 * Stops at exceptions. KVM has no means to intercept them, so there are traps at their handlers' first instructions; they are
 * aimed anew when the interrupt table is another one or leads elsewhere. Changed only behind the {@link Turnstile}.
 */
final class ExceptionTraps implements Consumer<Cpu> {

    /** Where a processor begins that has not been started by another one yet (SDM vol. 3, 10.1.4). */
    private static final long RESET_VECTOR = 0xffff_fff0L;

    private final Traps traps;
    private final List<Cpu> cpus;
    private final Symbols symbols;
    private final Map<TableLoads.Load, Tripwire> loads = new LinkedHashMap<>();
    private boolean loadsKnown;
    private List<ExceptionTrap> wanted = List.of();
    private Map<Long, HandlerTrap> armed = Map.of();
    private Map<Long, Placement> placements = Map.of();
    private volatile boolean set;

    /** Stops none yet. */
    ExceptionTraps(Traps traps, List<Cpu> cpus, Symbols symbols) {
        this.traps = traps;
        this.cpus = cpus;
        this.symbols = symbols;
    }

    /** Whether there are any; any thread. */
    boolean areSet() {
        return set;
    }

    void add(ExceptionTrap trap) {
        List<ExceptionTrap> more = new ArrayList<>(wanted);
        more.add(trap);
        replace(more);
    }

    void remove(ExceptionTrap trap) {
        List<ExceptionTrap> fewer = new ArrayList<>(wanted);
        fewer.remove(trap);
        replace(fewer);
    }

    private void replace(List<ExceptionTrap> now) {
        if (wanted.isEmpty() != now.isEmpty()) {
            if (now.isEmpty()) {
                traps.removeSystemListener(this);
            } else {
                traps.addSystemListener(this);
            }
        }
        wanted = List.copyOf(now);
        set = !now.isEmpty();
        aim();
        if (!set) {
            loads.values().forEach(traps::remove);
        }
    }

    /** A vCPU's interrupt table may be another one, or lead elsewhere. */
    @Override
    public void accept(Cpu changed) {
        aim();
    }

    /** Looks where the vectors lead now, and puts the traps there. */
    private void aim() {
        if (set) {
            watchTableLoads();
        }
        Aim aim = new Aim();
        cpus.stream().filter(ExceptionTraps::isStarted).forEach(aim::at);
        Map<Long, HandlerTrap> next = new HashMap<>();
        Map<Long, Placement> placed = new HashMap<>();
        armed.forEach((handler, trap) -> {
            HandlerTrap now = aim.handlers.get(handler);
            if (now != null && now.isLike(trap) && traps.isArmed(trap, now.cpu())) {
                next.put(handler, trap);
                placed.put(handler, placements.getOrDefault(handler, new Placement.Failed("not placed yet")));
            } else {
                traps.remove(trap);
            }
        });
        aim.handlers.forEach((handler, trap) -> {
            if (!next.containsKey(handler)) {
                next.put(handler, trap);
                placed.put(handler, traps.add(trap, trap.handler(), BreakpointMode.AUTO, trap.cpu()));
            }
        });
        armed = next;
        placements = placed;
        wanted.forEach(trap -> trap.status(status(trap, aim)));
    }

    /**
     * A trap at each LIDT. It never stops the guest; but what comes to a trap is stepped, and behind a step the system
     * registers are looked at.
     */
    private void watchTableLoads() {
        if (!loadsKnown) {
            loadsKnown = true;
            TableLoads.in(symbols).forEach(load -> loads.put(load, passing -> null));
        }
        Cpu cpu = cpus.get(0);
        loads.forEach((load, wire) -> {
            if (!traps.isArmed(wire, cpu)) {
                traps.remove(wire);
                if (isThere(load, cpu)) {
                    traps.add(wire, new GuestVirtual(load.linear()), BreakpointMode.SOFTWARE, cpu);
                }
            }
        });
    }

    /** The code may not be loaded, or not mapped, yet. */
    private static boolean isThere(TableLoads.Load load, Cpu cpu) {
        byte[] there = new byte[load.code().size()];
        if (cpu.memory().read(load.linear(), there, 0, there.length) < there.length) {
            return false;
        }
        for (int i = 0; i < there.length; i++) {
            if (there[i] != load.code().get(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isStarted(Cpu cpu) {
        return cpu.mode() != CpuMode.REAL || ((cpu.pc() & 0xffff_ffffL) != RESET_VECTOR);
    }

    private ExceptionTrap.Status status(ExceptionTrap trap, Aim aim) {
        Map<Placement, StringJoiner> places = new LinkedHashMap<>();
        for (X86Exception kind : X86Exception.values()) {
            if (trap.kinds().contains(kind)) {
                armed.forEach((handler, at) -> {
                    if (at.serves(kind)) {
                        places.computeIfAbsent(
                                        placements.getOrDefault(handler, new Placement.Failed("not placed yet")),
                                        placement -> new StringJoiner(", "))
                                .add("%s at %s".formatted(kind.mnemonic(), at.handler()));
                    }
                });
            }
        }
        if (!places.isEmpty()) {
            StringJoiner text = new StringJoiner("; ");
            places.forEach((placement, handlers) -> text.add(handlers + ": " + placement.text()));
            boolean works = places.keySet().stream().anyMatch(Placement::verified);
            return new ExceptionTrap.Status(works, "traps at the handlers: " + text);
        }
        String why = trap.kinds().size() > 1
                ? "none of them has a handler"
                : trap.kinds().stream()
                        .findFirst()
                        .map(kind -> aim.why.getOrDefault(kind, "there is no handler"))
                        .orElse("");
        return new ExceptionTrap.Status(
                true, "no handler to stop at yet: " + why + "; the interrupt table is followed");
    }

    /** Where the vectors of all vCPUs lead. */
    private final class Aim {
        private final Map<Long, HandlerTrap> handlers = new LinkedHashMap<>();
        private final Map<X86Exception, String> why = new EnumMap<>(X86Exception.class);
        private final Set<X86Exception> kinds = EnumSet.noneOf(X86Exception.class);

        Aim() {
            wanted.forEach(trap -> kinds.addAll(trap.kinds()));
        }

        void at(Cpu cpu) {
            ProcessorState state = cpu.state();
            AddressSpace memory = new AddressSpace(state, cpu.ownMemory());
            InterruptVectors vectors = new InterruptVectors(state, memory);
            for (X86Exception kind : kinds) {
                VectorEntry entry = vectors.entry(kind.vector());
                if (entry instanceof VectorEntry.Handler handler) {
                    String problem = problem(handler, state, memory);
                    if (problem.isEmpty()) {
                        handlers.computeIfAbsent(
                                        handler.linear(),
                                        linear -> new HandlerTrap(
                                                new GuestVirtual(linear), handler.wordBytes(), cpu, wanted))
                                .add(kind);
                    } else {
                        why.put(kind, problem);
                    }
                } else if (entry instanceof VectorEntry.Nowhere nowhere) {
                    why.put(kind, nowhere.fault().cause());
                } else {
                    why.put(kind, "its gate leads to another task");
                }
            }
        }

        /** A byte must not be planted where no handler can be. */
        private String problem(VectorEntry.Handler handler, ProcessorState state, AddressSpace memory) {
            long table = state.get(Register.IDTR);
            long distance = handler.linear() - table;
            if (state.mode() == CpuMode.REAL && distance >= 0 && distance <= state.get(Register.IDTR_LIMIT)) {
                return "its vector %04x:%04x leads into the interrupt vector table itself"
                        .formatted(handler.selector(), handler.offset());
            }
            Optional<Fault> unfetchable = memory.fetchFault(handler.linear(), handler.dpl());
            return unfetchable.map(fault -> "its handler: " + fault.cause()).orElse("");
        }
    }
}
