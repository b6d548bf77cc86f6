package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/** What whole numbers divide and are divided by, position by position. */
final class Divisors {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("arithmetic");

    static {
        FAMILY.define("gcd(x: tensor, y: tensor)")
                .doc("The greatest int that divides both; gcd(0, 0) is 0.")
                .example("gcd([12, -9, 0], [8, 6, 5])", "tensor([4, 3, 5])")
                .is(args -> greatest(ints(args, "x", "gcd"), ints(args, "y", "gcd")));
        FAMILY.define("lcm(x: tensor, y: tensor)")
                .doc("The least int above 0 that both divide; 0 where one of them is 0.")
                .example("lcm([4, -3, 0], [6, 5, 7])", "tensor([12, 15,  0])")
                .is(args -> {
                    Tensor x = ints(args, "x", "lcm");
                    Tensor y = ints(args, "y", "lcm");
                    Tensor divisor = Arithmetic.MAXIMUM.apply(greatest(x, y), Reductions.scalar(x, 1));
                    Tensor part = Arithmetic.FLOOR_DIVIDE.apply(x, divisor);
                    return Elementary.ABS.apply(Arithmetic.MUL.apply(part, y));
                });
    }

    private Divisors() {}

    private static Tensor ints(Args args, String name, String op) {
        Tensor x = args.tensor(name);
        if (x.dtype() != DType.INT64) {
            throw new TnsException(ErrorKind.DTYPE, op + ": needs ints, found " + x.describe())
                    .help("x.int() converts");
        }
        return x;
    }

    /** Euclid's algorithm, all positions at once. */
    private static Tensor greatest(Tensor x, Tensor y) {
        Shape shape = Broadcasting.shape("gcd", x, y);
        Tensor a = Movement.expand(Elementary.ABS.apply(x), shape);
        Tensor b = Movement.expand(Elementary.ABS.apply(y), shape);
        Tensor zero = Reductions.scalar(x, 0);
        Tensor some = Comparison.NE.apply(b, zero);
        while (Reductions.anyTrue(some)) {
            Tensor divisor = Comparison.WHERE.apply(some, b, Reductions.scalar(x, 1));
            Tensor rest = Comparison.WHERE.apply(some, Arithmetic.REMAINDER.apply(a, divisor), zero);
            a = Comparison.WHERE.apply(some, b, a);
            b = rest;
            some = Comparison.NE.apply(b, zero);
        }
        return a;
    }
}
