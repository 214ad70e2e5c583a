package dev.kvmdap.session;

import dev.kvmdap.engine.ExceptionReport;
import dev.kvmdap.engine.ExecutedInstruction;
import dev.kvmdap.engine.GuestCode;
import dev.kvmdap.engine.Occurrence;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.symbols.Symbols;
import java.util.ArrayList;
import java.util.List;

/** Tells the user what has happened that he waited for, and which instruction did it. While the guest stands still. */
final class CatchReport {

    private final LaunchedGuest guest;

    CatchReport(LaunchedGuest guest) {
        this.guest = guest;
    }

    /** The report on a stop. */
    ExceptionReport of(Stop.Caught stop) {
        Occurrence what = stop.what();
        List<String> lines = new ArrayList<>();
        stop.instruction().map(instruction -> by(instruction, stop.vcpu())).ifPresent(lines::add);
        if (!stop.problem().isEmpty()) {
            lines.add("the condition has no value: " + stop.problem());
        }
        return new ExceptionReport(what.term(), what.term(), what.description(), lines, "");
    }

    private String by(ExecutedInstruction instruction, int vcpu) {
        GuestCode code = guest.code(vcpu, instruction.segment());
        Symbols symbols = guest.symbols();
        long address = instruction.address().address();
        String place = symbols.functionAt(address)
                .map(function -> " in " + symbols.describe(address))
                .orElse("");
        return "by the instruction at %s%s: %s"
                .formatted(
                        instruction.address(),
                        place,
                        code.annotated(
                                code.around(address, 0, 1).get(0),
                                guest.configuration().assemblySyntax()));
    }
}
