/** Trees of variables: registers, flags, segments, CPUID. Each {@link Node} reads what it shows when it is asked, and computes what is below it when it is opened. */
@NullMarked
package dev.kvmdap.view;

import org.jspecify.annotations.NullMarked;
