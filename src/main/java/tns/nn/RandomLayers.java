package tns.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import tns.op.Op;
import tns.op.OpTable;

/** The layers of functions that draw at random while training, which net.train() and net.eval() switch. */
public final class RandomLayers {
    private RandomLayers() {}

    /** Lets the random activations of {@code table} make layers. */
    public static void define(OpTable table) {
        for (String name :
                new String[] {"dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"}) {
            define(table, name, "p: float = 0.5");
        }
        define(table, "rrelu", "lower: float = 0.125, upper: float = 0.3333333333333333");
    }

    private static void define(OpTable table, String name, String parameters) {
        Op op = table.get(name);
        table.replace(op.making(
                name + "(" + parameters + ")",
                made -> {
                    Map<String, Object> fixed = made.byName();
                    return new Layer(name, made.settings(), (self, in) -> {
                        Map<String, Object> named = new LinkedHashMap<>(fixed);
                        named.put("training", self.training());
                        return op.function().call(in.context(), new Object[] {in.tensor("x")}, named);
                    });
                },
                "Without a tensor first: the layer, which net.train() and net.eval() switch."));
    }
}
