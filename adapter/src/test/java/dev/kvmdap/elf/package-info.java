@NullMarked
package dev.kvmdap.elf;

import org.jspecify.annotations.NullMarked;
