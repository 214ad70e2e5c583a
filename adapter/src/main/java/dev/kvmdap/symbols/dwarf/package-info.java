/**
 * The DWARF debugging format, versions 2 to 5, as it lies in an image: units, entries, line programs, range lists,
 * call-frame information. Addresses are those of the file, before any load offset. What they mean for a debugger is the
 * business of {@link dev.kvmdap.symbols}.
 */
@NullMarked
package dev.kvmdap.symbols.dwarf;

import org.jspecify.annotations.NullMarked;
