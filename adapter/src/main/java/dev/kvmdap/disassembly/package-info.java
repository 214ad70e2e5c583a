/** Instructions by CPU mode: machine code to text and to what is in it, forwards and backwards. */
@NullMarked
package dev.kvmdap.disassembly;

import org.jspecify.annotations.NullMarked;
