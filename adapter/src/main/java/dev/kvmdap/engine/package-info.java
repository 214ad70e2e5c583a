/** What debugging means: breakpoints, step plans, stop reasons, and the loop on the vCPU thread that carries them out. */
@NullMarked
package dev.kvmdap.engine;

import org.jspecify.annotations.NullMarked;
