/**
 * Trees of variables: registers, flags, segments, CPUID. A {@link dev.kvmdap.view.Node} reads what it shows when it is
 * asked, and computes what is below it when it is opened.
 */
@NullMarked
package dev.kvmdap.view;

import org.jspecify.annotations.NullMarked;
