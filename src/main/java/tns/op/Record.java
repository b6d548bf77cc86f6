package tns.op;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The value {@code {lr: 0.01, "weight decay": 1e-4}}: named values in the order written. */
public final class Record implements Members, TypeName.Typed, Iterable<Object> {
    private final Map<String, Object> entries;
    private boolean shared;
    private boolean held;

    public Record(Map<String, Object> entries) {
        this.entries = entries;
    }

    /** Marks the record as possibly seen by a second holder. */
    public void share() {
        shared = true;
    }

    /** Marks the values as held: the record itself has got a name or a place. */
    public void hold() {
        if (!held) {
            held = true;
            entries.values().forEach(Held::hold);
        }
    }

    /** Whether a second holder may see it, so that an assignment into it must copy. */
    public boolean isShared() {
        return shared;
    }

    /** Sets a value in place, for the one who holds the record alone. */
    public void put(String key, Object value) {
        entries.put(key, value);
    }

    public Map<String, Object> entries() {
        return java.util.Collections.unmodifiableMap(entries);
    }

    @Override
    public @Nullable Object member(String name) {
        return entries.get(name);
    }

    @Override
    public Collection<String> memberNames() {
        return entries.keySet();
    }

    @Override
    public String typeName() {
        return "record";
    }

    /** The keys. */
    @Override
    public Iterator<Object> iterator() {
        return new java.util.ArrayList<Object>(entries.keySet()).iterator();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Record r && entries.equals(r.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        entries.forEach((key, value) -> text.append(text.length() == 1 ? "" : ", ")
                .append(key.matches("[\\p{L}_][\\p{L}\\p{Nd}_]*") ? key : '"' + key + '"')
                .append(": ")
                .append(Display.quoted(value)));
        return text.append('}').toString();
    }
}
