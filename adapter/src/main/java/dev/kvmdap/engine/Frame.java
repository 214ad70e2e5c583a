package dev.kvmdap.engine;

import dev.kvmdap.symbols.FrameRegisters;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.SourceLine;
import dev.kvmdap.x86.GuestVirtual;
import java.util.Optional;

/**
 * One activation on the call stack.
 *
 * @param index 0 for the innermost
 * @param pc where it goes on
 * @param function the function it is an activation of
 * @param line the source line of the call, or of the next instruction in the innermost frame
 * @param foundBy how the unwinder came here
 * @param registers what is known of its registers
 */
public record Frame(
        int index,
        GuestVirtual pc,
        Optional<Function> function,
        Optional<SourceLine> line,
        FoundBy foundBy,
        FrameRegisters registers) {

    /** How much a frame can be trusted. */
    public enum FoundBy {
        /** It is where the CPU is. */
        REGISTERS("top frame"),
        /** The compiler's call-frame information said so (DWARF 5, 6.4). */
        CALL_FRAME_INFORMATION("call-frame information"),
        /** What the processor pushed when it left this code for an exception or interrupt (SDM vol. 3, 6.12.1). */
        EXCEPTION_FRAME("exception frame"),
        /** The chain of saved frame pointers: right only where code keeps one. */
        FRAME_POINTER("frame pointer"),
        /** The return address at the stack's top: right only before a function's first instruction. */
        STACK_TOP("stack top");

        private final String term;

        FoundBy(String term) {
            this.term = term;
        }

        /** In a few words, for people. */
        public String term() {
            return term;
        }
    }

    /** The frame in a line, for people: {@code #0 0x100234 in main at main.c:12}. */
    public String text() {
        String in = function.map(found -> " in " + found.name()).orElse("");
        String at = line.map(found -> " at " + found.file().path() + ":" + found.line())
                .orElse("");
        return "#" + index + " " + pc + in + at;
    }
}
