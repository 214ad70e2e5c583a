package dev.kvmdap.exception;

import dev.kvmdap.x86.PageWalk;
import dev.kvmdap.x86.PhysicalMemory;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.Translation;
import dev.kvmdap.x86.Translation.Mapped;
import dev.kvmdap.x86.Translation.NotMapped;
import dev.kvmdap.x86.Translation.Reason;
import java.util.Optional;
import java.util.OptionalLong;

/** Memory by linear address as a processor in a certain state reaches it, and the page faults that meet it there. */
public final class AddressSpace {

    /** What is done to memory. */
    enum Access {
        READ,
        WRITE,
        FETCH
    }

    private static final long CR0_WP = 1 << 16;
    private static final long CR4_SMEP = 1 << 20;
    private static final long CR4_SMAP = 1 << 21;
    private static final long EFER_NXE = 1 << 11;
    private static final long RFLAGS_AC = 1 << 18;
    private static final int PAGE = 4096;

    private static final int PRESENT = 1;
    private static final int WRITE = 1 << 1;
    private static final int USER = 1 << 2;
    private static final int RESERVED = 1 << 3;
    private static final int FETCH = 1 << 4;

    private final ProcessorState state;
    private final PhysicalMemory memory;

    /** What the processor sees of the physical memory. */
    public AddressSpace(ProcessorState state, PhysicalMemory memory) {
        this.state = state;
        this.memory = memory;
    }

    /** Where a linear address leads. */
    public Translation translation(long linear) {
        return PageWalk.explain(
                state.get(Register.CR0),
                state.get(Register.CR3),
                state.get(Register.CR4),
                state.get(Register.EFER),
                linear,
                memory);
    }

    private long physical(long linear) {
        return PageWalk.translate(
                state.get(Register.CR0),
                state.get(Register.CR3),
                state.get(Register.CR4),
                state.get(Register.EFER),
                linear,
                memory);
    }

    /**
     * A little-endian number at a linear address; empty where not all of it can be read.
     *
     * @param bytes its size, 1 to 8
     */
    public OptionalLong number(long linear, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            long physical = physical(linear + i);
            long word = physical & ~3;
            if (physical == PageWalk.NOT_MAPPED || !memory.holds(word, Integer.BYTES)) {
                return OptionalLong.empty();
            }
            int shift = (int) (physical & 3) * Byte.SIZE;
            value = value << Byte.SIZE | (memory.readInt(word) >>> shift & 0xff);
        }
        return OptionalLong.of(value);
    }

    /**
     * What fetching the first byte of an instruction raises; empty where it can be fetched.
     *
     * @param cpl of the code
     */
    public Optional<Fault> fetchFault(long linear, int cpl) {
        return fault(linear, 1, Access.FETCH, cpl == 3);
    }

    /** The page fault of an access to {@code length} bytes; empty where there is none. */
    Optional<Fault> fault(long linear, int length, Access access, boolean user) {
        Optional<Fault> first = fault(linear, access, user);
        boolean crosses = (linear & (PAGE - 1)) + length > PAGE;
        return first.isPresent() || !crosses ? first : fault((linear | (PAGE - 1)) + 1, access, user);
    }

    private Optional<Fault> fault(long linear, Access access, boolean user) {
        Translation translation = translation(linear);
        int code = (access == Access.WRITE ? WRITE : 0) | (user ? USER : 0) | fetchBit(access);
        if (translation instanceof NotMapped none) {
            int why = none.reason() == Reason.RESERVED_BITS ? RESERVED | PRESENT : 0;
            return Optional.of(Fault.page(linear, code | why, none.explanation()));
        }
        Mapped mapped = (Mapped) translation;
        String forbidden = mapped.entries().isEmpty() ? "" : forbidden(mapped, access, user);
        return forbidden.isEmpty()
                ? Optional.empty()
                : Optional.of(Fault.page(linear, code | PRESENT, mapped.linear() + " " + forbidden));
    }

    /** Instruction fetches are told apart only where something can forbid them (SDM vol. 3, 4.7). */
    private int fetchBit(Access access) {
        boolean told = (state.get(Register.EFER) & EFER_NXE) != 0 || (state.get(Register.CR4) & CR4_SMEP) != 0;
        return access == Access.FETCH && told ? FETCH : 0;
    }

    /** Why the access is not allowed (SDM vol. 3, 4.6); empty where it is. */
    private String forbidden(Mapped mapped, Access access, boolean user) {
        if (user && !mapped.user()) {
            return "is a supervisor page";
        }
        switch (access) {
            case WRITE -> {
                boolean protectedFromSupervisor = (state.get(Register.CR0) & CR0_WP) != 0;
                if (!mapped.writable() && (user || protectedFromSupervisor)) {
                    return "is in a read-only page";
                }
            }
            case FETCH -> {
                if (!mapped.executable() && (state.get(Register.EFER) & EFER_NXE) != 0) {
                    return "is in a page without execute permission";
                }
                if (!user && mapped.user() && (state.get(Register.CR4) & CR4_SMEP) != 0) {
                    return "is in a user page, which the supervisor must not execute (CR4.SMEP)";
                }
            }
            case READ -> {}
        }
        boolean guarded = (state.get(Register.CR4) & CR4_SMAP) != 0
                && (state.get(Register.RFLAGS) & RFLAGS_AC) == 0
                && access != Access.FETCH;
        return guarded && !user && mapped.user()
                ? "is in a user page, which the supervisor must not access (CR4.SMAP)"
                : "";
    }
}
