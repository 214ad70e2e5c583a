/** What the processor does with an exception: gates and descriptors, the pushed frame, and why a delivery fails. */
@NullMarked
package dev.kvmdap.exception;

import org.jspecify.annotations.NullMarked;
