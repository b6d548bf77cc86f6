package tns.nn;

import java.util.Map;
import tns.op.Args;
import tns.op.Form;
import tns.op.Op;
import tns.op.OpTable;

/** Layers without parameters: a function of one tensor with its other arguments fixed. */
final class FixedFunction {
    private FixedFunction() {}

    /** Lets the op {@code name} make a layer too, from {@code parameters} that its function has under the same names. */
    static void define(OpTable table, String name, String parameters) {
        Op op = table.get(name);
        table.replace(op.making(
                name + "(" + parameters + ")",
                args -> layer(name, op.function(), args),
                "Without a tensor first: the layer that computes it."));
    }

    private static Layer layer(String name, Form function, Args args) {
        Map<String, Object> fixed = args.byName();
        return new Layer(
                name, args.settings(), (self, in) -> function.call(in.context(), new Object[] {in.tensor("x")}, fixed));
    }
}
