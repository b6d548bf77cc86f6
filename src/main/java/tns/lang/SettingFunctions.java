package tns.lang;

import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Casts;
import tns.op.Context;
import tns.op.Display;
import tns.op.Family;
import tns.op.None;
import tns.op.Scoped;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Generator;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** What {@code with} can hold in force, {@code seed}, {@code dtype} and the like, and the state of parameters and models. */
final class SettingFunctions {
    private SettingFunctions() {}

    /** A value that with can hold in force. */
    private record Setting(String text, java.util.function.Function<Context, Runnable> start)
            implements Scoped, TypeName.Typed {
        @Override
        public Runnable enter(Context context) {
            return start.apply(context);
        }

        @Override
        public String typeName() {
            return "context";
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static void define(Family f) {
        f.define("seed(n: int)")
                .doc("Starts the random numbers anew; with seed(n) { } does so over a block only.")
                .example("with seed(0) { rand(2) }", "tensor([0.4963, 0.7682])")
                .is(args -> {
                    Generator random = args.context().hostRandom();
                    Generator.State before = random.save();
                    random.seed(args.longInteger("n"));
                    long n = args.longInteger("n");
                    return new Setting("seed(" + n + ")", context -> {
                        context.hostRandom().seed(n);
                        return () -> context.hostRandom().restore(before);
                    });
                });
        f.define("dtype(name: dtype)")
                .doc("Over a with block, the dtype of float literals and constructors.")
                .example("with dtype(float64) { [0.5] }", "tensor([0.5000], dtype=float64)")
                .is(args -> {
                    DType dtype = (DType) args.get("name");
                    return new Setting("dtype(" + dtype + ")", context -> {
                        DType before = context.defaultDType();
                        context.defaultDType(dtype);
                        return () -> context.defaultDType(before);
                    });
                });
        f.define("device(name: any)")
                .doc("Over a with block, the device on which constructors make tensors.")
                .example("with device(cpu) { zeros(2).device }", "cpu")
                .is(args -> {
                    Object name = args.get("name");
                    Device device = args.context().device(name);
                    if (device == null) {
                        throw new TnsException(ErrorKind.DEVICE, "device: there is no device " + Display.text(name))
                                .help("device(cpu), device(cuda) or, for the second card, device(cuda(1))");
                    }
                    return new Setting("device(" + device.name() + ")", context -> {
                        Device before = context.device();
                        context.device(device);
                        return () -> context.device(before);
                    });
                });
        f.define("threads(n: int)")
                .doc("Over a with block, the most threads of the processor to compute on.")
                .example("with threads(1) { 1 + 1 }", "2")
                .is(args -> {
                    int n = args.integer("n");
                    if (n < 1) {
                        throw new TnsException(ErrorKind.VALUE, "threads: needs at least 1, found " + n);
                    }
                    return new Setting("threads(" + n + ")", context -> {
                        int before = context.cpu().threads();
                        context.cpu().threads(n);
                        return () -> context.cpu().threads(before);
                    });
                });
        f.define("set(p: any, value: tensor)")
                .doc("Gives a parameter another value, for every holder: p.set(v).")
                .example("set(param([1., 2.]), [3., 4.])", "none")
                .is(args -> {
                    if (!(args.get("p") instanceof Param p)) {
                        throw new TnsException(ErrorKind.VALUE, "set: only a parameter is a cell")
                                .help("x = v binds a name");
                    }
                    Tensor v = args.tensor("value");
                    if (!v.shape().equals(p.value().shape())) {
                        throw new TnsException(
                                ErrorKind.SHAPE,
                                "set: the parameter has shape " + p.value().shape() + ", the value " + v.shape());
                    }
                    p.set(Casts.to(v, p.value().dtype()));
                    return None.NONE;
                });
        f.define("buffer(x: tensor)")
                .doc("State of a model without gradient.")
                .example("buffer([1., 2.])", "tensor([1., 2.])")
                .is(args -> args.tensor("x").detach());
    }
}
