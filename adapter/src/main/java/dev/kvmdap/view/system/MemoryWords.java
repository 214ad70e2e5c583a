package dev.kvmdap.view.system;

import dev.kvmdap.view.EvaluatedWord;
import dev.kvmdap.view.ValueNode;
import dev.kvmdap.view.Word;
import dev.kvmdap.x86.GuestPhysical;

/** Words of memory as numbers that can be shown and changed, by expressions that a person could write too. */
final class MemoryWords {

    private MemoryWords() {}

    /** A word at a linear address. */
    static Word linear(long address, int bytes, ValueNode.Context context) {
        return new EvaluatedWord("*(%s *)0x%x".formatted(type(bytes), address), context);
    }

    /** A word at a physical address. */
    static Word physical(GuestPhysical address, int bytes, ValueNode.Context context) {
        return new EvaluatedWord("*(%s *)phys(0x%x)".formatted(type(bytes), address.address()), context);
    }

    private static String type(int bytes) {
        return switch (bytes) {
            case 1 -> "unsigned char";
            case 2 -> "unsigned short";
            case 4 -> "unsigned int";
            default -> "unsigned long long";
        };
    }
}
