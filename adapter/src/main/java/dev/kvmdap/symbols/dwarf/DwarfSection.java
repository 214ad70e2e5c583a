package dev.kvmdap.symbols.dwarf;

/** The sections that debugging information is spread over (DWARF 5, appendix B). */
enum DwarfSection {
    ABBREV(".debug_abbrev"),
    ADDR(".debug_addr"),
    ARANGES(".debug_aranges"),
    EH_FRAME(".eh_frame"),
    FRAME(".debug_frame"),
    INFO(".debug_info"),
    LINE(".debug_line"),
    LINE_STR(".debug_line_str"),
    LOC(".debug_loc"),
    LOCLISTS(".debug_loclists"),
    RANGES(".debug_ranges"),
    RNGLISTS(".debug_rnglists"),
    STR(".debug_str"),
    STR_OFFSETS(".debug_str_offsets");

    final String sectionName;

    DwarfSection(String sectionName) {
        this.sectionName = sectionName;
    }
}
