package dev.kvmdap.engine;

import dev.kvmdap.exception.AddressSpace;
import dev.kvmdap.exception.Fault;
import dev.kvmdap.exception.InterruptVectors;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.exception.VectorEntry;
import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.PageWalk;
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

    /** The architecture keeps these vectors for exceptions (SDM vol. 3, 6.3.1). */
    private static final int EXCEPTION_VECTORS = 32;

    private final Traps traps;
    private final List<Cpu> cpus;
    private final Symbols symbols;
    private final Map<Long, Guard> guards = new HashMap<>();
    private List<Breakpoint> loads = List.of();
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
        wanted = List.copyOf(now);
        boolean wasSet = set;
        set = !now.isEmpty();
        if (set && !wasSet) {
            traps.addSystemListener(this);
            watchTableLoads();
        } else if (wasSet && !set) {
            traps.removeSystemListener(this);
            loads.forEach(traps::remove);
        }
        aim();
    }

    /**
     * A breakpoint that never stops at each LIDT: what comes to a breakpoint is stepped, and behind a step the system registers
     * are looked at.
     */
    private void watchTableLoads() {
        if (loads.isEmpty()) {
            loads = TableLoads.in(symbols).stream().map(this::neverStopping).toList();
        }
        loads.forEach(load -> traps.add(load, cpus.get(0)));
    }

    private Breakpoint neverStopping(long linear) {
        GuestVirtual address = new GuestVirtual(linear);
        ExpectedCode code = ExpectedCode.of(address, symbols.codeAround(linear));
        return new Breakpoint(0, address, BreakpointMode.SOFTWARE, passing -> false, "LIDT at " + address, code);
    }

    /** A vCPU's interrupt table may be another one, or lead elsewhere. */
    @Override
    public void accept(Cpu changed) {
        aim();
    }

    /** Looks where the vectors lead now, and puts the traps there. */
    private void aim() {
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
        guard(aim.tables);
        boolean changed = false;
        for (ExceptionTrap trap : wanted) {
            ExceptionTrap.Status status = status(trap, aim);
            changed |= !status.equals(trap.status());
            trap.status(status);
        }
        if (changed) {
            traps.tellChanged();
        }
    }

    /** Hears of gates that the guest writes: of tables that fill their pages at once, of others a little later. */
    private void guard(Map<Long, Integer> tables) {
        guards.entrySet().removeIf(entry -> {
            boolean gone = !Integer.valueOf(entry.getValue().length()).equals(tables.get(entry.getKey()));
            if (gone) {
                traps.guards().remove(entry.getValue());
            }
            return gone;
        });
        tables.forEach((physical, length) -> guards.computeIfAbsent(physical, added -> {
            Guard guard = new Guard(physical, length, length == GuestMemory.PAGE, changed -> aim());
            traps.guards().add(guard);
            return guard;
        }));
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
        private final Map<Long, Integer> tables = new HashMap<>();

        Aim() {
            wanted.forEach(trap -> kinds.addAll(trap.kinds()));
        }

        void at(Cpu cpu) {
            ProcessorState state = cpu.state();
            AddressSpace memory = new AddressSpace(state, cpu.ownMemory());
            InterruptVectors vectors = new InterruptVectors(state, memory);
            if (set) {
                addTable(cpu, state.get(Register.IDTR), state.get(Register.IDTR_LIMIT) + 1);
            }
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

        /** The gates of exceptions, in pieces that lie on a page each; all gates where these fill a page of their own. */
        private void addTable(Cpu cpu, long table, long size) {
            boolean ownPage = size == GuestMemory.PAGE && table % GuestMemory.PAGE == 0;
            long exceptions = EXCEPTION_VECTORS * 2L * InterruptTable.wordBytes(cpu);
            long end = table + (ownPage ? size : Math.min(size, exceptions));
            for (long next = table; next < end; ) {
                int length = (int) Math.min(end - next, GuestMemory.PAGE - (next & (GuestMemory.PAGE - 1)));
                long physical = cpu.translate(next);
                if (physical != PageWalk.NOT_MAPPED && traps.planted().canHold(physical)) {
                    tables.merge(physical, length, Math::max);
                }
                next += length;
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
