/** Names and layouts of the architecture, from the SDM. The ground floor: it depends on nothing. */
@NullMarked
package dev.kvmdap.x86;

import org.jspecify.annotations.NullMarked;
