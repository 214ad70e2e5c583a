package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/**
 * What frame description entries share: a common information entry (DWARF 5, 6.4.1; for .eh_frame LSB 5, 10.6.1).
 *
 * @param addressSize the bytes of an address in its entries
 * @param codeAlignment the unit of advances, in bytes
 * @param dataAlignment the unit of offsets, in bytes
 * @param returnRegister the column that holds the return address
 * @param pointers how the addresses of its entries are written
 * @param augmented whether its entries have augmentation data to pass over
 * @param signalFrame whether its code is returned to by a signal or interrupt
 */
record CommonInformation(
        int addressSize,
        long codeAlignment,
        long dataAlignment,
        int returnRegister,
        PointerEncoding pointers,
        boolean augmented,
        boolean signalFrame,
        ByteReader instructions) {

    /** The return address column of the x86-64 psABI. */
    private static final int X86_64_RETURN = 16;
    /** The return address column of the i386 psABI. */
    private static final int I386_RETURN = 8;

    /**
     * Reads an entry behind its CIE_id.
     *
     * @param reader the entry; its program reaches up to the reader's end
     * @param address the linear address of the reader's first byte, for pointers that count from themselves
     * @param fallbackAddressSize the bytes of an address where neither the entry nor its return register tells
     */
    static CommonInformation read(ByteReader reader, long address, int fallbackAddressSize) {
        int version = reader.u8();
        if (version != 1 && version != 3 && version != 4) {
            throw new DwarfException(
                    "%s: call frame information of version %d; 1, 3 and 4 are read".formatted(reader.name(), version));
        }
        String augmentation = reader.cstring();
        int statedAddressSize = 0;
        if (version == 4) {
            statedAddressSize = reader.u8();
            Encoding.requireAddressSize(reader.name(), statedAddressSize);
            reader.skip(1);
        }
        long codeAlignment = reader.uleb();
        long dataAlignment = reader.sleb();
        int returnRegister = version == 1 ? reader.u8() : (int) reader.uleb();
        int addressSize = statedAddressSize != 0 ? statedAddressSize : wordSize(returnRegister, fallbackAddressSize);
        PointerEncoding pointers = PointerEncoding.ABSOLUTE;
        boolean augmented = augmentation.startsWith("z");
        if (augmented) {
            long length = reader.uleb();
            long end = reader.position() + length;
            pointers = readAugmentation(augmentation, reader, address, addressSize);
            reader.seek(end);
        } else if (!augmentation.isEmpty() && !augmentation.equals("S")) {
            throw new DwarfException("%s: augmentation \"%s\" is not known".formatted(reader.name(), augmentation));
        }
        return new CommonInformation(
                addressSize,
                codeAlignment,
                dataAlignment,
                returnRegister,
                pointers,
                augmented,
                augmentation.indexOf('S') >= 0,
                reader.slice(reader.position(), reader.remaining()));
    }

    private static PointerEncoding readAugmentation(
            String augmentation, ByteReader reader, long address, int addressSize) {
        PointerEncoding pointers = PointerEncoding.ABSOLUTE;
        for (int i = 1; i < augmentation.length(); i++) {
            switch (augmentation.charAt(i)) {
                case 'L' -> reader.skip(1);
                case 'P' -> new PointerEncoding(reader.u8()).read(reader, address, addressSize);
                case 'R' -> pointers = new PointerEncoding(reader.u8());
                case 'S', 'B' -> {}
                default -> {
                    return pointers;
                }
            }
        }
        return pointers;
    }

    private static int wordSize(int returnRegister, int otherwise) {
        return switch (returnRegister) {
            case X86_64_RETURN -> 8;
            case I386_RETURN -> 4;
            default -> otherwise;
        };
    }

    /** The bytes of a saved register, by the register numbering that the return address column belongs to. */
    int wordSize() {
        return wordSize(returnRegister, addressSize);
    }
}
