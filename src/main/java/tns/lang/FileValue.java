package tns.lang;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import tns.op.Members;
import tns.op.TypeName;

/** An imported file as a value: its names are its members. */
public record FileValue(String name, Namespace names) implements Members, TypeName.Typed {
    @Override
    public @Nullable Object member(String member) {
        return names.own().contains(member) ? names.get(member) : null;
    }

    @Override
    public Collection<String> memberNames() {
        return names.own();
    }

    @Override
    public String typeName() {
        return "file";
    }

    @Override
    public String toString() {
        return "file " + name;
    }
}
