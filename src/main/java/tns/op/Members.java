package tns.op;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A value with named members, read and called as {@code x.name}: a model, a figure, an optimiser, an imported file. */
public interface Members {
    /** The member of that name, or null; one that is a {@link Callable} is a method, already bound to this. */
    @Nullable
    Object member(String name);

    /** For completion and "did you mean". */
    Collection<String> memberNames();
}
