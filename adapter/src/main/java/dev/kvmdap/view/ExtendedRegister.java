package dev.kvmdap.view;

import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.kvm.CpuidEntry;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Type;
import dev.kvmdap.x86.CpuidRegister;
import dev.kvmdap.x86.XsaveArea;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A register that the XSAVE area holds, by gdb's name for it: {@code xmm0}, {@code ymm0}, {@code zmm0}, {@code k0}, {@code st0},
 * {@code mxcsr}, {@code fctrl}.
 *
 * @param type a number, or a union of all the ways to read a vector
 * @param format how it is shown
 * @param pieces where its bytes lie, lowest first
 */
record ExtendedRegister(Type type, Format format, List<Piece> pieces) {

    private static final Pattern NUMBERED = Pattern.compile("([a-z]+)(\\d{1,2})");
    private static final int VECTOR = 16;
    private static final int LEGACY_VECTORS = 16;
    private static final int VECTORS = 32;

    /**
     * A stretch of the XSAVE area.
     *
     * @param component the state component that it belongs to
     */
    record Piece(int component, int offset, int bytes) {}

    /** The register of a name, in any case; empty where a processor with this area has none. */
    static Optional<ExtendedRegister> of(String name, XsaveArea area) {
        String lower = name.toLowerCase(Locale.ROOT);
        Matcher numbered = NUMBERED.matcher(lower);
        Optional<ExtendedRegister> known = numbered.matches()
                ? numbered(numbered.group(1), Integer.parseInt(numbered.group(2)), area)
                : single(lower, area);
        return known.filter(register -> register.pieces.stream().allMatch(piece -> area.has(piece.component)));
    }

    private static Optional<ExtendedRegister> single(String name, XsaveArea area) {
        return Optional.ofNullable(
                switch (name) {
                    case "fctrl" -> number(2, XsaveArea.X87, XsaveArea.FCW);
                    case "fstat" -> number(2, XsaveArea.X87, XsaveArea.FSW);
                    case "fop" -> number(2, XsaveArea.X87, XsaveArea.FOP);
                    case "fioff" -> number(8, XsaveArea.X87, XsaveArea.FIP);
                    case "fooff" -> number(8, XsaveArea.X87, XsaveArea.FDP);
                    case "mxcsr" -> number(4, XsaveArea.SSE, XsaveArea.MXCSR);
                    case "pkru" -> number(4, XsaveArea.PKRU, offset(XsaveArea.PKRU, area));
                    default -> null;
                });
    }

    private static ExtendedRegister number(int bytes, int component, int offset) {
        return new ExtendedRegister(
                IntegerType.unsigned(bytes), Format.HEXADECIMAL, List.of(new Piece(component, offset, bytes)));
    }

    private static int offset(int component, XsaveArea area) {
        return area.offset(component).orElse(0);
    }

    private static Optional<ExtendedRegister> numbered(String kind, int number, XsaveArea area) {
        return switch (kind) {
            case "st" -> number < 8 ? Optional.of(stackRegister(number)) : Optional.empty();
            case "k" ->
                number < 8
                        ? Optional.of(number(8, XsaveArea.OPMASK, offset(XsaveArea.OPMASK, area) + 8 * number))
                        : Optional.empty();
            case "xmm", "ymm", "zmm" -> number < VECTORS ? Optional.of(vector(kind, number, area)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static ExtendedRegister stackRegister(int number) {
        Piece piece = new Piece(XsaveArea.X87, XsaveArea.ST + VECTOR * number, FloatType.EXTENDED_BYTES);
        return new ExtendedRegister(VectorTypes.EXTENDED, Format.NATURAL, List.of(piece));
    }

    private static ExtendedRegister vector(String kind, int number, XsaveArea area) {
        int bytes = VECTOR << "xyz".indexOf(kind.charAt(0));
        Type type = VectorTypes.of(bytes);
        if (number >= LEGACY_VECTORS) {
            int at = offset(XsaveArea.HIGH_ZMM, area) + 4 * VECTOR * (number - LEGACY_VECTORS);
            return new ExtendedRegister(type, Format.NATURAL, List.of(new Piece(XsaveArea.HIGH_ZMM, at, bytes)));
        }
        Piece xmm = new Piece(XsaveArea.SSE, XsaveArea.XMM + VECTOR * number, VECTOR);
        Piece ymm = new Piece(XsaveArea.AVX, offset(XsaveArea.AVX, area) + VECTOR * number, VECTOR);
        Piece zmm = new Piece(XsaveArea.ZMM_HIGH, offset(XsaveArea.ZMM_HIGH, area) + 2 * VECTOR * number, 2 * VECTOR);
        List<Piece> pieces = switch (kind) {
            case "xmm" -> List.of(xmm);
            case "ymm" -> List.of(xmm, ymm);
            default -> List.of(xmm, ymm, zmm);
        };
        return new ExtendedRegister(type, Format.NATURAL, pieces);
    }

    /** Where a vCPU keeps such registers. */
    static XsaveArea area(StoppedVcpu vcpu) {
        List<CpuidEntry> entries = vcpu.cpuid();
        return new XsaveArea((leaf, subleaf, register) -> entries.stream()
                .filter(entry -> entry.function() == leaf && (!entry.indexIsSignificant() || entry.index() == subleaf))
                .findFirst()
                .map(entry -> answer(entry, register))
                .orElse(0));
    }

    private static int answer(CpuidEntry entry, CpuidRegister register) {
        return switch (register) {
            case EAX -> entry.eax();
            case EBX -> entry.ebx();
            case ECX -> entry.ecx();
            case EDX -> entry.edx();
        };
    }

    /**
     * The register of a vCPU, to be read and assigned to.
     *
     * @param changed hears of assignments
     */
    <S> Operand<S> operand(StoppedVcpu vcpu, Runnable changed) {
        return new Operand<>(type, format, new Place<>() {
            @Override
            public long read(S state, long offset, int bytes) {
                byte[] area = vcpu.xsave();
                long value = 0;
                for (int i = bytes - 1; i >= 0; i--) {
                    value = value << Byte.SIZE | (area[at(offset + i, area).offset] & 0xff);
                }
                return value;
            }

            @Override
            public void write(S state, long offset, int bytes, long value) {
                byte[] area = vcpu.xsave().clone();
                for (int i = 0; i < bytes; i++) {
                    Piece piece = at(offset + i, area);
                    area[piece.offset] = (byte) (value >>> (Byte.SIZE * i));
                    area[XsaveArea.XSTATE_BV + piece.component / Byte.SIZE] |=
                            (byte) (1 << piece.component % Byte.SIZE);
                }
                try {
                    vcpu.storeXsave(area);
                } catch (KvmException e) {
                    throw new UnreadableException("KVM does not take it: " + e.getMessage());
                }
                changed.run();
            }
        });
    }

    /** The byte of the area that is one of the register. */
    private Piece at(long offset, byte[] area) {
        long left = offset;
        for (Piece piece : pieces) {
            if (left < piece.bytes && piece.offset + left < area.length) {
                return new Piece(piece.component, piece.offset + (int) left, 1);
            }
            left -= piece.bytes;
        }
        throw new UnreadableException("it has no byte " + offset);
    }
}
