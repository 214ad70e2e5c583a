/** The command line: {@code kvmdap serve | run | doctor | demo}. Arguments only; the work is done in the rooms below. */
@NullMarked
package dev.kvmdap.cli;

import org.jspecify.annotations.NullMarked;
