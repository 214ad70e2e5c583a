@NullMarked
package dev.kvmdap.symbols;

import org.jspecify.annotations.NullMarked;
