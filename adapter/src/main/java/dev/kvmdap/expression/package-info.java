/** C expressions over registers and globals: parsed once to a tree, bound once to names, evaluated many times. */
@NullMarked
package dev.kvmdap.expression;

import org.jspecify.annotations.NullMarked;
