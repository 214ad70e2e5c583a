package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Value;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.Type;
import java.util.List;

/** Shows memory, in the way of gdb's {@code x} and of the {@code xp} of QEMU's monitor. */
final class ExamineVerb implements Verb {

    private final AddressSpace space;

    /**
     * The verb for one kind of address.
     *
     * @param space what plain numbers count in
     */
    ExamineVerb(AddressSpace space) {
        this.space = space;
    }

    private boolean isLinear() {
        return space == AddressSpace.LINEAR;
    }

    @Override
    public List<String> names() {
        return List.of(isLinear() ? "x" : "xp");
    }

    @Override
    public String usage() {
        return names().get(0) + "[/NFU] ADDRESS";
    }

    @Override
    public String summary() {
        return "show memory at a " + (isLinear() ? "linear" : "physical") + " address";
    }

    @Override
    public String help() {
        String units = """
                N  how many units, 1 to 4096; 1 where it is missing
                F  format: x z hexadecimal, d signed, u unsigned, o octal, t binary, c character, a address with its symbol,
                   f floating-point, s string, i instruction
                U  unit: b byte, h two bytes, w four, g eight; where it is missing b for c, g for f, an address's for a, else w
                """;
        return units + (isLinear() ? """
                        x/8xw $rsp       eight words of the stack
                        x/2xg $rsp + 16  the address is an expression
                        x/s $rdi         the string that ends with a zero byte
                        x/4a $rsp        return addresses by name
                        x/10i            ten instructions from the next one on, => marks it; or from an address on
                        Addresses are linear: after segmentation, before paging; 'xp' takes physical ones, and so does
                        phys(address). Where memory is not mapped, the listing ends and says so.""" : """
                        xp/512xg $cr3 & ~0xfff  the top page table
                        xp/2i is not offered: what an instruction means depends on the mode and segment that it is fetched in.
                        Addresses are physical; 'x' takes linear ones. Where there is no memory, the listing ends and says so.""");
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.EXPRESSION;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        ConsoleTarget target = debuggee.frame();
        int end = argument.startsWith("/") ? endOfWord(argument) : 0;
        String address = argument.substring(end).strip();
        ExamineFormat format = ExamineFormat.parse(end == 0 ? "" : argument.substring(1, end), target.addressBytes());
        if (format.instructions()) {
            return Answer.of(instructions(address, format, target));
        }
        if (address.isEmpty()) {
            throw new ConsoleException(
                    "%1$s needs an address: %1$s/8xw $rsp. A variable of that name is shown by 'print %1$s'"
                            .formatted(names().get(0)));
        }
        MemoryListing listing = new MemoryListing(target);
        Answer answer = Answer.of(listing.list(MemoryPlace.of(address, space, target), format));
        MemoryPlace last = listing.last();
        if (last != null) {
            keep(last, format.format() == null ? IntegerType.CHAR : format.type(), target);
        }
        return answer;
    }

    /** As in gdb, {@code $_} is the address looked at last, and {@code $__} what is there. */
    private static void keep(MemoryPlace last, Type unit, ConsoleTarget target) {
        PointerType pointer = PointerType.to(unit, target.addressBytes()).in(last.space());
        target.keep("_", Value.of(pointer, Format.NATURAL, last.address()));
        target.keep("__", target.evaluate(Expression.parse("*$_")));
    }

    private String instructions(String address, ExamineFormat format, ConsoleTarget target) {
        MemoryPlace start = address.isEmpty()
                ? new MemoryPlace(AddressSpace.LINEAR, target.pc())
                : MemoryPlace.of(address, space, target);
        if (start.space() == AddressSpace.PHYSICAL) {
            throw new ConsoleException(
                    "instructions are shown by linear address, as they are fetched: x/i with the address where " + start
                            + " is mapped");
        }
        return new CodeListing(target).list(start.address(), format.count());
    }

    private static int endOfWord(String text) {
        int end = 0;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
