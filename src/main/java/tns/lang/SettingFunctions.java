package tns.lang;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Context;
import tns.op.Display;
import tns.op.FactorType;
import tns.op.Family;
import tns.op.None;
import tns.op.Scoped;
import tns.op.TypeName;
import tns.tensor.DType;
import tns.tensor.Device;
import tns.tensor.Generator;
import tns.tensor.Param;
import tns.tensor.ProductPrecision;
import tns.tensor.Tensor;

/** What {@code with} can hold in force, {@code seed}, {@code dtype} and the like, and the state of parameters and models. */
final class SettingFunctions {
    /** PyTorch's words for each {@link ProductPrecision}, in their order. */
    private static final List<String> PRECISIONS = List.of("highest", "high", "medium");

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
        precision(f);
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
                .keepsNothing()
                .is(args -> {
                    if (!(args.get("p") instanceof Param p)) {
                        throw new TnsException(ErrorKind.VALUE, "set: only a parameter is a cell")
                                .help("x = v binds a name");
                    }
                    Tensor v = args.tensor("value");
                    if (!v.shape().equals(p.look().shape())) {
                        throw new TnsException(
                                ErrorKind.SHAPE,
                                "set: the parameter has shape " + p.look().shape() + ", the value " + v.shape());
                    }
                    p.set(Casts.to(v, p.look().dtype()));
                    return None.NONE;
                });
        f.define("buffer(x: tensor)")
                .doc("State of a model without gradient.")
                .example("buffer([1., 2.])", "tensor([1., 2.])")
                .is(args -> args.tensor("x").detach());
    }

    private static void precision(Family f) {
        f.define("set_float32_matmul_precision(precision: string)")
                .doc("How far a GPU may round the factors of float32 products to be faster: \"highest\" not at all,"
                        + " \"high\" to TF32 (10 bits behind the point), \"medium\" to bfloat16 (7). Sums and"
                        + " results stay float32, a gradient's products are rounded as their own product was, and"
                        + " the CPU rounds nothing.")
                .example("set_float32_matmul_precision(\"highest\")", "none")
                .is(args -> {
                    if (precision(args) != args.context().matmulPrecision()) {
                        args.context().refuseWhileRecording("it sets the precision of products");
                    }
                    args.context().matmulPrecision(precision(args));
                    return None.NONE;
                });
        f.define("get_float32_matmul_precision()")
                .doc("What set_float32_matmul_precision has set; at first \"highest\".")
                .example("get_float32_matmul_precision()", "highest")
                .is(args -> PRECISIONS.get(args.context().matmulPrecision().ordinal()));
        f.define("matmul_precision(precision: string)")
                .doc("Over a with block, what set_float32_matmul_precision sets for good.")
                .example("with matmul_precision(\"high\") { get_float32_matmul_precision() }", "high")
                .is(args -> {
                    ProductPrecision precision = precision(args);
                    return new Setting("matmul_precision(\"" + args.text("precision") + "\")", context -> {
                        ProductPrecision before = context.matmulPrecision();
                        context.matmulPrecision(precision);
                        return () -> context.matmulPrecision(before);
                    });
                });
        f.define("autocast(dtype: any, enabled: bool = true)")
                .doc("Over a with block, a GPU rounds the factors of float32 products to bfloat16: those of matmul,"
                        + " linear, convolutions, attention, and of their gradients, wherever backward is called."
                        + " Tensors stay float32, results included, which in PyTorch are bfloat16. The CPU rounds"
                        + " nothing.")
                .example("with autocast(bfloat16) { (ones(2) @ ones(2)).dtype }", "float32")
                .is(args -> {
                    if (args.get("dtype") != FactorType.BFLOAT16) {
                        throw new TnsException(
                                        ErrorKind.VALUE,
                                        "autocast: takes bfloat16, found "
                                                + (args.get("dtype") instanceof DType other
                                                        ? other
                                                        : TypeName.describe(args.get("dtype"))))
                                .help("with autocast(bfloat16) { … }; it holds for every device");
                    }
                    boolean on = args.flag("enabled");
                    return new Setting("autocast(bfloat16" + (on ? ")" : ", enabled=false)"), context -> {
                        boolean before = context.autocast();
                        context.autocast(on);
                        return () -> context.autocast(before);
                    });
                });
    }

    private static ProductPrecision precision(Args args) {
        int found = PRECISIONS.indexOf(args.text("precision"));
        if (found < 0) {
            throw new TnsException(
                            ErrorKind.VALUE, args.name() + ": there is no precision \"" + args.text("precision") + "\"")
                    .help("\"highest\" rounds nothing, \"high\" to TF32, \"medium\" to bfloat16");
        }
        return ProductPrecision.values()[found];
    }
}
