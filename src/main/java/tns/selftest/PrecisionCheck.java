package tns.selftest;

import java.util.ArrayList;
import java.util.List;
import tns.Interpreter;
import tns.op.Tuple;
import tns.selftest.SelfTest.Finding;
import tns.tensor.Device;

/**
 * Products with factors rounded to bfloat16 have the sums of rounded factors, to the last bit: here of whole numbers,
 * each moved by less than the rounding takes back. Those with TF32 factors are near the full ones.
 */
final class PrecisionCheck {
    private static final String PRODUCTS = """
        seed(5)
        fn whole(*sizes) = randint(-60, 61, sizes).float()
        fn moved(x) = x * (1 + 2**-10)
        a = whole(33, 17)
        rounds = a.device != cpu
        b = whole(17, 40)
        w = whole(6, 17)
        x = whole(2, 3, 9, 8)
        k = whole(4, 3, 3, 3)
        dy = whole(33, 40)
        fn replayed(step) {
          step = compile(step)
          for i in 0..4 { step() }
          if step.replays == 0 and rounds { error("not replayed: {step.reason}") }
          step()
        }
        products = (
          ("matmul", (f) -> f(a) @ f(b)),
          ("transposed", (f) -> f(b).T @ f(a).T),
          ("parts of rows", (f) -> f(a)[1:, 3:11] @ f(b)[9:, 1:39:2]),
          ("a row", (f) -> f(a)[2] @ f(b)),
          ("a batch", (f) -> f(a).reshape(3, 11, 17) @ f(b)),
          ("two batches", (f) -> f(a).reshape(3, 11, 17) @ f(b).expand(3, 17, 40)),
          ("linear", (f) -> linear(f(a), f(w))),
          ("conv2d", (f) -> conv2d(f(x), f(k), padding=1)),
          ("recorded", (f) -> replayed(() -> f(a) @ f(b))),
          ("gradient", (f) -> grad(u -> (u @ f(b) * f(dy)).sum())(a)),
        )
        wrong = list()
        for name, product in products {
          full = product(v -> v)
          narrow = with autocast(bfloat16) { product(moved) }
          if rounds == (narrow != full).any().item() { wrong.append("bfloat16, {name}") }
          near = with matmul_precision("high") { product(moved) }
          # Sums of at most 40 products of up to 3600, of which each is off by a thousandth at most.
          if not allclose(near, product(moved), rtol=0.0, atol=60.0) { wrong.append("TF32, {name}") }
        }
        tuple(wrong)
        """;

    private PrecisionCheck() {}

    static Finding run(Interpreter first, Device device) {
        List<String> failures = new ArrayList<>();
        try {
            ((Tuple) first.sibling().eval(PRODUCTS)).forEach(name -> failures.add(name + ": differs"));
        } catch (RuntimeException e) {
            failures.add(String.valueOf(e.getMessage()));
        }
        return new Finding("products with rounded factors on " + device.name(), failures);
    }
}
