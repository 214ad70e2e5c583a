/** One debugging session: its thread, the order of its launch, its handle tables and its source paths. */
@NullMarked
package dev.kvmdap.session;

import org.jspecify.annotations.NullMarked;
