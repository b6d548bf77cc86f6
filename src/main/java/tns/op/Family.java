package tns.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A group of ops of one subject: a section of the reference, and what an {@link OpTable} is filled with. */
public final class Family {
    private final String name;
    private final List<Op> ops = new ArrayList<>();

    public Family(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    public List<Op> ops() {
        return Collections.unmodifiableList(ops);
    }

    /** Starts the definition of an op from its signature text; see {@link Signature#parse}. */
    public Op.Definition define(String signature) {
        return new Op.Definition(this, Signature.parse(signature));
    }

    /** Starts the definition of an elementwise op over the operands named, such as {@code "atan2(y, x)"}. */
    public Pointwise.Definition pointwise(String signature) {
        Signature operands = Signature.parse(signature, Kind.OPERAND);
        return new Pointwise.Definition(new Op.Definition(this, operands), operands);
    }

    Op add(Op op) {
        ops.add(op);
        return op;
    }
}
