/** The protocol face: one class per request or tight family, each beside the capability it earns, and one writer of responses and events. */
@NullMarked
package dev.kvmdap.dap;

import org.jspecify.annotations.NullMarked;
