package tns.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The reference has every op of the table; that its examples are true, the generic op test says. */
class ReferenceTest {
    @Test
    void namesEveryOp() {
        OpTable table = Library.create();
        String text = new Reference(table).markdown();
        for (Op op : table.ops()) {
            assertTrue(text.contains("### `" + op.signature() + "`\n\n" + op.doc() + "\n"), op.name());
        }
        long entries = text.lines().filter(line -> line.startsWith("### ")).count();
        assertEquals(table.ops().size(), entries);
    }

    @Test
    void showsCallsAndResults() {
        Family family = new Family("sums of things");
        family.define("twice(x: tensor, times: int = 2)")
                .doc("The sum of x with itself.")
                .example("twice([1, 2])", "tensor([2, 4])")
                .alias("double")
                .is(args -> args.tensor("x"));
        String text = new Reference(new OpTable().add(family)).markdown();
        assertTrue(text.endsWith("""
            - [Sums of things](#sums-of-things)

            ## Sums of things

            ### `twice(x, times=2)`

            The sum of x with itself.

            Also called `double`.

            ```python
            twice([1, 2])
            # tensor([2, 4])
            ```
            """), text);
    }
}
