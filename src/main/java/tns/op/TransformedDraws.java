package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Randomness;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * Random numbers that a formula makes of a uniform or normal draw each, in float64: with the numbers of the samplers by
 * which PyTorch fills a tensor on the CPU.
 *
 * <p>They take a tensor, whose shape and dtype the draws get, or a shape.
 */
final class TransformedDraws {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("random numbers");

    private static final String SHAPE = " x is a tensor, whose shape and dtype they get, or a shape.";

    private static final Family FORMULAS = new Family("random numbers");

    private static final Pointwise EXPONENTIAL = FORMULAS.pointwise("exponential(u, rate)")
            .floating()
            .is((u, rate) -> u.neg().log1p().mul(rate.reciprocal().neg()));
    private static final Pointwise CAUCHY = FORMULAS.pointwise("cauchy(u, median, sigma)")
            .floating()
            .is((u, median, sigma) ->
                    median.add(sigma.mul(u.sub(0.5).mul(Math.PI).tan())));
    private static final Pointwise LOG_NORMAL = FORMULAS.pointwise("log_normal(z, mean, std)")
            .floating()
            .is((z, mean, std) -> z.mul(std).add(mean).exp());
    private static final Pointwise GEOMETRIC = FORMULAS.pointwise("geometric(u, p)")
            .floating()
            .is((u, p) -> u.log().div(p.neg().log1p()).ceil());

    static {
        FAMILY.define("uniform(x: any, low: float = 0.0, high: float = 1.0" + Creation.OPTIONS)
                .doc("Uniform random numbers from low up to high." + SHAPE)
                .example("seed(0); uniform(zeros(3), -1., 1.)", "tensor([-0.0075,  0.5364, -0.8230])")
                .is(args -> {
                    Room room = Room.floats(args);
                    double low = args.real("low");
                    double high = args.real("high");
                    if (!(low <= high) || Double.isInfinite(high - low)) {
                        throw refused(args, "low must not be above high, found " + low + " and " + high);
                    }
                    return Creation.finish(args, room.drawn(args, Randomness.UNIFORM, room.dtype(), low, high));
                });
        FAMILY.define("exponential(x: any, lambd: float = 1.0" + Creation.OPTIONS)
                .doc("Random waiting times for what happens lambd times in a unit of time, of mean 1 / lambd." + SHAPE)
                .example("seed(0); exponential(zeros(3))", "tensor([3.5083, 1.2304, 0.6150])")
                .example("exponential((2, 3), 0.5).shape", "(2, 3)")
                .is(args -> {
                    Room room = Room.floats(args);
                    double rate = positive(args, "lambd");
                    return room.filled(args, EXPONENTIAL, room.uniform(args), rate);
                });
        FAMILY.define("cauchy(x: any, median: float = 0.0, sigma: float = 1.0" + Creation.OPTIONS)
                .doc("Random numbers of the Cauchy distribution, half of them within sigma of the median." + SHAPE)
                .example("seed(0); cauchy(zeros(3))", "tensor([10.5977,  0.7648, -0.1283])")
                .is(args -> {
                    Room room = Room.floats(args);
                    double sigma = positive(args, "sigma");
                    return room.filled(args, CAUCHY, room.uniform(args), args.real("median"), sigma);
                });
        FAMILY.define("log_normal(x: any, mean: float = 1.0, std: float = 2.0" + Creation.OPTIONS)
                .doc("Random numbers whose logarithms are normal, of that mean and deviation." + SHAPE)
                .example("seed(0); log_normal(zeros(3), 0., 1.)", "tensor([4.6692, 0.7457, 0.1132])")
                .is(args -> {
                    Room room = Room.floats(args);
                    double std = positive(args, "std");
                    Tensor z = RandomOps.normalOneByOne(args.context(), room.shape(), room.device());
                    return room.filled(args, LOG_NORMAL, z, args.real("mean"), std);
                });
        FAMILY.define("geometric(x: any, p: float" + Creation.OPTIONS)
                .doc("Random counts of tries until one succeeds, each with probability p; from 1 on." + SHAPE)
                .example("seed(0); geometric(zeros(3), 0.5)", "tensor([1., 1., 2.])")
                .is(args -> {
                    Room room = Room.of(args);
                    double p = args.real("p");
                    if (!(p > 0 && p < 1)) {
                        throw refused(args, "p must lie between 0 and 1, found " + p);
                    }
                    return room.filled(args, GEOMETRIC, room.uniform(args), p);
                });
    }

    private TransformedDraws() {}

    private static TnsException refused(Args args, String why) {
        return new TnsException(ErrorKind.VALUE, args.name() + ": " + why);
    }

    private static double positive(Args args, String parameter) {
        double value = args.real(parameter);
        if (!(value > 0) || Double.isInfinite(value)) {
            throw refused(args, parameter + " must be a number above 0, found " + Display.text(value));
        }
        return value;
    }

    /** Where draws are wanted. */
    private record Room(Shape shape, DType dtype, Device device) {
        static Room of(Args args) {
            Object x = args.get("x");
            DType asked = args.dtypeOrNull("dtype");
            Device device = RandomOps.device(args);
            if (Conversion.operand(x) instanceof Tensor like) {
                return new Room(like.shape(), asked == null ? like.dtype() : asked, device);
            }
            int[] sizes = Conversion.ints(x);
            if (sizes == null) {
                throw refused(args, "x must be a tensor or a shape, found " + TypeName.describe(x))
                        .help(args.name() + "(zeros(2, 3), ..) or " + args.name() + "((2, 3), ..)")
                        .argument(0);
            }
            return new Room(Shape.of(sizes), asked == null ? args.context().defaultDType() : asked, device);
        }

        static Room floats(Args args) {
            Room room = of(args);
            if (!room.dtype.isFloat()) {
                throw new TnsException(ErrorKind.DTYPE, args.name() + ": draws need a float dtype, found " + room.dtype)
                        .help("dtype=float32 makes them so")
                        .argument(0);
            }
            return room;
        }

        Tensor drawn(Args args, Randomness kind, DType drawn, double first, double second) {
            return RandomOps.drawn(args.context(), kind, drawn, shape, first, second, device);
        }

        Tensor uniform(Args args) {
            return drawn(args, Randomness.UNIFORM, DType.FLOAT64, 0, 1);
        }

        /** What the formula makes of float64 draws and the numbers it needs. */
        Object filled(Args args, Pointwise formula, Tensor draws, double... numbers) {
            Tensor[] inputs = new Tensor[1 + numbers.length];
            inputs[0] = draws;
            for (int i = 0; i < numbers.length; i++) {
                inputs[i + 1] = Reductions.scalar(draws, numbers[i]);
            }
            return Creation.finish(args, Casts.to(formula.apply(inputs), dtype));
        }
    }
}
