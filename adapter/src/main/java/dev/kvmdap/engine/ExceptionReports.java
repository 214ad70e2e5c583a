package dev.kvmdap.engine;

import dev.kvmdap.exception.AddressSpace;
import dev.kvmdap.exception.DescriptorTables;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.Translation;
import dev.kvmdap.x86.X86Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tells people what a stop at an exception is about. While the guest stands still. */
final class ExceptionReports {

    private static final int FROM_IDT = 2;
    private static final long SELECTOR = 0xfffc;

    private final Symbols symbols;
    private final ProcessorState state;
    private final AddressSpace memory;

    ExceptionReports(Cpu cpu, Symbols symbols) {
        this.symbols = symbols;
        this.state = cpu.state();
        this.memory = new AddressSpace(state, cpu.ownMemory());
    }

    /** The report on a stop; empty where it is about no exception. */
    Optional<ExceptionReport> of(Stop stop) {
        if (stop instanceof Stop.Raised raised) {
            return Optional.of(raised(raised));
        }
        if (stop instanceof Stop.TripleFault || stop instanceof Stop.KvmInternalError) {
            String term = stop instanceof Stop.TripleFault ? "triple fault" : "KVM internal error";
            return Optional.of(new ExceptionReport(term, term, stop.description(), List.of(), ""));
        }
        return Optional.empty();
    }

    private ExceptionReport raised(Stop.Raised stop) {
        RaisedException raised = stop.exception();
        X86Exception kind = raised.kind();
        String headline = "%s at %s, CPL %d".formatted(kind, place(raised.pc()), raised.cpl());
        List<String> lines = new ArrayList<>();
        if (raised.kinds().size() > 1) {
            lines.add("or "
                    + raised.kinds().stream()
                            .skip(1)
                            .map(X86Exception::toString)
                            .collect(Collectors.joining(" or "))
                    + ": they share the handler at " + place(raised.handler()));
        }
        raised.frame().errorCode().ifPresent(code -> lines.addAll(errorCode(kind, code)));
        if (kind == X86Exception.PAGE_FAULT) {
            lines.add("CR2: " + address(raised.cr2()));
        }
        if (!stop.problem().isEmpty()) {
            lines.add("the condition has no value: " + stop.problem());
        }
        return new ExceptionReport(
                kind.mnemonic(), kind.term(), headline, lines, kind == X86Exception.PAGE_FAULT ? "$cr2" : "");
    }

    private List<String> errorCode(X86Exception kind, long code) {
        String words = kind.explain(code);
        List<String> lines = new ArrayList<>();
        lines.add("error code 0x" + Long.toHexString(code) + (words.isEmpty() ? "" : ": " + words));
        boolean selector = kind.hasErrorCode() && (code & SELECTOR) != 0 && (code & FROM_IDT) == 0 && isSelector(kind);
        if (selector) {
            lines.add(new DescriptorTables(state, memory).describe((int) (code & SELECTOR)));
        }
        return lines;
    }

    private static boolean isSelector(X86Exception kind) {
        return switch (kind) {
            case INVALID_TSS, SEGMENT_NOT_PRESENT, STACK_FAULT, GENERAL_PROTECTION -> true;
            default -> false;
        };
    }

    /** What became of an address, and what lies there. */
    private String address(long linear) {
        Translation translation = memory.translation(linear);
        String symbol = symbols.functionAt(linear)
                .map(function -> " (" + symbols.describe(linear) + ")")
                .orElse("");
        return translation.explanation() + symbol;
    }

    private String place(long linear) {
        String symbol = symbols.describe(linear);
        String number = "0x" + Long.toHexString(linear);
        return symbol.equals(number) ? number : symbol + " (" + number + ")";
    }
}
