package dev.kvmdap.kvm;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory outside the Java heap for one argument of an ioctl, zeroed, freed with this object. */
final class NativeStruct {
    private final ByteBuffer bytes;
    private final long address;

    /** Memory for one struct of this layout. */
    NativeStruct(Layout layout) {
        this(layout.size());
    }

    NativeStruct(int size) {
        bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
        address = Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
    }

    /** The struct's content, little endian, from index 0. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Where the kernel finds it. */
    long address() {
        return address;
    }
}
