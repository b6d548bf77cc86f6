package tns.profile;

import java.util.LinkedHashMap;
import java.util.Map;
import tns.tensor.Work;

/** What one line, op or verb has taken so far. */
final class Entry {
    final String name;

    /** How often it ran. */
    long runs;

    /** Nanoseconds in itself: not in lines or ops that began within it. */
    long self;

    /** Nanoseconds from its beginning to its end, with all that ran within; not twice where it ran within itself. */
    long total;

    /** What devices did for it, not for what began within it. */
    long bytes;

    long flops;

    /** The same by verb. */
    final Map<String, Entry> verbs = new LinkedHashMap<>();

    private int open;
    private long opened;

    Entry(String name) {
        this.name = name;
    }

    void open(long now) {
        if (open++ == 0) {
            opened = now;
        }
    }

    void close(long now) {
        if (--open == 0) {
            total += now - opened;
        }
    }

    /** Adds what another took in itself. */
    void add(Entry other) {
        self += other.self;
        bytes += other.bytes;
        flops += other.flops;
    }

    void did(Work work) {
        bytes += work.bytes();
        flops += work.flops();
    }

    /** As an op, for which a verb took so long. */
    void did(Work work, long nanos) {
        did(work);
        Entry verb = verbs.computeIfAbsent(work.verb(), Entry::new);
        verb.did(work);
        verb.runs++;
        verb.self += nanos;
        verb.total += nanos;
    }
}
