@NullMarked
package dev.kvmdap.disassembly;

import org.jspecify.annotations.NullMarked;
