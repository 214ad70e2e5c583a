# A DWARF 5 unit whose strings, addresses and ranges are all told by index, as LLVM writes them.
        .text
        .globl _start
_start: .skip 16
cold:   .skip 16
far:    .skip 16

        .data
value:  .quad 42

        .section .debug_str, "MS", @progbits, 1
unit_name:      .asciz "indexed.c"
function_name:  .asciz "indexed_function"
spread_name:    .asciz "spread_function"
variable_name:  .asciz "indexed_value"
type_name:      .asciz "long long"

        .section .debug_str_offsets, "", @progbits
        .long strings_end - strings_start
strings_start:
        .value 5, 0
strings_base:
        .long unit_name, function_name, spread_name, variable_name, type_name
strings_end:

        .section .debug_addr, "", @progbits
        .long addresses_end - addresses_start
addresses_start:
        .value 5
        .byte 8, 0
addresses_base:
        .quad _start, cold, value, far
addresses_end:

        .section .debug_rnglists, "", @progbits
        .long ranges_end - ranges_start
ranges_start:
        .value 5
        .byte 8, 0
        .long 2
ranges_base:
        .long unit_ranges - ranges_base, spread_ranges - ranges_base
unit_ranges:
        .byte 3                 # DW_RLE_startx_length
        .uleb128 0, 48
        .byte 0
spread_ranges:
        .byte 1                 # DW_RLE_base_addressx
        .uleb128 1
        .byte 4                 # DW_RLE_offset_pair
        .uleb128 0, 8
        .byte 2                 # DW_RLE_startx_endx
        .uleb128 1, 1
        .byte 7                 # DW_RLE_start_length
        .quad far
        .uleb128 4
        .byte 6                 # DW_RLE_start_end
        .quad far + 8, far + 12
        .byte 5                 # DW_RLE_base_address
        .quad far + 12
        .byte 4
        .uleb128 2, 3
        .byte 0
ranges_end:

        .section .debug_abbrev, "", @progbits
        .uleb128 1, 0x11        # DW_TAG_compile_unit
        .byte 1
        .uleb128 0x03, 0x25     # name, strx1
        .uleb128 0x72, 0x17     # str_offsets_base, sec_offset
        .uleb128 0x73, 0x17     # addr_base
        .uleb128 0x74, 0x17     # rnglists_base
        .uleb128 0x55, 0x23     # ranges, rnglistx
        .uleb128 0, 0
        .uleb128 2, 0x2e        # DW_TAG_subprogram
        .byte 0
        .uleb128 0x03, 0x26     # name, strx2
        .uleb128 0x11, 0x1b     # low_pc, addrx
        .uleb128 0x12, 0x0b     # high_pc, data1
        .uleb128 0, 0
        .uleb128 3, 0x2e
        .byte 0
        .uleb128 0x03, 0x1a     # name, strx
        .uleb128 0x55, 0x16     # ranges, indirect
        .uleb128 0, 0
        .uleb128 4, 0x34        # DW_TAG_variable
        .byte 0
        .uleb128 0x03, 0x28     # name, strx4
        .uleb128 0x49, 0x10     # type, ref_addr
        .uleb128 0x02, 0x18     # location, exprloc
        .uleb128 0, 0
        .uleb128 5, 0x24        # DW_TAG_base_type
        .byte 0
        .uleb128 0x03, 0x27     # name, strx3
        .uleb128 0x0b, 0x21     # byte_size, implicit_const
        .sleb128 8
        .uleb128 0x3e, 0x0b     # encoding, data1
        .uleb128 0, 0
        .byte 0

        .section .debug_info, "", @progbits
info:   .long info_end - info_start
info_start:
        .value 5
        .byte 1, 8
        .long 0
        .uleb128 1
        .byte 0
        .long strings_base - .debug_str_offsets
        .long addresses_base - .debug_addr
        .long ranges_base - .debug_rnglists
        .uleb128 0
        .uleb128 2
        .value 1
        .uleb128 0
        .byte 16
        .uleb128 3
        .uleb128 2
        .uleb128 0x23, 1        # DW_FORM_rnglistx
        .uleb128 4
        .long 3
        .long type - .debug_info
        .uleb128 2
        .byte 0xa1, 2           # DW_OP_addrx
type:   .uleb128 5
        .byte 4, 0, 0
        .byte 5
        .byte 0
info_end:
