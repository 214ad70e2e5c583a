/** The types of C programs, as debugging information describes them and expressions compute with them. */
@NullMarked
package dev.kvmdap.types;

import org.jspecify.annotations.NullMarked;
