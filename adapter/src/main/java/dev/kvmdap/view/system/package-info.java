/**
 * The state of the processor and the machine that is no register: descriptor tables, page tables, what is pending, devices. The rows
 * are those of {@link dev.kvmdap.view.Node}.
 */
@NullMarked
package dev.kvmdap.view.system;

import org.jspecify.annotations.NullMarked;
