package tns.op;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All ops by name, in the order defined; filled once while an interpreter starts, then only read. */
public final class OpTable {
    private final Map<String, Op> ops = new LinkedHashMap<>();

    /** Adds every op of {@code family}, under its aliases too. */
    public OpTable add(Family family) {
        for (Op op : family.ops()) {
            put(op.name(), op);
            for (String alias : op.aliases()) {
                put(alias, op);
            }
        }
        return this;
    }

    /** Adds every op of {@code family}; one that exists already under its name gives way to it. */
    public OpTable extend(Family family) {
        family.ops().forEach(op -> ops.put(op.name(), op));
        return this;
    }

    /** Puts {@code op} where the op of its name is, under its aliases too. */
    public void replace(Op op) {
        ops.put(op.name(), op);
        op.aliases().forEach(alias -> ops.put(alias, op));
    }

    private void put(String name, Op op) {
        if (ops.putIfAbsent(name, op) != null) {
            throw new IllegalStateException("two ops are named " + name);
        }
    }

    public @Nullable Op find(String name) {
        return ops.get(name);
    }

    /** The op of that name, which must exist. */
    public Op get(String name) {
        Op op = ops.get(name);
        if (op == null) {
            throw new IllegalStateException("no op is named " + name);
        }
        return op;
    }

    public Collection<String> names() {
        return Collections.unmodifiableSet(ops.keySet());
    }

    public Collection<Op> ops() {
        return Collections.unmodifiableCollection(new java.util.LinkedHashSet<>(ops.values()));
    }
}
