/** An ordinary client of the Debug Adapter Protocol that shows on an example guest what the adapter does. It knows the protocol and no other room. */
@NullMarked
package dev.kvmdap.demo;

import org.jspecify.annotations.NullMarked;
