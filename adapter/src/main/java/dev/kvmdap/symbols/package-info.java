/** DWARF: addresses to source lines and back, functions, simple variables, and unwinding. */
@NullMarked
package dev.kvmdap.symbols;

import org.jspecify.annotations.NullMarked;
