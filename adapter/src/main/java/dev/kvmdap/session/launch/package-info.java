/** The launch configuration: its keys in one list, the reading of their values, and what to say where one is wrong. */
@NullMarked
package dev.kvmdap.session.launch;

import org.jspecify.annotations.NullMarked;
