package dev.kvmdap.types;

/** What an address counts in. */
public enum AddressSpace {
    /** After segmentation, before paging: what the program's own pointers are taken for. */
    LINEAR,
    /** The guest's physical memory. */
    PHYSICAL
}
