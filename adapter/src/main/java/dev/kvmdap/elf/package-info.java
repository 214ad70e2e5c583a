/** The Executable and Linkable Format: headers, segments, sections (compressed ones too) and symbol tables. */
@NullMarked
package dev.kvmdap.elf;

import org.jspecify.annotations.NullMarked;
