/** The text verbs behind {@code evaluate}, and their completions. */
@NullMarked
package dev.kvmdap.console;

import org.jspecify.annotations.NullMarked;
