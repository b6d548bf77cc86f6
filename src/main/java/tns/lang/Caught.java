package tns.lang;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tns.error.ScriptException;
import tns.op.Members;
import tns.op.TypeName;

/** A failure as {@code catch e} sees it: {@code e.message} and {@code e.kind}. */
record Caught(ScriptException failure) implements Members, TypeName.Typed {
    @Override
    public @Nullable Object member(String name) {
        return switch (name) {
            case "message" -> failure.summary();
            case "kind" -> failure.kind().word();
            default -> null;
        };
    }

    @Override
    public Collection<String> memberNames() {
        return List.of("message", "kind");
    }

    @Override
    public String typeName() {
        return "error";
    }

    @Override
    public String toString() {
        return failure.kind().word() + " error: " + failure.summary();
    }
}
