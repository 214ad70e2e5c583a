package dev.kvmdap.dap;

import dev.kvmdap.disassembly.DecodedInstruction;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.engine.GuestCode;
import dev.kvmdap.session.ClientFeatures;
import dev.kvmdap.session.ClientSources;
import dev.kvmdap.session.MemoryReference;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.symbols.SourceFile;
import dev.kvmdap.symbols.SourceLine;
import dev.kvmdap.symbols.Symbols;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.DisassembleArguments;
import org.eclipse.lsp4j.debug.DisassembleResponse;
import org.eclipse.lsp4j.debug.DisassembledInstruction;
import org.eclipse.lsp4j.debug.DisassembledInstructionPresentationHint;
import org.jspecify.annotations.Nullable;

/**
 * {@code disassemble}: exactly as many instructions as are asked for, in the code width of the vCPU of the last stop. A source
 * line is told where it begins; the file with the first line, and where it changes.
 */
final class DisassembleRequest implements RequestFamily {

    private static final int MOST_INSTRUCTIONS = 1 << 16;
    private static final HexFormat BYTES = HexFormat.ofDelimiter(" ");

    private final Session session;

    DisassembleRequest(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("disassemble", DisassembleArguments.class, EnumSet.of(SessionState.STOPPED), this::disassemble);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsDisassembleRequest(true);
    }

    private DisassembleResponse disassemble(DisassembleArguments arguments) {
        MemoryReference start =
                MemoryReference.parse(arguments.getMemoryReference()).plus(orZero(arguments.getOffset()));
        if (start.physical()) {
            throw RequestFailure.badArguments("code is disassembled by its linear address; " + start
                    + " is a physical one. readMemory shows its bytes");
        }
        int count = checked("instructionCount", arguments.getInstructionCount(), 0);
        int offset = checked("instructionOffset", orZero(arguments.getInstructionOffset()), -MOST_INSTRUCTIONS);
        GuestCode code = session.guest().code(session.stoppedVcpu());
        Listing listing = new Listing(code, Boolean.TRUE.equals(arguments.getResolveSymbols()));
        List<DecodedInstruction> instructions = code.around(start.address(), offset, count);
        DisassembleResponse response = new DisassembleResponse();
        response.setInstructions(instructions.stream().map(listing::entry).toArray(DisassembledInstruction[]::new));
        return response;
    }

    private static int checked(String name, int value, int smallest) {
        if (value < smallest || value > MOST_INSTRUCTIONS) {
            throw RequestFailure.badArguments(
                    name + ": " + value + " is not allowed; it must be from " + smallest + " to " + MOST_INSTRUCTIONS);
        }
        return value;
    }

    private static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    /** Writes one instruction after another, and remembers the source line that was told last. */
    private final class Listing {

        private final GuestCode code;
        private final boolean resolve;
        private final Syntax syntax = session.guest().configuration().assemblySyntax();
        private final Symbols symbols = session.guest().symbols();
        private final ClientFeatures client = session.clientFeatures();
        private @Nullable SourceFile file;
        private int line;

        Listing(GuestCode code, boolean resolve) {
            this.code = code;
            this.resolve = resolve;
        }

        DisassembledInstruction entry(DecodedInstruction instruction) {
            DisassembledInstruction entry = new DisassembledInstruction();
            entry.setAddress(new MemoryReference(false, instruction.address()).toString());
            entry.setInstruction(resolve ? code.annotated(instruction, syntax) : instruction.text(syntax));
            if (!instruction.isReadable()) {
                entry.setPresentationHint(DisassembledInstructionPresentationHint.INVALID);
                return entry;
            }
            entry.setInstructionBytes(BYTES.formatHex(code.bytes(instruction)));
            if (resolve) {
                symbols.functionAt(instruction.address())
                        .ifPresent(function -> entry.setSymbol(symbols.describe(instruction.address())));
            }
            locate(instruction.address(), entry);
            return entry;
        }

        private void locate(long address, DisassembledInstruction entry) {
            Optional<SourceLine> found = symbols.lineAt(address).filter(row -> row.line() > 0);
            if (found.isEmpty()) {
                return;
            }
            SourceLine row = found.get();
            boolean sameFile = row.file().equals(file);
            if (sameFile && row.line() == line) {
                return;
            }
            if (!sameFile) {
                entry.setLocation(ClientSources.of(row.file(), client));
            }
            entry.setLine(client.toClientLine(row.line()));
            file = row.file();
            line = row.line();
        }
    }
}
