package dev.kvmdap.bios;

/** What the host does for a guest that has called a BIOS interrupt. On the calling vCPU's thread. */
interface Service {

    /** What the ROM does next. */
    enum Outcome {
        /** It returns to the caller. */
        DONE(0),
        /** It waits for an interrupt and asks again. */
        WAITING(1),
        /** It halts for good. */
        HALTED(2),
        /** It asks again at once: nothing would end its wait. */
        POLLING(3);

        private final int code;

        Outcome(int code) {
            this.code = code;
        }

        /** As the ROM reads it. */
        int code() {
            return code;
        }
    }

    /** Serves a call: reads its registers, and leaves in them what it returns. */
    Outcome serve(RegisterFrame call);
}
