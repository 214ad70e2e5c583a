@NullMarked
package dev.kvmdap.bios;

import org.jspecify.annotations.NullMarked;
