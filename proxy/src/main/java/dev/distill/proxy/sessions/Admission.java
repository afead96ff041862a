package dev.distill.proxy.sessions;

/** Whether a call may be made. */
public sealed interface Admission permits Call, Admission.Refused {
    /**
     * Its session, or all of its key, is stopped.
     *
     * @param id of what is stopped: what {@link Sessions#resume} takes
     * @param reason why, for people
     */
    record Refused(String id, String reason) implements Admission {
        /** What is stopped, in words. */
        public String shown() {
            return SessionKey.isOfKey(id) ? id : "session " + id;
        }
    }
}
