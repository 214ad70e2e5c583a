# A Multiboot kernel. Symbols for the assembler: FLAGS, CHECKSUM_ERROR, HEADER_OFFSET, and ADDRESSES (1: with the
# addresses of an image that is not ELF).
        .set HEADER_MAGIC, 0x1badb002
        .text
        .globl start
start:  hlt
        .skip HEADER_OFFSET - (. - start)
header: .long HEADER_MAGIC, FLAGS, -(HEADER_MAGIC + FLAGS) + CHECKSUM_ERROR
        .if ADDRESSES
        .long header, start, end, end + 0x1000, start
        .endif
        .ascii "the end"
end:
