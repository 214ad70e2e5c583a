package dev.kvmdap.session;

import dev.kvmdap.disassembly.DecodedInstruction;
import dev.kvmdap.engine.FrameScope;
import dev.kvmdap.engine.GuestCode;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.engine.WatchHit;
import dev.kvmdap.engine.Watchpoint;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Value;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.x86.GuestVirtual;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tells the user what has accessed watched memory: the old and the new value, the instruction, and what has caught it. */
final class WatchReport {

    private final LaunchedGuest guest;
    private final ClientWatchpoints watchpoints;

    WatchReport(LaunchedGuest guest, ClientWatchpoints watchpoints) {
        this.guest = guest;
        this.watchpoints = watchpoints;
    }

    /** All accesses of a stop, a line each. */
    String text(Stop.Watchpoints stop) {
        return stop.hits().stream().map(hit -> text(hit, stop.vcpu())).collect(Collectors.joining("\n"));
    }

    private String text(WatchHit hit, int vcpu) {
        Watchpoint watched = hit.watchpoint();
        Optional<ClientWatchpoint> known = watchpoints.of(hit);
        Optional<Value> typed = known.flatMap(point -> value(point.request().range(), vcpu));
        String before = text(hit.before(), typed);
        String after = text(hit.after(), typed);
        String place = "%d bytes at %s".formatted(watched.length(), watched.address());
        boolean named = !watched.name().equals(watched.address().toString());
        return "%s: %s%s (caught by %s)"
                .formatted(
                        named ? watched.name() + " (" + place + ")" : place,
                        hit.changed() ? before + " -> " + after : after + ", unchanged",
                        by(hit, vcpu),
                        watched.watching().text());
    }

    private String by(WatchHit hit, int vcpu) {
        if (hit.instruction().isEmpty()) {
            return ", by an instruction executed before "
                    + new GuestVirtual(guest.engine().cpu(vcpu).pc());
        }
        GuestVirtual address = hit.instruction().get();
        GuestCode code = guest.code(vcpu);
        DecodedInstruction instruction = code.around(address.address(), 0, 1).get(0);
        return ", by the instruction at %s: %s"
                .formatted(
                        address,
                        code.annotated(instruction, guest.configuration().assemblySyntax()));
    }

    /** As the variable's type shows it; else up to eight bytes as one number, more as they lie in memory. */
    private static String text(byte[] bytes, Optional<Value> typed) {
        if (bytes.length > Long.BYTES) {
            return HexFormat.ofDelimiter(" ").formatHex(bytes);
        }
        long number = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            number = number << Byte.SIZE | (bytes[i] & 0xff);
        }
        long bits = number;
        return typed.filter(value -> value.type().bytes() == bytes.length)
                .flatMap(value -> value.withBytes(bits))
                .map(Value::text)
                .orElseGet(() -> "0x" + Long.toHexString(bits));
    }

    /** The watched variable as it is now; empty where it has no name or is not in sight. */
    private Optional<Value> value(DataRange range, int vcpu) {
        Optional<FrameScope> scope = range.scope();
        Optional<StoppedFrame> frame = scope.isEmpty()
                ? Optional.of(guest.topFrame(vcpu))
                : guest.engine().frameOf(vcpu, scope.get()).map(found -> new StoppedFrame(vcpu, found));
        if (range.name().isEmpty() || frame.isEmpty()) {
            return Optional.empty();
        }
        try {
            boolean isSame = guest.variable(frame.get(), range.name())
                    .filter(extent -> extent.address().equals(range.address()) && extent.bytes() == range.length())
                    .isPresent();
            return isSame
                    ? Optional.of(guest.consoleTarget(frame.get()).evaluate(Expression.parse(range.name())))
                    : Optional.empty();
        } catch (ExpressionException notInSight) {
            return Optional.empty();
        }
    }
}
