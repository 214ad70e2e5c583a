@NullMarked
package dev.kvmdap.symbols.dwarf;

import org.jspecify.annotations.NullMarked;
