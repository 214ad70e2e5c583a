/** Trees of variables: registers, flags, segments, CPUID. */
@NullMarked
package dev.kvmdap.view;

import org.jspecify.annotations.NullMarked;
